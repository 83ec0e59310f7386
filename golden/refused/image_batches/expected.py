import math
import os

import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


class ImageDirectory(Dataset):
    """Transformed images of a folder with one for each class, and their classes."""

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
        return image, label


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


class Rescale(nn.Module):
    """Multiplies images by a factor."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, image):
        return image * self.factor


datagen = nn.Sequential(RandomAffine(rotation=30), Rescale(1.0 / 255))
train_gen = DataLoader(
    ImageDirectory("train", (32, 32), datagen), batch_size=32, shuffle=True
)

# TODO(tf2torch) T2T103: the batches of a generator go on without end, those of a loader end: use `fit`
images, labels = next(train_gen)
# TODO(tf2torch) T2T103: the batches of a generator go on without end, those of a loader end: use `fit`
more, _ = next(train_gen)
plt.imshow(images[0])
# TODO(tf2torch) T2T103: `train_gen` is left as it is: the loop goes on with the batch where one before has stopped
for images, labels in train_gen:
    # TODO(tf2torch) T2T103: `.image_shape` is left as it is: the loader of the images has none
    print(images.shape, train_gen.image_shape)
    break
