import math
from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

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


class RandomAffine(nn.Module):
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
        return image[0].permute(1, 2, 0)


digits = load_digits()
x = np.expand_dims(digits.images, -1) / 16.0
y = np.eye(10, dtype="float32")[digits.target]
x_train, y_train = x[:1000], y[:1000]
x_test, y_test = x[1000:1300], y[1000:1300]

AUGMENT = True
# degrees
datagen = RandomAffine(rotation=10, height_shift=0.1, width_shift=0.1)


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


def epochs_of(loader, steps):
    """So many batches for each epoch; the last one of a pass gets what is left."""
    while True:
        batches = iter(loader)
        for _ in range(0, len(loader), steps):
            yield islice(batches, steps)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device)
        targets = targets.to(device, torch.float32)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def train_model_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

if AUGMENT:
    train_loader = DataLoader(
        ImageArrays(x_train, y_train, datagen), batch_size=50, shuffle=True
    )
    val_data = TensorDataset(
        torch.as_tensor(x_test, dtype=torch.float32),
        torch.as_tensor(y_test, dtype=torch.float32),
    )
    val_loader = DataLoader(val_data, batch_size=32)
    train_epochs = epochs_of(train_loader, len(x_train) // 50)

    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(3):
        loss, accuracy = train_epoch(model, next(train_epochs), criterion, optimizer)
        val_loss, val_accuracy = evaluate(model, val_loader, criterion)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        print(
            f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
            f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        )
else:
    train_data = TensorDataset(
        torch.as_tensor(x_train, dtype=torch.float32),
        torch.as_tensor(y_train, dtype=torch.float32),
    )
    val_data = TensorDataset(
        torch.as_tensor(x_test, dtype=torch.float32),
        torch.as_tensor(y_test, dtype=torch.float32),
    )
    train_loader = DataLoader(train_data, batch_size=50, shuffle=True)
    val_loader = DataLoader(val_data, batch_size=50)

    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(3):
        loss, accuracy = train_model_epoch(model, train_loader, criterion, optimizer)
        val_loss, val_accuracy = evaluate(model, val_loader, criterion)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        print(
            f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
            f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        )

print(history["val_accuracy"])
