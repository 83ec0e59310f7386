"""Weights of samples for each output, for all of them, and for steps of a series."""

import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()
rng = np.random.default_rng(0)
sure = rng.uniform(0.5, 1.5, size=len(x))
careful = rng.uniform(0.0, 2.0, size=len(x))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 16)
        self.level = nn.Linear(16, 1)
        self.sign = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        level, sign = self.forward_logits(inputs)
        return level, torch.sigmoid(sign)

    def forward_logits(self, inputs):
        """The outputs before the sigmoid, for the loss."""
        h = F.relu(self.dense(inputs))
        level = self.level(h)
        sign = self.sign(h)
        return level, sign


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, level_criterion, sign_criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = level_loss_sum = sign_loss_sum = level_absolute_error = 0.0
    for inputs, level_targets, sign_targets, level_weights, sign_weights in loader:
        inputs = inputs.to(device)
        level_targets = level_targets.to(device)
        sign_targets = sign_targets.to(device)
        level_weights = level_weights.to(device)
        sign_weights = sign_weights.to(device)
        level, sign = model.forward_logits(inputs)
        level_loss = (
            level_criterion(level, level_targets).flatten(1).mean(1) * level_weights
        ).mean()
        sign_loss = (
            sign_criterion(sign, sign_targets).flatten(1).mean(1) * sign_weights
        ).mean()
        loss = level_loss + sign_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        level_loss_sum += level_loss.item()
        sign_loss_sum += sign_loss.item()
        level_absolute_error += (level - level_targets).abs().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        level_loss_sum / len(loader),
        sign_loss_sum / len(loader),
        level_absolute_error / count,
    )


def train_model_epoch(model, loader, level_criterion, sign_criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = level_loss_sum = sign_loss_sum = level_absolute_error = 0.0
    for inputs, level_targets, sign_targets, weights in loader:
        inputs = inputs.to(device)
        level_targets = level_targets.to(device)
        sign_targets = sign_targets.to(device)
        weights = weights.to(device)
        level, sign = model.forward_logits(inputs)
        level_loss = (
            level_criterion(level, level_targets).flatten(1).mean(1) * weights
        ).mean()
        sign_loss = (
            sign_criterion(sign, sign_targets).flatten(1).mean(1) * weights
        ).mean()
        loss = level_loss + sign_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        level_loss_sum += level_loss.item()
        sign_loss_sum += sign_loss.item()
        level_absolute_error += (level - level_targets).abs().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        level_loss_sum / len(loader),
        sign_loss_sum / len(loader),
        level_absolute_error / count,
    )


@torch.no_grad()
def evaluate_weighted(model, loader, level_criterion, sign_criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = level_loss_sum = sign_loss_sum = level_absolute_error = 0.0
    for inputs, level_targets, sign_targets, weights in loader:
        inputs = inputs.to(device)
        level_targets = level_targets.to(device)
        sign_targets = sign_targets.to(device)
        weights = weights.to(device)
        level, sign = model.forward_logits(inputs)
        level_loss = (
            level_criterion(level, level_targets).flatten(1).mean(1) * weights
        ).mean()
        sign_loss = (
            sign_criterion(sign, sign_targets).flatten(1).mean(1) * weights
        ).mean()
        loss = level_loss + sign_loss
        loss_sum += loss.item() * len(inputs)
        level_loss_sum += level_loss.item()
        sign_loss_sum += sign_loss.item()
        level_absolute_error += (level - level_targets).abs().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        level_loss_sum / len(loader),
        sign_loss_sum / len(loader),
        level_absolute_error / count,
    )


@torch.no_grad()
def evaluate(model, loader, level_criterion, sign_criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = level_loss_sum = sign_loss_sum = level_absolute_error = 0.0
    for inputs, level_targets, sign_targets in loader:
        inputs = inputs.to(device)
        level_targets = level_targets.to(device)
        sign_targets = sign_targets.to(device)
        level, sign = model.forward_logits(inputs)
        level_loss = level_criterion(level, level_targets).mean()
        sign_loss = sign_criterion(sign, sign_targets).mean()
        loss = level_loss + sign_loss
        loss_sum += loss.item() * len(inputs)
        level_loss_sum += level_loss.item()
        sign_loss_sum += sign_loss.item()
        level_absolute_error += (level - level_targets).abs().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        level_loss_sum / len(loader),
        sign_loss_sum / len(loader),
        level_absolute_error / count,
    )


def train_steps_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        weights = weights.to(device)
        outputs = model(inputs)
        loss = (criterion(outputs, targets.view_as(outputs)).mean(-1) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
level_model_criterion = nn.MSELoss(reduction="none")
sign_model_criterion = nn.BCEWithLogitsLoss(reduction="none")
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
positive = (y > 0).astype("float32")

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(positive, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(sure, dtype=torch.float32).flatten(),
    torch.as_tensor(careful, dtype=torch.float32).flatten(),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

history = {"loss": [], "level_loss": [], "sign_loss": [], "level_mae": []}
for _ in range(2):
    loss, level_loss, sign_loss, level_mae = train_epoch(
        model,
        train_loader,
        level_model_criterion,
        sign_model_criterion,
        model_optimizer,
    )
    history["loss"].append(loss)
    history["level_loss"].append(level_loss)
    history["sign_loss"].append(sign_loss)
    history["level_mae"].append(level_mae)

print(history["level_loss"])

# The last 25% are for validation
split = int(len(x) * 0.75)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(positive[:split], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(sure, dtype=torch.float32).flatten()[:split],
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(positive[split:], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(sure, dtype=torch.float32).flatten()[split:],
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

together = {
    "loss": [],
    "level_loss": [],
    "sign_loss": [],
    "level_mae": [],
    "val_loss": [],
    "val_level_loss": [],
    "val_sign_loss": [],
    "val_level_mae": [],
}
for _ in range(2):
    loss, level_loss, sign_loss, level_mae = train_model_epoch(
        model,
        train_loader,
        level_model_criterion,
        sign_model_criterion,
        model_optimizer,
    )
    val_loss, val_level_loss, val_sign_loss, val_level_mae = evaluate_weighted(
        model, val_loader, level_model_criterion, sign_model_criterion
    )
    together["loss"].append(loss)
    together["level_loss"].append(level_loss)
    together["sign_loss"].append(sign_loss)
    together["level_mae"].append(level_mae)
    together["val_loss"].append(val_loss)
    together["val_level_loss"].append(val_level_loss)
    together["val_sign_loss"].append(val_sign_loss)
    together["val_level_mae"].append(val_level_mae)

print(together["val_sign_loss"])
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(positive, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(careful, dtype=torch.float32).flatten(),
)
weighed = evaluate_weighted(
    model,
    DataLoader(test_data, batch_size=32),
    level_model_criterion,
    sign_model_criterion,
)
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(positive, dtype=torch.float32).reshape(-1, 1),
)
plain = evaluate(
    model,
    DataLoader(test_data, batch_size=32),
    level_model_criterion,
    sign_model_criterion,
)

series = rng.normal(size=(80, 6, 3))
sums = series.sum(-1, keepdims=True).cumsum(1)
seen = (rng.random(size=(80, 6)) < 0.8).astype("float32")


class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1d = nn.Conv1d(3, 8, 3)
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = torch.tanh(self.conv1d(F.pad(x, (2, 0))))
        return self.dense(x.transpose(1, 2))


steps = Steps().to(device)
steps_criterion = nn.MSELoss(reduction="none")
steps_optimizer = torch.optim.SGD(steps.parameters(), lr=0.01)
for weights in (seen, 1 - seen):
    train_data = TensorDataset(
        torch.as_tensor(series, dtype=torch.float32),
        torch.as_tensor(sums, dtype=torch.float32),
        torch.as_tensor(weights, dtype=torch.float32).unsqueeze(1).flatten(1),
    )
    train_loader = DataLoader(train_data, batch_size=16, shuffle=True)

    fitted = {"loss": []}
    for _ in range(2):
        loss = train_steps_epoch(steps, train_loader, steps_criterion, steps_optimizer)
        fitted["loss"].append(loss)

    print(fitted["loss"])
