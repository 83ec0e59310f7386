"""Arguments of compile and fit in dicts that are put together before."""

import argparse
from types import SimpleNamespace

import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

parser = argparse.ArgumentParser()
parser.add_argument("--validate", type=int, default=1)
parser.add_argument("--verbose", type=int, default=0)
args = parser.parse_args([])

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()


class Build(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(10, units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


def train_network_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


def build(units):
    return Build(units).to(device)


def run(network, criterion, optimizer, inputs, targets, batch_size=32, verbose=1):
    """Train with whatever the caller asks for."""
    train_data = TensorDataset(
        torch.as_tensor(inputs, dtype=torch.float32),
        torch.as_tensor(targets, dtype=torch.float32).reshape(len(targets), -1),
    )
    train_loader = DataLoader(train_data, batch_size=batch_size)
    loss = train_network_epoch(network, train_loader, criterion, optimizer)
    history = {"loss": [loss]}
    if verbose:
        print(f"loss: {loss:.4f}")
    return SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))


model = build(16)
# how far it is off, on average
model_criterion = nn.MSELoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

fit_args = dict(batch_size=32, epochs=2)
fit_args["verbose"] = args.verbose
fit_args.update(validation_split=0.25)

split = int(len(x) * (1 - fit_args["validation_split"]))
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=fit_args["batch_size"], shuffle=True)
val_loader = DataLoader(val_data, batch_size=fit_args["batch_size"])

history = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
for epoch in range(fit_args["epochs"]):
    loss, mae = train_epoch(model, train_loader, model_criterion, model_optimizer)
    val_loss, val_mae = evaluate(model, val_loader, model_criterion)
    history["loss"].append(loss)
    history["mae"].append(mae)
    history["val_loss"].append(val_loss)
    history["val_mae"].append(val_mae)
    if fit_args["verbose"]:
        print(
            f"Epoch {epoch + 1}/{fit_args['epochs']} - loss: {loss:.4f} - mae: {mae:.4f}"
            f" - val_loss: {val_loss:.4f} - val_mae: {val_mae:.4f}"
        )

print(history["val_mae"])

other = build(8)
other_criterion = nn.L1Loss()
other_optimizer = torch.optim.SGD(other.parameters(), lr=0.01)
for size in (50, 100):
    losses = run(other, other_criterion, other_optimizer, x, y, batch_size=size)
    print(size, losses.history["loss"])
last = run(other, other_criterion, other_optimizer, x, y, batch_size=64, verbose=0)
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
score = evaluate(model, DataLoader(test_data, batch_size=32), model_criterion)
