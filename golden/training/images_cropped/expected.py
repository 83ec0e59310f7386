import os
import pathlib

import numpy as np
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from PIL import Image
from sklearn.datasets import load_digits

IMG_SIZE = (6, 8)

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class CroppedColumnImageFolderOfClasses(Dataset):
    """Resized images of a folder with one for each class, and which of two classes it is."""

    def __init__(self, root, size, classes):
        self.size = size
        self.classes = classes
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
        width, height = image.size
        rows, columns = self.size
        kept_rows = min(height, width * rows // columns)
        kept_columns = min(width, height * columns // rows)
        top, left = (height - kept_rows) // 2, (width - kept_columns) // 2
        image = image.crop((left, top, left + kept_columns, top + kept_rows))
        image = torch.as_tensor(np.array(image), dtype=torch.float32)
        image = image.movedim(-1, 0)[None]
        image = F.interpolate(image, self.size, mode="bilinear")[0]
        return image.movedim(0, -1), torch.tensor([float(label)])


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


class MappedDataset(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(*self.dataset[index])


class UnlabeledImageFolder(Dataset):
    """Resized images of a folder and those below it."""

    def __init__(self, root, size):
        self.size = size
        self.samples = [
            os.path.join(folder, name)
            for folder, _, names in sorted(os.walk(root))
            for name in sorted(names)
            if name.lower().endswith((".bmp", ".gif", ".jpeg", ".jpg", ".png"))
        ]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path = self.samples[index]
        image = PIL.Image.open(path).convert("RGB")
        image = torch.as_tensor(np.array(image), dtype=torch.float32)
        image = image.movedim(-1, 0)[None]
        image = F.interpolate(image, self.size, mode="bilinear")[0]
        return image.movedim(0, -1)


digits = load_digits()
data_dir = pathlib.Path("odd_and_even")
for number, (image, target) in enumerate(zip(digits.images[:60], digits.target)):
    folder = data_dir / ("odd" if target % 2 else "even")
    folder.mkdir(parents=True, exist_ok=True)
    pixels = np.kron(image, np.ones((2 + number % 2, 2))) * 15
    Image.fromarray(pixels.astype("uint8")).convert("RGB").save(folder / f"{number}.png")

# the classes in another order than that of their names
train_ds = DataLoader(
    CroppedColumnImageFolderOfClasses(data_dir, IMG_SIZE, ["odd", "even"]),
    batch_size=10,
)
print(train_ds.dataset.classes)

single_ds = ImageFolder(data_dir, IMG_SIZE)
names = single_ds.classes
scaled_ds = DataLoader(
    MappedDataset(single_ds, lambda image, label: (image / 255.0, label)), batch_size=15
)
count = sum(len(labels) for _, labels in scaled_ds)

unlabeled = []
for size in (8, 10):
    images = DataLoader(UnlabeledImageFolder(data_dir, (size, size)), batch_size=32)
    unlabeled.append(sum(len(batch) for batch in images))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.dense = nn.Linear(96, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = x * (1.0 / 255)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)  # logits: the loss applies the sigmoid


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
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(2):
    train_epoch(model, train_ds, criterion, optimizer)
