"""Two models with the same metrics: Keras numbers those of the second."""
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_breast_cancer(return_X_y=True)
x = StandardScaler().fit_transform(x)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the sigmoid


def count_above(scores, labels):
    """How many of the labelled scores are above each of Keras's thresholds."""
    thresholds = torch.linspace(0, 1, 200, device=scores.device)
    thresholds[0], thresholds[-1] = -1e-7, 1 + 1e-7
    return ((scores.reshape(-1, 1) > thresholds) * labels.reshape(-1, 1)).sum(0)


def roc_auc(true_positives, false_positives):
    """The area under the ROC curve, from the counts at the thresholds."""
    true_rate = true_positives / true_positives[0].clamp(min=1)
    false_rate = false_positives / false_positives[0].clamp(min=1)
    return -torch.trapezoid(true_rate, false_rate).item()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = correct = true_positives = predicted_positives = positives = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        predicted_positives += (logits > 0).sum().item()
        positives += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        true_positives / max(predicted_positives, 1),
        true_positives / max(positives, 1),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = correct = true_positives = predicted_positives = positives = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        predicted_positives += (logits > 0).sum().item()
        positives += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        true_positives / max(predicted_positives, 1),
        true_positives / max(positives, 1),
    )


def train_large_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, AUC and precision over the samples."""
    model.train()
    loss_sum = true_positives_above = false_positives_above = true_positives = 0.0
    predicted_positives = true_positives_2 = predicted_positives_2 = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        true_positives_above += count_above(logits.sigmoid(), targets.bool())
        false_positives_above += count_above(logits.sigmoid(), ~targets.bool())
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        predicted_positives += (logits > 0).sum().item()
        true_positives_2 += ((logits.sigmoid() > 0.7) & targets.bool()).sum().item()
        predicted_positives_2 += (logits.sigmoid() > 0.7).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        roc_auc(true_positives_above, false_positives_above),
        true_positives / max(predicted_positives, 1),
        true_positives_2 / max(predicted_positives_2, 1),
        roc_auc(true_positives_above, false_positives_above),
    )


@torch.no_grad()
def evaluate_large(model, loader, criterion):
    """Mean loss, AUC and precision over the samples."""
    model.eval()
    loss_sum = true_positives_above = false_positives_above = true_positives = 0.0
    predicted_positives = true_positives_2 = predicted_positives_2 = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        true_positives_above += count_above(logits.sigmoid(), targets.bool())
        false_positives_above += count_above(logits.sigmoid(), ~targets.bool())
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        predicted_positives += (logits > 0).sum().item()
        true_positives_2 += ((logits.sigmoid() > 0.7) & targets.bool()).sum().item()
        predicted_positives_2 += (logits.sigmoid() > 0.7).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        roc_auc(true_positives_above, false_positives_above),
        true_positives / max(predicted_positives, 1),
        true_positives_2 / max(predicted_positives_2, 1),
        roc_auc(true_positives_above, false_positives_above),
    )


small = Small().to(device)
small_criterion = nn.BCEWithLogitsLoss()
small_optimizer = torch.optim.SGD(small.parameters(), lr=0.01)

# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

first = {
    "loss": [],
    "accuracy": [],
    "precision": [],
    "recall": [],
    "val_loss": [],
    "val_accuracy": [],
    "val_precision": [],
    "val_recall": [],
}
for _ in range(2):
    loss, accuracy, precision, recall = train_epoch(
        small, train_loader, small_criterion, small_optimizer
    )
    val_loss, val_accuracy, val_precision, val_recall = evaluate(
        small, val_loader, small_criterion
    )
    first["loss"].append(loss)
    first["accuracy"].append(accuracy)
    first["precision"].append(precision)
    first["recall"].append(recall)
    first["val_loss"].append(val_loss)
    first["val_accuracy"].append(val_accuracy)
    first["val_precision"].append(val_precision)
    first["val_recall"].append(val_recall)


class Large(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


large = Large().to(device)
large_criterion = nn.BCEWithLogitsLoss()
large_optimizer = torch.optim.SGD(large.parameters(), lr=0.01)

second = {
    "loss": [],
    "area": [],
    "precision_1": [],
    "precision_2": [],
    "auc": [],
    "val_loss": [],
    "val_area": [],
    "val_precision_1": [],
    "val_precision_2": [],
    "val_auc": [],
}
best_precision_1, wait = None, 0
for _ in range(5):
    loss, area, precision_1, precision_2, auc = train_large_epoch(
        large, train_loader, large_criterion, large_optimizer
    )
    val_loss, val_area, val_precision_1, val_precision_2, val_auc = evaluate_large(
        large, val_loader, large_criterion
    )
    second["loss"].append(loss)
    second["area"].append(area)
    second["precision_1"].append(precision_1)
    second["precision_2"].append(precision_2)
    second["auc"].append(auc)
    second["val_loss"].append(val_loss)
    second["val_area"].append(val_area)
    second["val_precision_1"].append(val_precision_1)
    second["val_precision_2"].append(val_precision_2)
    second["val_auc"].append(val_auc)
    # Stop early
    if best_precision_1 is None or val_precision_1 > best_precision_1:
        best_precision_1, wait = val_precision_1, 0
    else:
        wait += 1
        if wait >= 2:
            break

precisions = [first["precision"][-1], second["precision_1"][-1]]
strict = second["val_precision_2"][-1]
areas = second["auc"]
