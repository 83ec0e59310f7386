from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, Subset, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_breast_cancer

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class ChainedStream(IterableDataset):
    """What several iterables give, one after the other."""

    def __init__(self, *iterables):
        self.iterables = iterables

    def __len__(self):
        return sum(map(len, self.iterables))

    def __iter__(self):
        for iterable in self.iterables:
            yield from iterable


class ChosenStream(IterableDataset):
    """The next item of the iterable whose number comes next."""

    def __init__(self, iterables, numbers):
        self.iterables = iterables
        self.numbers = numbers

    def __iter__(self):
        iterators = [iter(iterable) for iterable in self.iterables]
        for number in self.numbers:
            item = next(iterators[number], None)
            if item is None:
                return
            yield item


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


class SampledStream(IterableDataset):
    """The next item of one of several iterables, which chance picks by weight each time."""

    def __init__(self, iterables, weights=None):
        self.iterables = iterables
        self.weights = weights or [1.0] * len(iterables)

    def __iter__(self):
        iterators = [iter(iterable) for iterable in self.iterables]
        weights = torch.tensor(self.weights)
        while weights.any():
            number = torch.multinomial(weights, 1).item()
            item = next(iterators[number], None)
            if item is None:  # the others go on
                weights[number] = 0
            else:
                yield item


def filtered(dataset, keep):
    """The samples of a dataset for which `keep` holds."""
    return Subset(dataset, [i for i in range(len(dataset)) if keep(*dataset[i])])


cancer = load_breast_cancer()
x = (cancer.data / np.max(cancer.data, axis=0)).astype("float32")
y = cancer.target


dataset = TensorDataset(torch.tensor(x), torch.tensor(y))
positive = filtered(dataset, lambda features, label: label == 1)
negative = filtered(dataset, lambda features, label: label == 0)
count = len(positive)
print(f"{count} of {len(dataset)}")

# as many of each, in random order
balanced = DataLoader(
    SampledStream([RepeatedStream(positive), RepeatedStream(negative)], [0.5, 0.5]),
    batch_size=20,
)
print([labels.numpy().mean() for _, labels in islice(balanced, 2)])

# one of each in turn, as long as there are some of both
choices = torch.arange(2)
in_turn = DataLoader(
    ChosenStream([positive, negative], RepeatedStream(choices, count)), batch_size=20
)
few = ChainedStream(
    DataLoader(Subset(negative, range(min(30, len(negative)))), batch_size=20),
    DataLoader(Subset(positive, range(min(10, len(positive)))), batch_size=20),
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(2):
    loss, accuracy = train_epoch(model, in_turn, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, few, criterion)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

numbers = torch.arange(3)
for (features, label), number in zip(few, RepeatedStream(numbers)):
    print(number.numpy(), label.numpy().mean())
