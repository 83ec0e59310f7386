"""Which optimizer trains, the command line says; and some of them side by side."""

import argparse
from functools import partial

from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

parser = argparse.ArgumentParser()
parser.add_argument(
    "--optimizer", default="sgd", choices=["sgd", "momentum", "nesterov"]
)
parser.add_argument("--lr", type=float, default=0.01)
args = parser.parse_args([])

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()


class Build(nn.Module):
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


def build(units=8):
    return Build(units).to(device)


if args.optimizer == "sgd":
    optimizer = partial(torch.optim.SGD, lr=args.lr)
elif args.optimizer == "momentum":
    # faster down long valleys
    optimizer = partial(torch.optim.SGD, lr=args.lr, momentum=0.9)
else:
    optimizer = partial(torch.optim.SGD, lr=args.lr, momentum=0.9, nesterov=True)

model = build()
model_criterion = nn.MSELoss()
model_optimizer = optimizer(model.parameters())

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

history = {"loss": []}
for _ in range(2):
    loss = train_epoch(model, train_loader, model_criterion, model_optimizer)
    history["loss"].append(loss)

print(history["loss"])

named = {"sgd": partial(torch.optim.SGD, lr=0.05)}
again = build(6)
again_criterion = nn.MSELoss()
again_optimizer = named[args.optimizer](again.parameters())
train_epoch(again, train_loader, again_criterion, again_optimizer)

tried = {
    "slow": partial(torch.optim.SGD, lr=0.001),
    "fast": partial(torch.optim.SGD, lr=0.02, momentum=0.5),
}
results = {}

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for name, chosen in tried.items():
    network = build(4)
    network_criterion = nn.L1Loss()
    network_optimizer = chosen(network.parameters())

    for _ in range(2):
        train_epoch(network, train_loader, network_criterion, network_optimizer)

    results[name] = evaluate(
        network, DataLoader(train_data, batch_size=32), network_criterion
    )
losses = list(results.values())
