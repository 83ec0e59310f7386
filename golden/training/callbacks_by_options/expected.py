"""Wine, with callbacks that options ask for."""

import argparse
import math
from pathlib import Path

import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--patience", type=int, default=2)
parser.add_argument("--best", default=None)
parser.add_argument("--keep", action="store_true")
args = parser.parse_args([])

x, y = load_wine(return_X_y=True)
order = np.random.default_rng(0).permutation(len(x))
x, y = scale(x)[order], y[order]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 16)
        self.dense_1 = nn.Linear(16, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=2.0)

if args.best is not None:
    print("the best weights are in", args.best)

# stop once nothing gets better
# The last 30% are for validation
split = int(len(x) * 0.7)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {"loss": [], "val_loss": []}
if args.best is not None:
    Path(f"{args.best}.keras").parent.mkdir(parents=True, exist_ok=True)
    saved_loss = None
best_loss, wait = None, 0
for _ in range(args.epochs):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    val_loss = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["val_loss"].append(val_loss)
    if args.best is not None:
        if saved_loss is None or val_loss < saved_loss:
            saved_loss = val_loss
            torch.save(model.state_dict(), f"{args.best}.keras")
    if args.patience:
        # Stop early
        if best_loss is None or val_loss < best_loss:
            best_loss, wait = val_loss, 0
        else:
            wait += 1
            if wait >= args.patience:
                break
    if not math.isfinite(loss):
        break

losses = history["val_loss"]


def train_longer(epochs, slowly=True):
    """More epochs, with a smaller rate and kept after each one."""
    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    for _ in range(epochs):
        if slowly:
            for group in optimizer.param_groups:
                group["lr"] = group["lr"] * 0.5
        train_epoch(model, train_loader, criterion, optimizer)
        if not args.keep and args.best:
            torch.save(model.state_dict(), "longer.pt")


train_longer(3)
train_longer(2, slowly=False)
