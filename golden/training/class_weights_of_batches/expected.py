"""Rare classes count more: on data sets and on generators."""

from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32")
y = np.minimum(y, 3)
zeros = (y == 0).astype("float32")
counts = np.bincount(y)
class_weight = {i: len(y) / (len(counts) * count) for i, count in enumerate(counts)}

train = DataLoader(
    TensorDataset(torch.tensor(x[:1000]), torch.tensor(y[:1000])), batch_size=50
)
valid = DataLoader(
    TensorDataset(torch.tensor(x[1000:]), torch.tensor(y[1000:])), batch_size=50
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer, class_weight):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
        weights = [class_weight.get(label, 1.0) for label in targets.tolist()]
        weights = torch.tensor(weights, device=device)
        logits = model(inputs)
        loss = (criterion(logits, targets) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
        logits = model(inputs)
        loss_sum += criterion(logits, targets).mean().item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


def train_binary_epoch(model, batches, criterion, optimizer, class_weight):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for x, y in batches:
        inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
        targets = torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1).to(device)
        weights = [
            class_weight.get(round(label), 1.0) for label in targets.flatten().tolist()
        ]
        weights = torch.tensor(weights, device=device)
        logits = model(inputs)
        loss = (criterion(logits, targets).flatten(1).mean(1) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


model = Model().to(device)
model_criterion = nn.CrossEntropyLoss(reduction="none")
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for _ in range(2):
    loss, accuracy = train_epoch(
        model, train, model_criterion, model_optimizer, class_weight
    )
    val_loss, val_accuracy = evaluate(model, valid, model_criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)

print(history["val_loss"])


def pairs():
    """Zeros against all others, in batches without end."""
    while True:
        for start in range(0, 1000, 100):
            yield x[start : start + 100], zeros[start : start + 100]


class Binary(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the sigmoid


binary = Binary().to(device)
binary_criterion = nn.BCEWithLogitsLoss(reduction="none")
binary_optimizer = torch.optim.SGD(binary.parameters(), lr=0.01)
for rare in (2.0, 5.0):
    weight_of_class = {0: 1.0, 1: rare}
    train_batches = pairs()

    losses = {"loss": []}
    for _ in range(2):
        loss = train_binary_epoch(
            binary,
            islice(train_batches, 10),
            binary_criterion,
            binary_optimizer,
            weight_of_class,
        )
        losses["loss"].append(loss)

    print(rare, losses["loss"])
score = evaluate(model, valid, model_criterion)
