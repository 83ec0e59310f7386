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

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class ArrayFunction(nn.Module):
    """A function of arrays, for images that are tensors."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, image):
        return torch.as_tensor(self.function(image.numpy()), dtype=torch.float32)


class OneHotGrayImageDirectory(Dataset):
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
        image = PIL.Image.open(path)
        if image.mode not in ("I", "I;16"):
            image = image.convert("L")
        image = image.resize(self.size[::-1], PIL.Image.NEAREST)
        image = torch.as_tensor(np.array(image)[..., None], dtype=torch.float32)
        image = self.transform(image)
        return image, torch.eye(len(self.classes))[label]


class Rescale(nn.Module):
    """Multiplies images by a factor."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, image):
        return image * self.factor


def labels_of(directory):
    """The class of each image, as an array."""
    return np.array([label for _, label in directory.samples], dtype="int32")


def part_of_classes(directory, start, stop):
    """Keep the images of each class from one fraction of them to another."""
    kept = []
    for number in range(len(directory.classes)):
        images = [sample for sample in directory.samples if sample[1] == number]
        kept += images[int(start * len(images)) : int(stop * len(images))]
    directory.samples = kept
    return directory


def prepare(image):
    # the darker half counts less
    image[image < 64] *= 0.5
    return image


def save_digits(folder, count=300):
    digits = load_digits()
    for i in range(count):
        name = ["zero", "one", "two"][digits.target[i] % 3]
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        pixels = (digits.images[i] * 15).astype(np.uint8)
        Image.fromarray(pixels).save(os.path.join(folder, name, str(i) + ".bmp"))


class Model(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.dense = nn.Linear(100, 16)
        self.dense_1 = nn.Linear(16, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = x.flatten(1)
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


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
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
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
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def predict(model, loader):
    """Class probabilities as a numpy array."""
    model.eval()
    return torch.cat([model(inputs.to(device)).cpu() for inputs, _ in loader]).numpy()


def make_model(classes):
    return Model(classes).to(device)


save_digits("all")
datagen = nn.Sequential(ArrayFunction(prepare), Rescale(1 / 256))
train_gen = DataLoader(
    part_of_classes(OneHotGrayImageDirectory("all", (10, 10), datagen), 0.25, 1),
    batch_size=20,
    shuffle=True,
    generator=torch.Generator().manual_seed(7),
)
val_gen = DataLoader(
    part_of_classes(OneHotGrayImageDirectory("all", (10, 10), datagen), 0, 0.25),
    batch_size=20,
)
print(len(train_gen.dataset), "images of", len(train_gen.dataset.classes), "classes")

model = make_model(len(train_gen.dataset.classes))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(3):
    loss, accuracy = train_epoch(model, train_gen, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_gen, criterion)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

predictions = predict(model, val_gen)
correct = np.argmax(predictions, axis=1) == labels_of(val_gen.dataset)
print("accuracy:", correct.mean())
names = {number: name for name, number in val_gen.dataset.class_to_idx.items()}
print(names[int(predictions[0].argmax())])
