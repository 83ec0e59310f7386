import os
from itertools import islice

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

image_size = (16, 16)
batch_size = 24

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class GrayImageFolder(Dataset):
    """Resized images of a folder with one for each class, and their classes."""

    def __init__(self, root, size):
        self.size = size
        self.classes = sorted(
            entry.name
            for entry in os.scandir(root)
            if entry.is_dir() and not entry.name.startswith(".")
        )
        self.samples = [
            (os.path.join(folder, name), label)
            for label, class_name in enumerate(self.classes)
            for folder, _, names in sorted(os.walk(os.path.join(root, class_name)))
            for name in sorted(names)
            if name.lower().endswith((".bmp", ".gif", ".jpeg", ".jpg", ".png"))
        ]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, label = self.samples[index]
        image = PIL.Image.open(path).convert("L")
        image = torch.as_tensor(np.array(image)[..., None], dtype=torch.float32)
        image = image.movedim(-1, 0)[None]
        image = F.interpolate(image, self.size, mode="bilinear")[0]
        return image.movedim(0, -1), label


def random_part(folder, share, subset, seed):
    """Keep the images to train with, or the random share that validates."""
    np.random.RandomState(seed).shuffle(folder.samples)
    count = len(folder) - int(share * len(folder))
    parts = {"training": folder.samples[:count], "validation": folder.samples[count:]}
    folder.samples = parts[subset]
    return folder


digits = load_digits()
for number in range(150):
    name = "even" if digits.target[number] % 2 == 0 else "odd"
    os.makedirs(os.path.join("digits", name), exist_ok=True)
    pixels = (digits.images[number] * 15).astype("uint8")
    Image.fromarray(pixels).save(os.path.join("digits", name, f"{number}.png"))

train_ds, val_ds = (
    DataLoader(
        random_part(GrayImageFolder("digits", image_size), 0.2, "training", 1337),
        batch_size=batch_size,
        shuffle=True,
        generator=torch.Generator().manual_seed(1337),
    ),
    DataLoader(
        random_part(GrayImageFolder("digits", image_size), 0.2, "validation", 1337),
        batch_size=batch_size,
    ),
)
class_names = train_ds.dataset.classes
print(class_names)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        channels = 1
        self.conv2ds = nn.ModuleList()
        for filters in (4, 8):
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, stride=2))
            channels = filters
        self.dense = nn.Linear(channels, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = x * (1.0 / 255)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        x = x.mean((2, 3))
        return self.dense(x)


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
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0.5) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(2):
    train_epoch(model, train_ds, criterion, optimizer)

for images, labels in islice(val_ds, 1):
    print(images.shape, len(labels))
