from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedTensorStream(IterableDataset):
    """What an iterable gives, as a function changes it."""

    def __init__(self, iterable, function):
        self.iterable = iterable
        self.function = function

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        return (self.function(item) for item in self.iterable)


def series_windows(data, length, stride=1, step=1):
    """Each stretch of a series."""
    size = (length - 1) * step + 1
    windows = torch.as_tensor(data).unfold(0, size, 1).movedim(-1, 1)[:, ::step]
    return windows[::stride]


hours = np.arange(600)
data = np.stack([np.sin(hours / 10), np.cos(hours / 7), np.sin(hours * 2 * np.pi / 24)], axis=1)


class WindowGenerator:
    def __init__(self, input_width, label_width, shift, data):
        # Split the data
        n = len(data)
        self.train_data = data[: int(n * 0.7)]
        self.val_data = data[int(n * 0.7) : int(n * 0.9)]
        self.test_data = data[int(n * 0.9) :]

        # Work out the window parameters.
        self.input_width = input_width
        self.label_width = label_width
        self.total_window_size = input_width + shift
        self.input_slice = slice(0, input_width)
        self.label_start = self.total_window_size - self.label_width
        self.labels_slice = slice(self.label_start, None)

    def split_window(self, features):
        inputs = features[:, self.input_slice]
        labels = features[:, self.labels_slice]
        labels = torch.stack([labels[:, :, 0]], dim=-1)

        # Slicing doesn't preserve static shape information, so set the shapes
        # manually.
        return inputs, labels

    def make_dataset(self, data, shuffle=False):
        data = np.array(data, dtype=np.float32)
        ds = DataLoader(
            series_windows(data, self.total_window_size), batch_size=32, shuffle=shuffle
        )

        ds = MappedTensorStream(ds, self.split_window)

        return ds

    @property
    def train(self):
        return self.make_dataset(self.train_data)

    @property
    def example(self):
        return next(iter(self.make_dataset(self.train_data, shuffle=True)))

    @property
    def val(self):
        return self.make_dataset(self.val_data)

    @property
    def test(self):
        return self.make_dataset(self.test_data)


window = WindowGenerator(input_width=12, label_width=1, shift=1, data=data)
print(window.example[0].shape)
for example_inputs, example_labels in islice(window.val, 1):
    print(f"Inputs shape (batch, time, features): {example_inputs.shape}")
    print(f"Labels shape (batch, time, features): {example_labels.shape}")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(36, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        x = F.relu(self.dense(x))
        x = self.dense_1(x)
        return x.reshape(-1, 1, 1)


def with_axes_of(outputs, targets):
    """Give targets the last axis of one number that they lack, or have besides."""
    if targets.dim() == outputs.dim() + 1:
        return targets.squeeze(-1)
    if targets.dim() == outputs.dim() - 1 and outputs.shape[-1] == 1:
        return targets.unsqueeze(-1)
    return targets


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32)
        outputs = model(inputs)
        targets = with_axes_of(outputs, targets)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
        count += len(inputs)
    return loss_sum / count, absolute_error / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32)
        outputs = model(inputs)
        targets = with_axes_of(outputs, targets)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
        count += len(inputs)
    return loss_sum / count, absolute_error / count


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_loader = window.train
val_loader = window.val

for epoch in range(3):
    loss, mean_absolute_error = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_mean_absolute_error = evaluate(model, val_loader, criterion)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f}"
        f" - mean_absolute_error: {mean_absolute_error:.4f}"
        f" - val_loss: {val_loss:.4f}"
        f" - val_mean_absolute_error: {val_mean_absolute_error:.4f}"
    )

performance = evaluate(model, window.test, criterion)
