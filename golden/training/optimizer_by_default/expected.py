from types import SimpleNamespace

import numpy as np
from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

data = load_breast_cancer()
x = (data.data - data.data.mean(0)) / data.data.std(0)
y = data.target


def compile_and_fit(model, name, optimizer=None, max_epochs=3):
    if optimizer is None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    criterion = nn.BCEWithLogitsLoss()
    print(name)

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

    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for _ in range(max_epochs):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        val_loss, val_accuracy = evaluate(model, val_loader, criterion)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
    return SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 4)
        self.dense_1 = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.elu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0.0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0.0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


tiny = Tiny().to(device)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 16)
        self.dense_1 = nn.Linear(16, 16)
        self.dense_2 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.elu(self.dense(x))
        x = F.elu(self.dense_1(x))
        return self.dense_2(x)


small = Small().to(device)
histories = {}
histories["tiny"] = compile_and_fit(tiny, "sizes/tiny")
histories["small"] = compile_and_fit(small, "sizes/small", max_epochs=2)
for name, history in histories.items():
    print(name, np.round(history.history["val_loss"], 4))
