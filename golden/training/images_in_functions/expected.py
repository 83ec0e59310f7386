import math
import os

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
import PIL.Image
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

SIZE = (8, 8)

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


def labels_of(directory):
    """The class of each image, as an array."""
    return np.array([label for _, label in directory.samples], dtype="int32")


def names_of_files(directory):
    """The files of the images, from the folders of their classes on."""
    return [os.path.relpath(path, directory.root) for path, _ in directory.samples]


AUGMENTATION = dict(rotation_range=15, zoom_range=0.1, fill_mode="nearest")


def save_digits(root):
    digits = load_digits(n_class=4)
    for part, numbers in (("train", range(300)), ("test", range(300, 400))):
        for i in numbers:
            folder = os.path.join(root, part, f"digit_{digits.target[i]}")
            os.makedirs(folder, exist_ok=True)
            pixels = (digits.images[i] * 15).astype("uint8")
            Image.fromarray(pixels).save(os.path.join(folder, f"{i}.png"))


def get_generators(root, batch_size=25):
    """One that changes its images, one that doesn't."""
    train_datagen = RandomAffine(rotation=15, zoom=(0.9, 1.1))
    test_datagen = nn.Identity()
    train = DataLoader(
        ImageDirectory(os.path.join(root, "train"), SIZE, train_datagen),
        batch_size=batch_size,
        shuffle=True,
    )
    test = DataLoader(
        ImageDirectory(os.path.join(root, "test"), SIZE, test_datagen),
        batch_size=batch_size,
    )
    return train, test


save_digits("digits")
train_generator, test_generator = get_generators("digits")

# a look at what there is
for images, labels in train_generator:
    print(images.shape, labels.shape, images.max())
    break


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(192, 12)
        self.dense_1 = nn.Linear(12, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x * (1 / 255)
        x = x.flatten(1)
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
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
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(3):
    loss, accuracy = train_epoch(model, train_generator, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, test_generator, criterion)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

predicted = np.argmax(predict(model, test_generator), axis=-1)
wrong = predicted != labels_of(test_generator.dataset)
names = np.array(names_of_files(test_generator.dataset))
for name, number in zip(names[wrong], predicted[wrong]):
    print(name, "looks like", number)
