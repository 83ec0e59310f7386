"""Settings and letters come from files, and the history goes into one."""

import json
import os
import pickle
import tempfile

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

folder = tempfile.mkdtemp()
with open(os.path.join(folder, "config.json"), "w") as file:
    json.dump({"units": 6, "depth": 2, "rate": 0.5, "epochs": 3}, file)
with open(os.path.join(folder, "text.txt"), "w") as file:
    file.write("the quick brown fox jumps over the lazy dog and on " * 4)

with open(os.path.join(folder, "config.json")) as file:
    config = json.load(file)
with open(os.path.join(folder, "text.txt"), encoding="utf-8") as file:
    text = file.read().lower()

letters = sorted(set(text))
places = {letter: number for number, letter in enumerate(letters)}
length = 5
x = np.zeros((len(text) - length, length * len(letters)))
y = np.zeros(len(text) - length, dtype="int64")
for start in range(len(text) - length):
    for offset, letter in enumerate(text[start : start + length]):
        x[start, offset * len(letters) + places[letter]] = 1.0
    y[start] = places[text[start + length]]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = length * len(letters)
        self.denses = nn.ModuleList()
        for _ in range(config["depth"]):
            self.denses.append(nn.Linear(features, config["units"]))
            features = config["units"]
        self.dense = nn.Linear(features, len(letters))
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        for dense in self.denses:
            x = torch.tanh(dense(x))
        return self.dense(x)


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
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build_model():
    return Model().to(device)


def train(model, path):
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=config["rate"])

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    history = {"accuracy": [], "loss": []}
    for _ in range(config["epochs"]):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)

    with open(path, "wb") as file:
        pickle.dump(history, file)
    return history["accuracy"]


model = build_model()
accuracies = train(model, os.path.join(folder, "history.pkl"))
with open(os.path.join(folder, "history.pkl"), "rb") as file:
    losses = np.array(pickle.load(file)["loss"])
print(losses, accuracies)
