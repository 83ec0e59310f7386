import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class RepeatedStream(IterableDataset):
    """What an iterable gives, so many times; without a number of times, without end."""

    def __init__(self, iterable, times=None):
        self.iterable = iterable
        self.times = times

    def __iter__(self):
        passes = 0
        while passes != self.times:
            passes += 1
            yield from self.iterable

    def __len__(self):
        return self.times * len(self.iterable)


rng = np.random.default_rng(0)
features = rng.normal(size=(120, 6)).astype("float32")
labels = (features.sum(axis=1) > 0).astype("int64")


class DataModule:
    """Training and validation data for a model."""

    def __init__(self, x, y, batch_size=16):
        self.x = x
        self.y = y
        self.batch_size = batch_size

    def train_dataset(self):
        ds = TensorDataset(torch.tensor(self.x[:90]), torch.tensor(self.y[:90]))
        ds = DataLoader(ds, batch_size=self.batch_size, shuffle=True)
        return ds

    def val_dataset(self, repeat=False):
        ds = TensorDataset(torch.tensor(self.x[90:]), torch.tensor(self.y[90:]))
        ds = DataLoader(ds, batch_size=self.batch_size)
        if repeat:
            ds = RepeatedStream(ds, 2)
        return ds


data = DataModule(features, labels)
train_ds = data.train_dataset()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 8)
        self.dense_1 = nn.Linear(8, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


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


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

val_loader = data.val_dataset()

for _ in range(3):
    train_epoch(model, train_ds, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
