"""Optimizers and losses that are named when the program runs, or described by dicts."""

from functools import partial
from types import SimpleNamespace

from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()


class Train(nn.Module):
    def __init__(self, units=8):
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


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


def optimizer_by_name(name, parameters):
    """The optimizer that Keras knows by a name, with its defaults."""
    optimizers = {
        "sgd": partial(torch.optim.SGD, lr=0.01),
        "adam": partial(torch.optim.Adam, eps=1e-7),
    }
    return optimizers[name.lower()](parameters)


def train(optimizer="SGD", loss="mse", units=8):
    model = Train(units).to(device)
    criterion = {"mse": nn.MSELoss(), "mae": nn.L1Loss()}[loss]
    optim = optimizer_by_name(optimizer, model.parameters())
    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    history = {"loss": []}
    for _ in range(2):
        train_loss = train_epoch(model, train_loader, criterion, optim)
        history["loss"].append(train_loss)
    history = SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))
    return model, history


first, losses = train()
for loss in ("mse", "mae"):
    second, other_losses = train("adam", loss)
    print(loss, other_losses.history["loss"])

SETTINGS = {"class_name": "SGD", "config": {"learning_rate": 0.02, "momentum": 0.9}}


class Third(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


third = Third().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(third.parameters(), lr=0.02, momentum=0.9)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(third, train_loader, criterion, optimizer)

for epoch in range(2):
    criterion = nn.L1Loss()
    optimizer = torch.optim.SGD(third.parameters(), lr=0.01)
    train_epoch(third, train_loader, criterion, optimizer)
score = evaluate(third, DataLoader(train_data, batch_size=32), criterion)
