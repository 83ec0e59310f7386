import math
import os
from itertools import islice

import numpy as np
from PIL import Image
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm
from sklearn.datasets import load_digits

# dimensions of our images
img_width, img_height = 12, 12
epochs = 3
batch_size = 16

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


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


class RandomMirror(nn.Module):
    """Mirrors images along an axis, half of the time."""

    def __init__(self, axis):
        super().__init__()
        self.axis = axis

    def forward(self, image):
        return image.flip(self.axis) if torch.rand(()) < 0.5 else image


class Rescale(nn.Module):
    """Multiplies images by a factor."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, image):
        return image * self.factor


def write_images(folder, images, labels):
    """A folder of even and one of odd digits."""
    for number, (image, label) in enumerate(zip(images, labels)):
        target = os.path.join(folder, "odd" if label % 2 else "even")
        os.makedirs(target, exist_ok=True)
        pixels = np.repeat((image * 15).astype("uint8")[..., None], 3, axis=-1)
        Image.fromarray(pixels).save(os.path.join(target, f"{number:04d}.png"))


digits = load_digits()
write_images("data/train", digits.images[:160], digits.target[:160])
write_images("data/validation", digits.images[160:220], digits.target[160:220])


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3)
        self.dense = nn.Linear(200, 16)
        self.dropout = nn.Dropout()
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = F.relu(x)
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = self.dense(x)
        x = F.relu(x)
        x = self.dropout(x)
        return self.dense_1(x)  # logits: the loss applies the sigmoid


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
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)

criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# this is the augmentation configuration we will use for training
train_datagen = nn.Sequential(
    RandomAffine(shear=0.2, zoom=(0.8, 1.2)), RandomMirror(1), Rescale(1. / 255)
)

# only rescaling
test_datagen = Rescale(1. / 255)

train_generator = DataLoader(
    ImageDirectory("data/train", (img_width, img_height), train_datagen),
    batch_size=batch_size,
    shuffle=True,
)

validation_generator = DataLoader(
    ImageDirectory("data/validation", (img_width, img_height), test_datagen),
    batch_size=batch_size,
    shuffle=True,
)

print(train_generator.dataset.class_to_idx)

for epoch in range(epochs):
    loss, accuracy = train_epoch(
        model,
        islice(train_generator, len(train_generator.dataset) // batch_size),
        criterion,
        optimizer,
    )
    val_loss, val_accuracy = evaluate(model, validation_generator, criterion)
    print(
        f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

score = evaluate(model, validation_generator, criterion)
