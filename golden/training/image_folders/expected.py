"""Shapes of leaves? No: digits, in a folder for each of them."""
import os
import pathlib
from itertools import islice

import numpy as np
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, IterableDataset
from tqdm import tqdm
from PIL import Image
from sklearn.datasets import load_digits

IMG_SIZE = (8, 8)
BATCH_SIZE = 32

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class CachedStream(IterableDataset):
    """What an iterable gives in the first whole pass, which is kept."""

    def __init__(self, iterable):
        self.iterable = iterable
        self.items = None

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        if self.items is not None:
            yield from self.items
            return
        items = []
        for item in self.iterable:
            items.append(item)
            yield item
        self.items = items


class ImageFolder(Dataset):
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
        image = PIL.Image.open(path).convert("RGB")
        image = torch.as_tensor(np.array(image), dtype=torch.float32)
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
data_dir = pathlib.Path("digits")
for number, (image, target) in enumerate(zip(digits.images[:400], digits.target)):
    folder = data_dir / f"digit_{target}"
    folder.mkdir(parents=True, exist_ok=True)
    pixels = np.kron(image, np.ones((2, 2))) * 15
    Image.fromarray(pixels.astype("uint8")).convert("RGB").save(
        folder / f"{number}.png"
    )

train_ds = DataLoader(
    random_part(ImageFolder(data_dir, IMG_SIZE), 0.2, "training", 123),
    batch_size=BATCH_SIZE,
    shuffle=True,
    generator=torch.Generator().manual_seed(123),
)
val_ds = DataLoader(
    random_part(ImageFolder(data_dir, IMG_SIZE), 0.2, "validation", 123),
    batch_size=BATCH_SIZE,
    shuffle=True,
    generator=torch.Generator().manual_seed(123),
)
class_names = train_ds.dataset.classes
num_classes = len(class_names)
print(class_names)

for image_batch, labels_batch in islice(train_ds, 1):
    print(image_batch.shape)
    print(labels_batch.shape)

val_ds = CachedStream(val_ds)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3, padding="same")
        self.dense = nn.Linear(128, num_classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = x * (1.0 / 255)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
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
    for inputs, targets in tqdm(loader):
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


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device)
        targets = targets.to(device, torch.long)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(3):
    loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_ds, criterion)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

loss, accuracy = evaluate(model, val_ds, criterion)
print("validation accuracy:", accuracy)
