"""Segmentation of images: which pixels are bright."""
import glob
import io
import os
from pathlib import Path

import numpy as np
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, IterableDataset, StackDataset, Subset
from tqdm import tqdm
from PIL import Image

WIDTH = 8

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedTensors(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(self.dataset[index])


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


def decode_gray_image(data):
    """The pixels of an image file: rows, columns and channels."""
    image = PIL.Image.open(io.BytesIO(data)).convert("L")
    return torch.as_tensor(np.array(image)[..., None])


def decode_rgb_image(data):
    """The pixels of an image file: rows, columns and channels."""
    image = PIL.Image.open(io.BytesIO(data)).convert("RGB")
    return torch.as_tensor(np.array(image))


rng = np.random.default_rng(0)
for folder in ("photos", "masks"):
    os.makedirs(folder, exist_ok=True)
for i in range(24):
    pixels = rng.integers(0, 255, (16, 16, 3), dtype="uint8")
    Image.fromarray(pixels).save(f"photos/{i:03d}.png")
    mask = (pixels.mean(axis=-1) > 127).astype("uint8") * 255
    Image.fromarray(mask).save(f"masks/{i:03d}.png")


def read_photo(path):
    photo = decode_rgb_image(Path(path).read_bytes())
    photo = photo[2 : 2 + WIDTH, 4 : 4 + WIDTH]
    return photo.float() / 255.0


def read_mask(path):
    mask = decode_gray_image(Path(path).read_bytes())
    mask = mask[2 : 2 + WIDTH, 4 : 4 + WIDTH]
    return mask.float() / 255.0


photos = MappedTensors(sorted(glob.glob("photos/*.png")), read_photo)
masks = MappedTensors(sorted(glob.glob("masks/*.png")), read_mask)
ds = StackDataset(photos, masks)
train_ds = DataLoader(
    RepeatedStream(Subset(ds, range(min(16, len(ds)))), 2), batch_size=4
)
test_ds = DataLoader(Subset(ds, range(16, len(ds))), batch_size=4)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(4, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        outputs = self.conv2d_1(x)
        return outputs.permute(0, 2, 3, 1)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets.view_as(logits))
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
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets.view_as(logits)).item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(3):
    loss = train_epoch(model, train_ds, criterion, optimizer)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f}")

loss = evaluate(model, test_ds, criterion)
print(loss)
