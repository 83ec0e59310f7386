import math
from itertools import islice

import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class ImageArrays(Dataset):
    """Images of an array, each transformed, and their targets."""

    def __init__(self, images, targets, transform):
        self.images = torch.as_tensor(images, dtype=torch.float32)
        self.targets = torch.as_tensor(targets)
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(self.images[index]), self.targets[index]


class RandomAffineOnBlack(nn.Module):
    """Turns, moves, shears and zooms images at random."""

    def __init__(self, rotation=0, height_shift=0, width_shift=0, shear=0, zoom=(1, 1)):
        super().__init__()
        self.rotation = math.radians(rotation)
        self.shift = torch.tensor([height_shift, width_shift])
        self.shear = math.radians(shear)
        self.zoom = zoom

    def forward(self, image):
        sizes = torch.tensor(image.shape[:2])
        turn, slant = (torch.rand(2) * 2 - 1).tolist()
        turn, slant = turn * self.rotation, slant * self.shear
        rotation = torch.tensor(
            [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
        )
        shear = torch.tensor([[1, -math.sin(slant)], [0, math.cos(slant)]])
        shift = (torch.rand(2) * 2 - 1) * self.shift * sizes
        low, high = self.zoom
        zoom = torch.rand(2) * (high - low) + low
        # the first axis is that of the columns, whose center is taken from the rows
        x, y = torch.meshgrid(*map(torch.arange, image.shape[1::-1]), indexing="xy")
        center = (sizes - 1) / 2
        points = torch.stack([x, y], dim=-1) - center
        points = points @ (rotation @ shear * zoom).T + rotation @ shift + center
        grid = (points + 0.5) / sizes.flip(0) * 2 - 1
        image = F.grid_sample(
            image.permute(2, 0, 1)[None],
            grid[None],
            padding_mode="border",
            align_corners=False,
        )
        last = sizes.flip(0) - 1
        inside = ((points - last / 2).abs() < last / 2 + 1e-4).all(-1, keepdim=True)
        return image[0].permute(1, 2, 0) * inside


class RandomExposure(nn.Module):
    """Multiplies images by random factors, in whole numbers from 0 to 255."""

    def __init__(self, low, high):
        super().__init__()
        self.low, self.high = low, high

    def forward(self, image):
        factor = torch.rand(()) * (self.high - self.low) + self.low
        low, high = image.min(), image.max()
        if 0 <= low and high <= 255:
            return (image.floor() * factor).clamp(0, 255).floor()
        pixels = ((image - low) / (high - low) * 255).floor()
        pixels = (pixels * factor).clamp(0, 255).floor()
        return pixels / 255 * (high - low) + low


class Standardize(nn.Module):
    """Subtracts the mean of each channel and divides by its deviation, found beforehand."""

    def __init__(self):
        super().__init__()
        self.mean = 0.0
        self.deviation = 1.0

    def fit(self, images):
        images = torch.as_tensor(images, dtype=torch.float32)
        self.mean = images.mean((0, 1, 2))
        self.deviation = images.std((0, 1, 2), correction=0) + 1e-6

    def forward(self, image):
        return (image - self.mean) / self.deviation


digits = load_digits()
x = digits.images[..., np.newaxis].astype("float32")
x_train, y_train = x[:600], digits.target[:600]
x_test, y_test = x[600:800], digits.target[600:800]
batch_size = 50

STANDARDIZE = True
datagen = nn.Sequential(
    RandomAffineOnBlack(rotation=10), RandomExposure(0.8, 1.0), Standardize()
)
# the mean and the deviation of each channel
datagen[-1].fit(x_train)

train_gen = DataLoader(
    ImageArrays(
        x_train[int(len(x_train) * 0.2):], y_train[int(len(y_train) * 0.2):], datagen
    ),
    batch_size=batch_size,
    shuffle=True,
)
val_gen = DataLoader(
    ImageArrays(
        x_train[:int(len(x_train) * 0.2)], y_train[:int(len(y_train) * 0.2)], datagen
    ),
    batch_size=batch_size,
    shuffle=True,
)
images, labels = tuple(part.numpy() for part in next(iter(val_gen)))
print(images.shape, labels.shape, len(train_gen), "batches")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 8, 3)
        self.dense = nn.Linear(288, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)  # logits: the loss applies the softmax


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
        inputs = inputs.to(device)
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
        inputs = inputs.to(device)
        targets = targets.to(device, torch.long).flatten()
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def predict(model, loader):
    """Class probabilities as a numpy array."""
    model.eval()
    outputs = []
    for inputs, _ in loader:
        inputs = inputs.to(device)
        outputs.append(model(inputs).softmax(1).cpu())
    return torch.cat(outputs).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(2):
    train_epoch(model, train_gen, criterion, optimizer)

test_gen = DataLoader(ImageArrays(x_test, y_test, datagen), batch_size=batch_size)
loss, accuracy = evaluate(model, islice(test_gen, 2), criterion)
predicted = predict(model, islice(test_gen, len(x_test) // batch_size))
