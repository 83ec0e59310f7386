import io
import os
from glob import glob
from pathlib import Path

import numpy as np
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, StackDataset
from tqdm import tqdm
from PIL import Image
from sklearn.datasets import load_digits

IMAGE_SIZE = 6
BATCH_SIZE = 10

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedDataset(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(*self.dataset[index])


def decode_gray_image(data):
    """The pixels of an image file: rows, columns and channels."""
    image = PIL.Image.open(io.BytesIO(data)).convert("L")
    return torch.as_tensor(np.array(image)[..., None])


def decode_rgb_image(data):
    """The pixels of an image file: rows, columns and channels."""
    image = PIL.Image.open(io.BytesIO(data)).convert("RGB")
    return torch.as_tensor(np.array(image))


def resize_image(image, size):
    """An image at another size: rows, columns and channels."""
    image = image.to(torch.float32).movedim(-1, 0)[None]
    return F.interpolate(image, size, mode="bilinear")[0].movedim(0, -1)


def resize_nearest(image, size):
    """An image at another size: rows, columns and channels."""
    image = image.movedim(-1, 0)[None]
    return F.interpolate(image, size, mode="nearest-exact")[0].movedim(0, -1)


digits = load_digits()
for i, pixels in enumerate(digits.images[:60]):
    for folder, values in (("images", pixels * 15), ("masks", pixels > 8)):
        os.makedirs(folder, exist_ok=True)
        Image.fromarray(values.astype("uint8")).save(f"{folder}/{i:04d}.png")

images = sorted(glob("images/*.png"))
masks = sorted(glob("masks/*.png"))


def read_image(image_path, mask=False):
    image = Path(image_path).read_bytes()
    if mask:
        image = decode_gray_image(image)
        size = [IMAGE_SIZE, IMAGE_SIZE]
        image = resize_nearest(image, size)
    else:
        image = decode_rgb_image(image)
        image = resize_image(image, [IMAGE_SIZE, IMAGE_SIZE])
        image = image / 127.5 - 1
    return image


def load_data(image_path, mask_path):
    image = read_image(image_path)
    mask = read_image(mask_path, mask=True)
    return image, mask


def augment(image, mask):
    # flip both together
    if torch.rand(()) > 0.5:
        image = image.flip(1)
        mask = mask.flip(1)
    return image, mask


def data_generator(image_paths, mask_paths, training=False):
    dataset = StackDataset(list(image_paths), list(mask_paths))
    dataset = MappedDataset(dataset, load_data)
    if training:
        dataset = MappedDataset(dataset, lambda image, mask: augment(image, mask.int()))
    return DataLoader(dataset, batch_size=BATCH_SIZE, drop_last=True)


augmented = data_generator(images, masks, training=True)
print(next(iter(augmented))[0].shape)
train_dataset = data_generator(images[:40], masks[:40])
val_dataset = data_generator(images[40:], masks[40:])


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(4, 2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = self.conv2d_1(x)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device)
        targets = targets.to(device, torch.long).flatten(2)
        logits = model(inputs)
        loss = criterion(logits.movedim(-1, 1), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(-1) == targets).double().mean().item() * len(inputs)
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device)
        targets = targets.to(device, torch.long).flatten(2)
        logits = model(inputs)
        loss_sum += criterion(logits.movedim(-1, 1), targets).item() * len(inputs)
        correct += (logits.argmax(-1) == targets).double().mean().item() * len(inputs)
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(2):
    loss, accuracy = train_epoch(model, train_dataset, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_dataset, criterion)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )
