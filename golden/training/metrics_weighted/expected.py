import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

ASYMMETRIC = True

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pinball(y_true, y_pred):
    """Too little costs more than too much."""
    error = y_true - y_pred
    return torch.maximum(0.7 * error, -0.3 * error).mean(dim=-1)


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
    """Train on every batch once; mean loss, accuracy and recall over the samples."""
    model.train()
    loss_sum = correct = weighted_correct = weights_sum = weighted_hits = 0.0
    weighted_positives = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        weights = weights.to(device)
        logits = model(inputs)
        loss = (criterion(logits, targets).flatten(1).mean(1) * weights).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        weighted_correct += (((logits > 0) == targets).flatten() * weights).sum().item()
        weights_sum += weights.sum().item()
        weighted_hits += (
            (((logits > 0) & targets.bool()) * weights.unsqueeze(1)).sum().item()
        )
        weighted_positives += (targets.bool() * weights.unsqueeze(1)).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        weighted_correct / (weights_sum or 1),
        (weighted_hits / weighted_positives if weighted_positives else 0.0),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss, accuracy and recall over the samples."""
    model.eval()
    loss_sum = correct = true_positives = positives = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).mean(-1).sum().item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        positives += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        correct / count,
        true_positives / max(positives, 1),
    )


def train_regression_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = weighted_absolute_error = weights_sum = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        weights = weights.to(device)
        outputs = model(inputs)
        loss = (criterion(targets, outputs) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        weighted_absolute_error += (
            ((outputs - targets).abs().flatten() * weights).sum().item()
        )
        weights_sum += weights.sum().item()
    return loss_sum / len(loader.dataset), weighted_absolute_error / (weights_sum or 1)


@torch.no_grad()
def evaluate_weighted(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = weighted_absolute_error = weights_sum = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        weights = weights.to(device)
        outputs = model(inputs)
        loss_sum += (criterion(targets, outputs) * weights).mean().item() * len(inputs)
        weighted_absolute_error += (
            ((outputs - targets).abs().flatten() * weights).sum().item()
        )
        weights_sum += weights.sum().item()
    return loss_sum / len(loader.dataset), weighted_absolute_error / (weights_sum or 1)


model = Model().to(device)
model_criterion = nn.BCEWithLogitsLoss(reduction="none")
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

class_weight = {0: 2.0, 1: 0.5}
train_data = TensorDataset(
    torch.as_tensor(x[:400], dtype=torch.float32),
    torch.as_tensor(y[:400], dtype=torch.float32).reshape(-1, 1),
    torch.tensor(
        [class_weight.get(label, 1.0) for label in np.rint(np.ravel(y[:400]))]
    ),
)
val_data = TensorDataset(
    torch.as_tensor(x[400:], dtype=torch.float32),
    torch.as_tensor(y[400:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

history = {
    "loss": [],
    "accuracy": [],
    "weighted_accuracy": [],
    "weighted_recall": [],
    "val_loss": [],
    "val_accuracy": [],
    "val_weighted_accuracy": [],
    "val_weighted_recall": [],
}
for _ in range(2):
    loss, accuracy, weighted_accuracy, weighted_recall = train_epoch(
        model, train_loader, model_criterion, model_optimizer
    )
    val_loss, val_accuracy, val_weighted_accuracy, val_weighted_recall = evaluate(
        model, val_loader, model_criterion
    )
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["weighted_accuracy"].append(weighted_accuracy)
    history["weighted_recall"].append(weighted_recall)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    history["val_weighted_accuracy"].append(val_weighted_accuracy)
    history["val_weighted_recall"].append(val_weighted_recall)

print(history["weighted_recall"])

features, progress = load_diabetes(return_X_y=True)
progress = progress.reshape(-1, 1) / 100
importance = np.where(progress[:, 0] > 2, 2.0, 1.0)
scores = {}


class Regression(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(10, width)
        self.dense_1 = nn.Linear(width, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


train_data = TensorDataset(
    torch.as_tensor(features, dtype=torch.float32),
    torch.as_tensor(progress, dtype=torch.float32),
    torch.as_tensor(importance, dtype=torch.float32).flatten(),
)
train_loader = DataLoader(train_data, batch_size=100, shuffle=True)

for width in (4, 8):
    regression = Regression(width).to(device)
    regression_optimizer = torch.optim.SGD(regression.parameters(), lr=0.01)

    for _ in range(2):
        train_regression_epoch(regression, train_loader, pinball, regression_optimizer)

    scores[width] = list(
        evaluate_weighted(regression, DataLoader(train_data, batch_size=32), pinball)
    )
print(scores)
