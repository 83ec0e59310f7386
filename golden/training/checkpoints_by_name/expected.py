"""Files of weights: names that are filled in, that are asked for, and that variables hold."""

import csv
import os
import tempfile

import numpy as np
from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
os.chdir(tempfile.mkdtemp())


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 16)
        self.dense_1 = nn.Linear(16, 1)
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
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
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
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

# a file for each epoch, by its number and by its loss
path = "cp-{epoch:04d}.weights.h5"
torch.save(model.state_dict(), path.format(epoch=0))

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

csv_file = open("losses.csv", "w", newline="")
csv_log = csv.writer(csv_file)
csv_log.writerow(["epoch", "loss", "val_loss"])
for epoch in range(3):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    val_loss = evaluate(model, val_loader, criterion)
    csv_log.writerow([epoch, loss, val_loss])
    csv_file.flush()
    torch.save(model.state_dict(), path.format(epoch=epoch + 1))
    torch.save(model.state_dict(), f"{epoch + 1:02d}-{val_loss:.2f}.pt")
csv_file.close()

model.load_state_dict(torch.load(path.format(epoch=2), map_location=device))
second = predict(model, x[:5])

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

for _ in range(2):
    if os.path.exists("last.weights.h5"):
        model.load_state_dict(torch.load("last.weights.h5", map_location=device))
    train_epoch(model, train_loader, criterion, optimizer)
    torch.save(model.state_dict(), "last.weights.h5")

import csv

with open("losses.csv") as file:
    losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
best = np.argmin(losses)
