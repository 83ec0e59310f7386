"""Train."""

import argparse
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load():
    x, y = load_digits(return_X_y=True)
    return x / 16.0, y


def build_dataset(split, batch_size):
    x, y = load()
    n = 1500
    if split == "train":
        ds = TensorDataset(torch.tensor(x[:n]), torch.tensor(y[:n]))
    else:
        ds = TensorDataset(torch.tensor(x[n:]), torch.tensor(y[n:]))
    return DataLoader(ds, batch_size=batch_size, shuffle=split == "train")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 16)
        self.dense_1 = nn.Linear(16, 10)
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
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
        logits = model(inputs)
        loss = criterion(logits, targets)
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
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


def build_model():
    return Model().to(device)


def main():
    train_ds = build_dataset("train", 32)
    val_ds = build_dataset("val", 32)
    model = build_model()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for _ in range(2):
        loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
        val_loss, val_accuracy = evaluate(model, val_ds, criterion)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)

    loss, acc = evaluate(model, val_ds, criterion)
    return history["loss"], acc


if __name__ == "__main__":
    losses, acc = main()
