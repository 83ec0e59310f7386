"""Two ways to train the same network; functions put together what they need."""

import numpy as np
from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


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
    """Train on every batch once; mean loss, accuracy and AUC over the samples."""
    model.train()
    loss_sum = correct = true_positives_above = false_positives_above = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets * (1 - smoothing) + smoothing / 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        true_positives_above += count_above(logits.sigmoid(), targets.bool())
        false_positives_above += count_above(logits.sigmoid(), ~targets.bool())
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        roc_auc(true_positives_above, false_positives_above),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss, accuracy and AUC over the samples."""
    model.eval()
    loss_sum = correct = true_positives_above = false_positives_above = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(
            logits, targets * (1 - smoothing) + smoothing / 2
        ).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        true_positives_above += count_above(logits.sigmoid(), targets.bool())
        false_positives_above += count_above(logits.sigmoid(), ~targets.bool())
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        roc_auc(true_positives_above, false_positives_above),
    )


def train_slowing_epoch(model, loader, criterion, optimizer, scheduler):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate_slowing(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def train_stopped_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build_model():
    return Model().to(device)


data = load_breast_cancer()
x = (data.data - data.data.mean(0)) / data.data.std(0)
y = data.target

losses = []

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
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

for smoothing in (0.0, 0.1):
    model = build_model()
    model_criterion = nn.BCEWithLogitsLoss()
    model_optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)

    history = {
        "loss": [],
        "accuracy": [],
        "auc": [],
        "val_loss": [],
        "val_accuracy": [],
        "val_auc": [],
    }
    for _ in range(3):
        loss, accuracy, auc = train_epoch(
            model, train_loader, model_criterion, model_optimizer
        )
        val_loss, val_accuracy, val_auc = evaluate(model, val_loader, model_criterion)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["auc"].append(auc)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        history["val_auc"].append(val_auc)

    losses.append(history["loss"])

slowing = build_model()
# a tenth less every ten steps
slowing_criterion = nn.BCEWithLogitsLoss()
slowing_optimizer = torch.optim.SGD(slowing.parameters(), lr=0.1)
slowing_scheduler = torch.optim.lr_scheduler.LambdaLR(
    slowing_optimizer, lambda step: 0.9 ** (step / 10)
)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

for _ in range(2):
    train_slowing_epoch(
        slowing, train_loader, slowing_criterion, slowing_optimizer, slowing_scheduler
    )

stopped = build_model()
stopped_criterion = nn.BCEWithLogitsLoss()
stopped_optimizer = torch.optim.SGD(stopped.parameters(), lr=0.05)

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
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
    stopped_optimizer, factor=0.5, patience=0, threshold_mode="abs", eps=0
)
best_loss, wait = None, 0
for _ in range(6):
    loss, accuracy = train_stopped_epoch(
        stopped, train_loader, stopped_criterion, stopped_optimizer
    )
    val_loss, val_accuracy = evaluate_slowing(stopped, val_loader, stopped_criterion)
    plateau.step(val_loss)
    # Stop early
    if best_loss is None or val_loss < best_loss:
        best_loss, wait = val_loss, 0
    else:
        wait += 1
        if wait >= 2:
            break

test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
print(
    losses,
    list(
        evaluate_slowing(
            slowing, DataLoader(test_data, batch_size=32), slowing_criterion
        )
    ),
    list(
        evaluate_slowing(
            stopped, DataLoader(test_data, batch_size=32), stopped_criterion
        )
    ),
)
