from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, Subset

SENSORS = 5

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class InterleavedStream(IterableDataset):
    """Blocks of what is made of each item: of `cycle_length` items in turn."""

    def __init__(self, items, make, cycle_length, block_length=1):
        self.items = items
        self.make = make
        self.cycle_length = cycle_length
        self.block_length = block_length

    def __iter__(self):
        made = (iter(self.make(item)) for item in self.items)
        turns, goes_on = [None] * self.cycle_length, True
        while goes_on:
            turns = [next(made, None) if turn is None else turn for turn in turns]
            goes_on = any(turns)
            for place, turn in enumerate(turns):
                block = list(islice(turn or (), self.block_length))
                yield from block
                if len(block) < self.block_length:
                    turns[place] = None


class MappedTensorStream(IterableDataset):
    """What an iterable gives, as a function changes it."""

    def __init__(self, iterable, function):
        self.iterable = iterable
        self.function = function

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        return (self.function(item) for item in self.iterable)


class ShuffledStream(IterableDataset):
    """What an iterable gives, each time one at random of the next `size`."""

    def __init__(self, iterable, size):
        self.iterable = iterable
        self.size = size

    def __iter__(self):
        buffer = []
        for item in self.iterable:
            buffer.append(item)
            if len(buffer) == self.size:
                yield buffer.pop(torch.randint(len(buffer), ()))
        while buffer:
            yield buffer.pop(torch.randint(len(buffer), ()))

    def __len__(self):
        return len(self.iterable)


rng = np.random.default_rng(0)
# the rows of each sensor: six readings, and what is to be predicted
readings = rng.normal(size=(SENSORS, 40, 7)).astype("float32")
readings[..., -1] = readings[..., :-1].mean(axis=-1)


def make_dataset(recordings, shuffle=False):
    """Two rows of each sensor in turn, of three sensors at a time."""
    ds = torch.tensor(recordings)
    ds = InterleavedStream(
        ds, lambda rows: Subset(rows, range(1, len(rows))), 3, block_length=2
    )
    if shuffle:
        ds = ShuffledStream(ds, 100)
    ds = MappedTensorStream(ds, lambda row: (row[:-1], row[-1]))
    return DataLoader(ds, batch_size=16)


train_ds = make_dataset(readings[:4], shuffle=True)
val_ds = make_dataset(readings[4:])


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 8)
        self.dense_1 = nn.Linear(8, 1)
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
    loss_sum = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(len(targets), -1)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(len(targets), -1)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

history = {"loss": [], "val_loss": []}
for _ in range(2):
    loss = train_epoch(model, train_ds, criterion, optimizer)
    val_loss = evaluate(model, val_ds, criterion)
    history["loss"].append(loss)
    history["val_loss"].append(val_loss)

print(history["val_loss"])
