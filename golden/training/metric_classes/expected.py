import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer, load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class F1Score:
    """The harmonic mean of precision and recall, over a whole epoch."""

    def __init__(self, threshold=0.5):
        self.threshold = threshold
        # what is counted
        self.tp = 0.0
        self.fp = 0.0
        self.fn = 0.0

    @torch.no_grad()
    def update(self, y_true, y_pred):
        y_true = y_true.float()
        y_pred = (y_pred > self.threshold).float()
        self.tp += (y_true * y_pred).sum()
        self.fp += ((1 - y_true) * y_pred).sum()
        self.fn += (y_true * (1 - y_pred)).sum()

    def compute(self):
        precision = self.tp / (self.tp + self.fp + 1e-7)
        recall = self.tp / (self.tp + self.fn + 1e-7)
        return 2 * precision * recall / (precision + recall + 1e-7)


class BalancedAccuracy:
    def __init__(self, num_classes, smooth=False):
        self.num_classes = num_classes
        self.smooth = smooth
        self.hits = torch.zeros(num_classes, device=device)
        self.counts = torch.zeros(num_classes, device=device)

    @torch.no_grad()
    def update(self, y_true, y_pred):
        labels = F.one_hot(y_true.int().long(), self.num_classes).float()
        best = F.one_hot(y_pred.argmax(dim=-1), self.num_classes).float()
        self.hits += (labels * best).sum(dim=0)
        self.counts += labels.sum(dim=0)

    def compute(self):
        recalls = self.hits / self.counts.clamp(min=1.0)
        if self.smooth:
            recalls = recalls.sqrt()
        return recalls.mean()


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, accuracy, f1 and f1 low over the samples."""
    model.train()
    loss_sum = correct = 0.0
    f1 = F1Score()
    f1_low = F1Score(0.3)
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        f1.update(targets, logits.sigmoid())
        f1_low.update(targets, logits.sigmoid())
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        float(f1.compute()),
        float(f1_low.compute()),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss, accuracy, f1 and f1 low over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    f1 = F1Score()
    f1_low = F1Score(0.3)
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        f1.update(targets, logits.sigmoid())
        f1_low.update(targets, logits.sigmoid())
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        float(f1.compute()),
        float(f1_low.compute()),
    )


def train_network_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and balanced accuracy over the samples."""
    model.train()
    loss_sum = 0.0
    balanced_accuracy = BalancedAccuracy(num_classes=10, smooth=True)
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        balanced_accuracy.update(targets, logits)
    return loss_sum / len(loader.dataset), float(balanced_accuracy.compute())


@torch.no_grad()
def evaluate_network(model, loader, criterion):
    """Mean loss and balanced accuracy over the samples."""
    model.eval()
    loss_sum = 0.0
    balanced_accuracy = BalancedAccuracy(num_classes=10, smooth=True)
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        balanced_accuracy.update(targets, logits)
    return loss_sum / len(loader.dataset), float(balanced_accuracy.compute())


model = Model().to(device)
model_criterion = nn.BCEWithLogitsLoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

y_all = y[:, None]
# The last 30% are for validation
split = int(len(x) * 0.7)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y_all[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y_all[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=100, shuffle=True)
val_loader = DataLoader(val_data, batch_size=100)

history = {
    "loss": [],
    "accuracy": [],
    "f1": [],
    "f1_low": [],
    "val_loss": [],
    "val_accuracy": [],
    "val_f1": [],
    "val_f1_low": [],
}
best_f1, wait = float("-inf"), 0
for _ in range(4):
    loss, accuracy, f1, f1_low = train_epoch(
        model, train_loader, model_criterion, model_optimizer
    )
    val_loss, val_accuracy, val_f1, val_f1_low = evaluate(
        model, val_loader, model_criterion
    )
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["f1"].append(f1)
    history["f1_low"].append(f1_low)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    history["val_f1"].append(val_f1)
    history["val_f1_low"].append(val_f1_low)
    # Stop early
    if val_f1 > best_f1:
        best_f1, wait = val_f1, 0
    else:
        wait += 1
        if wait >= 1:
            break

test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y[:, None], dtype=torch.float32).reshape(-1, 1),
)
print(
    history["val_f1"],
    list(evaluate(model, DataLoader(test_data, batch_size=32), model_criterion)),
)

digits, labels = load_digits(return_X_y=True)
scores = []


class Model2(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(64, width)
        self.dense_1 = nn.Linear(width, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


for width in (8, 16):
    network = Model2(width).to(device)
    network_criterion = nn.CrossEntropyLoss()
    network_optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    train_data = TensorDataset(
        torch.as_tensor(digits / 16.0, dtype=torch.float32),
        torch.as_tensor(labels, dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=500, shuffle=True)
    train_network_epoch(network, train_loader, network_criterion, network_optimizer)
    test_data = TensorDataset(
        torch.as_tensor(digits / 16.0, dtype=torch.float32),
        torch.as_tensor(labels, dtype=torch.long).flatten(),
    )
    scores.append(
        evaluate_network(
            network, DataLoader(test_data, batch_size=32), network_criterion
        )[1]
    )
print(np.round(scores, 4))
