import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def share_above(y_true, y_pred):
    return (y_pred > y_true).float().mean(dim=-1)


class WeightedMSE(nn.Module):
    """Outputs that are too small count more."""

    def __init__(self, weight=2.0, name="weighted_mse", **kwargs):
        super().__init__()
        self.weight = weight

    def forward(self, y_true, y_pred):
        error = y_true - y_pred
        # the outputs are too small
        scaled = torch.where(error > 0, self.weight * error, error)
        return scaled.square().mean(dim=-1)


class Quantile(nn.Module):
    def __init__(self, q):
        super().__init__()
        self.q = q

    def forward(self, y_true, y_pred):
        error = y_true - y_pred
        return torch.maximum(self.q * error, (self.q - 1) * error).mean()


class LogCosh(nn.Module):
    def forward(self, y_true, y_pred):
        return (y_pred - y_true).cosh().log()


x, y = load_diabetes(return_X_y=True)
x, y = x[:200], np.stack([y[:200], y[200:400]], axis=1) / 100.0


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 8)
        self.dense_1 = nn.Linear(8, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


def with_axes_of(outputs, targets):
    """Give targets the last axis of one number that they lack, or have besides."""
    if targets.dim() == outputs.dim() + 1:
        return targets.squeeze(-1)
    if targets.dim() == outputs.dim() - 1 and outputs.shape[-1] == 1:
        return targets.unsqueeze(-1)
    return targets


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and share above over the samples."""
    model.train()
    loss_sum = share_above_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        targets = with_axes_of(outputs, targets)
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        share_above_sum += share_above(targets, outputs).mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), share_above_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and share above over the samples."""
    model.eval()
    loss_sum = share_above_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        targets = with_axes_of(outputs, targets)
        loss_sum += criterion(targets, outputs).mean().item() * len(inputs)
        share_above_sum += share_above(targets, outputs).mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), share_above_sum / len(loader.dataset)


def train_quantile_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(with_axes_of(outputs, targets), outputs)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate_quantile(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(with_axes_of(outputs, targets), outputs).item() * len(
            inputs
        )
    return loss_sum / len(loader.dataset)


def train_last_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(with_axes_of(outputs, targets), outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


def build_model():
    return Model().to(device)


model = build_model()
model_criterion = WeightedMSE(weight=3.0)
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)
val_loader = DataLoader(val_data, batch_size=50)

history = {"loss": [], "share_above": [], "val_loss": [], "val_share_above": []}
for _ in range(3):
    loss, train_share_above = train_epoch(
        model, train_loader, model_criterion, model_optimizer
    )
    val_loss, val_share_above = evaluate(model, val_loader, model_criterion)
    history["loss"].append(loss)
    history["share_above"].append(train_share_above)
    history["val_loss"].append(val_loss)
    history["val_share_above"].append(val_share_above)

print(history["val_loss"])

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

for q in (0.1, 0.9):
    quantile = build_model()
    quantile_criterion = Quantile(q)
    quantile_optimizer = torch.optim.SGD(quantile.parameters(), lr=0.01)

    for _ in range(2):
        train_quantile_epoch(
            quantile, train_loader, quantile_criterion, quantile_optimizer
        )

    print(
        q,
        evaluate_quantile(
            quantile, DataLoader(train_data, batch_size=32), quantile_criterion
        ),
    )

smooth = LogCosh()
last = build_model()
last_optimizer = torch.optim.SGD(last.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

for _ in range(2):
    train_last_epoch(last, train_loader, smooth, last_optimizer)
