import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class GeneratedStream(IterableDataset):
    """What a generator function yields, as tensors of these types."""

    def __init__(self, generate, dtypes):
        self.generate = generate
        self.dtypes = dtypes

    def __iter__(self):
        for sample in self.generate():
            if isinstance(self.dtypes, tuple):
                pairs = zip(sample, self.dtypes)
                yield tuple(torch.tensor(part, dtype=dtype) for part, dtype in pairs)
            else:
                yield torch.tensor(sample, dtype=self.dtypes)


class NestedStream(IterableDataset):
    """What a generator function yields, its parts as tensors of these types."""

    def __init__(self, generate, dtypes):
        self.generate = generate
        self.dtypes = dtypes

    def __iter__(self):
        return (self.tensors(sample, self.dtypes) for sample in self.generate())

    def tensors(self, parts, dtypes):
        if isinstance(dtypes, dict):
            return {name: self.tensors(parts[name], dtypes[name]) for name in dtypes}
        if isinstance(dtypes, tuple):
            return tuple(map(self.tensors, parts, dtypes))
        return torch.tensor(parts, dtype=dtypes)


rng = np.random.default_rng(0)
x = rng.normal(size=(96, 6)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int64")


def samples(start, stop):
    for i in range(start, stop):
        yield x[i], y[i]


def batches():
    for i in range(0, len(x), 24):
        yield {"left": x[i : i + 24], "right": x[i : i + 24]}, y[i : i + 24]


# single samples, with arguments for the generator
train_ds = GeneratedStream(lambda: samples(0, 80), (torch.float32, torch.int64))
train_ds = DataLoader(train_ds, batch_size=16)
val_ds = DataLoader(
    GeneratedStream(lambda: samples(80, 96), (torch.float32, torch.int64)), batch_size=8
)


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
        inputs = inputs.to(device)
        targets = targets.to(device, torch.long)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


def train_two_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for features, targets in loader:
        left = features["left"].to(device)
        right = features["right"].to(device)
        targets = targets.to(device, torch.long)
        logits = model(left, right)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(targets)
        count += len(targets)
    return loss_sum / count


model = Model().to(device)
model_criterion = nn.CrossEntropyLoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(2):
    train_epoch(model, train_ds, model_criterion, model_optimizer)

# whole batches of two inputs by their names
pairs = NestedStream(
    batches, ({"left": torch.float32, "right": torch.float32}, torch.int64)
)


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(12, 2)
        self.apply(init_like_keras)

    def forward(self, left, right):
        merged = torch.cat([left, right], dim=-1)
        return self.dense(merged)  # logits: the loss applies the softmax


two = Two().to(device)
two_criterion = nn.CrossEntropyLoss()
two_optimizer = torch.optim.SGD(two.parameters(), lr=0.01)

for _ in range(2):
    train_two_epoch(two, pairs, two_criterion, two_optimizer)
