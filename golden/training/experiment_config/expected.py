import json

import numpy as np
from sklearn.datasets import load_wine
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

CONFIG = {
    "hidden": 24,
    "activation": "relu",
    "optimizer": {"learning_rate": 0.05, "momentum": 0.9},
    "epochs": 3,
    "batch_size": 20,
}

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def to_categorical(labels, num_classes=None):
    """Each label as a row of zeros with a one; by default as long as the largest label asks for."""
    labels = np.asarray(labels, dtype="int64")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    num_classes = labels.max() + 1 if num_classes is None else num_classes
    return np.eye(num_classes, dtype="float32")[labels]


def load_data():
    x, y = load_wine(return_X_y=True)
    x = (x - x.min(0)) / (x.max(0) - x.min(0))
    return x.astype(np.float32), to_categorical(y, 3)


class WineClassifier(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(13, config["hidden"])
        self.dense_1 = nn.Linear(config["hidden"], 3)
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
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build(config):
    return WineClassifier(config).to(device)


def train(config):
    x, y = load_data()
    model = build(config)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
    )
    train_loader = DataLoader(train_data, batch_size=config["batch_size"], shuffle=True)

    history = {"acc": [], "loss": []}
    for _ in range(config["epochs"]):
        loss, acc = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["acc"].append(acc)

    return model, {k: [float(v) for v in vs] for k, vs in history.items()}


if __name__ == "__main__":
    model, log = train(CONFIG)
    print(json.dumps(log, indent=2))
    final = log["loss"][-1]
