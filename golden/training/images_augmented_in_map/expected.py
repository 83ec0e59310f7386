import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, TensorDataset
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedStream(IterableDataset):
    """What an iterable gives, as a function changes it."""

    def __init__(self, iterable, function):
        self.iterable = iterable
        self.function = function

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        return (self.function(*item) for item in self.iterable)


digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32")
labels = digits.target


class DataAugmentation(nn.Module):
    def __init__(self):
        super().__init__()
        self.random_flip = RandomFlip(3)
        self.random_rotation = RandomRotation(-0.1, 0.1)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.random_flip(x)
        x = self.random_rotation(x)
        return x.permute(0, 2, 3, 1)


class RandomFlip(nn.Module):
    """Flip about half of the images while training."""

    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        if not self.training:
            return x
        flips = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
        return torch.where(flips, x.flip(self.dims), x)


def uniform(x, low, high):
    """A random number for each sample of x."""
    return torch.empty(len(x), dtype=x.dtype, device=x.device).uniform_(low, high)


def warp(x, matrices, mode="bilinear", padding_mode="reflection"):
    """Move the pixels of each image by an affine map from output to input."""
    grid = F.affine_grid(matrices, x.shape, align_corners=False)
    return F.grid_sample(x, grid, mode, padding_mode, align_corners=False)


class RandomRotation(nn.Module):
    """Turn each image by a random part of a full turn while training."""

    def __init__(self, low, high, **options):
        super().__init__()
        self.low, self.high = low, high
        self.options = options

    def forward(self, x):
        if not self.training:
            return x
        angle = 2 * torch.pi * uniform(x, self.low, self.high)
        height, width = x.shape[-2:]
        sin, cos, zero = angle.sin(), angle.cos(), torch.zeros_like(angle)
        rows = [cos, -sin * height / width, zero, sin * width / height, cos, zero]
        return warp(x, torch.stack(rows, dim=1).view(-1, 2, 3), **self.options)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
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


data_augmentation = DataAugmentation()


def prepare(ds, augment=False):
    ds = DataLoader(ds, batch_size=50)
    ds = MappedStream(ds, lambda x, y: (x * (1.0 / 16), y))
    if augment:
        ds = MappedStream(ds, lambda x, y: (data_augmentation(x), y))
    return ds


train_ds = prepare(
    TensorDataset(torch.tensor(images[:300]), torch.tensor(labels[:300])), augment=True
)
val_ds = prepare(
    TensorDataset(torch.tensor(images[300:400]), torch.tensor(labels[300:400]))
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        height = 8
        width = 8
        channels = 1
        self.conv2ds = nn.ModuleList()
        for filters in (4, 8):
            self.conv2ds.append(nn.Conv2d(channels, filters, 3))
            height = height - 2
            width = width - 2
            channels = filters
        self.dense = nn.Linear(height * width * channels, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(2):
    train_epoch(model, train_ds, criterion, optimizer)
