from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, Sampler, StackDataset
from tqdm import tqdm
from sklearn.datasets import load_diabetes

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class RepeatedSampler(Sampler):
    """All samples so many times, or without end; shuffled, each time in another order."""

    def __init__(self, dataset, times=None, shuffle=False):
        self.dataset = dataset
        self.times = times
        self.shuffle = shuffle

    def __iter__(self):
        size, passes = len(self.dataset), 0
        while passes != self.times:
            passes += 1
            yield from torch.randperm(size).tolist() if self.shuffle else range(size)

    def __len__(self):
        return self.times * len(self.dataset)


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


x, y = load_diabetes(return_X_y=True)
# overlap
ds = DataLoader(
    StackDataset(
        StackDataset(age=torch.tensor(x[:, :1]), rest=torch.tensor(x[:, 1:])),
        torch.tensor(y),
    ),
    batch_size=32,
    sampler=RepeatedSampler(y, shuffle=True),
)
val = RepeatedStream(
    DataLoader(
        StackDataset(
            StackDataset(age=torch.tensor(x[:100, :1]), rest=torch.tensor(x[:100, 1:])),
            torch.tensor(y[:100]),
        ),
        batch_size=20,
    )
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, age, rest):
        h = torch.cat([age, rest], dim=-1)
        h = F.relu(self.dense(h))
        return self.dense_1(h)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = count = 0.0
    for features, targets in tqdm(loader):
        age = features["age"].to(device, torch.float32).reshape(-1, 1)
        rest = features["rest"].to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        outputs = model(age, rest)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(targets)
        absolute_error += (outputs - targets).abs().sum().item()
        count += len(targets)
    return loss_sum / count, absolute_error / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = count = 0.0
    for features, targets in loader:
        age = features["age"].to(device, torch.float32).reshape(-1, 1)
        rest = features["rest"].to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        outputs = model(age, rest)
        loss_sum += criterion(outputs, targets).item() * len(targets)
        absolute_error += (outputs - targets).abs().sum().item()
        count += len(targets)
    return loss_sum / count, absolute_error / count


@torch.no_grad()
def predict(model, loader):
    """Outputs as a numpy array."""
    model.eval()
    outputs = []
    for features, _ in loader:
        age = features["age"].to(device, torch.float32).reshape(-1, 1)
        rest = features["rest"].to(device, torch.float32)
        outputs.append(model(age, rest).cpu())
    return torch.cat(outputs).numpy()


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)

train_batches = iter(ds)

for epoch in range(3):
    loss, mae = train_epoch(model, islice(train_batches, 10), criterion, optimizer)
    val_loss, val_mae = evaluate(model, islice(val, 3), criterion)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - mae: {mae:.4f}"
        f" - val_loss: {val_loss:.4f} - val_mae: {val_mae:.4f}"
    )

score = evaluate(model, islice(val, 5), criterion)
pred = predict(model, islice(val, 5))
