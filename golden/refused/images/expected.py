import os

import numpy as np
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

import pandas as pd


class Center(nn.Module):
    """Subtracts the mean of each channel, found in images beforehand."""

    def __init__(self):
        super().__init__()
        self.mean = 0.0

    def fit(self, images):
        self.mean = torch.as_tensor(images, dtype=torch.float32).mean((0, 1, 2))

    def forward(self, image):
        return image - self.mean


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


class OneHotImageDirectory(Dataset):
    """Transformed images of a folder with one for each class, and rows for their classes."""

    def __init__(self, root, size, transform):
        self.root = root
        self.size = size
        self.transform = transform
        self.classes = sorted(
            entry.name for entry in os.scandir(root) if entry.is_dir()
        )
        self.class_to_idx = {name: label for label, name in enumerate(self.classes)}
        self.samples = [
            (os.path.join(folder, name), label)
            for label, class_name in enumerate(self.classes)
            for folder, _, names in sorted(os.walk(os.path.join(root, class_name)))
            for name in sorted(names)
            if name.lower().endswith(
                (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff")
            )
        ]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, label = self.samples[index]
        image = PIL.Image.open(path).convert("RGB")
        image = image.resize(self.size[::-1], PIL.Image.NEAREST)
        image = torch.as_tensor(np.array(image), dtype=torch.float32)
        image = self.transform(image)
        return image, torch.eye(len(self.classes))[label]


class Rescale(nn.Module):
    """Multiplies images by a factor."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, image):
        return image * self.factor


def random_part(folder, share, subset, seed):
    """Keep the images to train with, or the random share that validates."""
    np.random.RandomState(seed).shuffle(folder.samples)
    count = len(folder) - int(share * len(folder))
    parts = {"training": folder.samples[:count], "validation": folder.samples[count:]}
    folder.samples = parts[subset]
    return folder


frame = pd.read_csv("labels.csv")
# statistics of the data
centered = nn.Sequential(Rescale(1.0 / 255), Center())
train_gen = DataLoader(
    OneHotImageDirectory("train", (32, 32), centered), batch_size=32, shuffle=True
)

rescaled = Rescale(1.0 / 255)
# TODO(tf2torch) T2T103: `ImageDataGenerator.flow_from_dataframe` is left as it is: images that have weights
val_gen = rescaled.flow_from_dataframe(
    frame, "images", x_col="file", y_col="label", weight_col="weight"
)
both = (
    DataLoader(
        random_part(ImageFolder("pets", (256, 256)), 0.2, "training", 1),
        batch_size=32,
        shuffle=True,
        generator=torch.Generator().manual_seed(1),
    ),
    DataLoader(
        random_part(ImageFolder("pets", (256, 256)), 0.2, "validation", 1),
        batch_size=32,
    ),
)
