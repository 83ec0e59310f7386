import glob
import io
import os
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

IMG_SIZE = 4
BATCH_SIZE = 25
FLIPPED = True

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


def decode_rgb_image(data):
    """The pixels of an image file: rows, columns and channels."""
    image = PIL.Image.open(io.BytesIO(data)).convert("RGB")
    return torch.as_tensor(np.array(image))


def resize_image(image, size):
    """An image at another size: rows, columns and channels."""
    image = image.to(torch.float32).movedim(-1, 0)[None]
    return F.interpolate(image, size, mode="bilinear")[0].movedim(0, -1)


digits = load_digits()
os.makedirs("images", exist_ok=True)
for i, pixels in enumerate(digits.images[:300]):
    Image.fromarray((pixels * 15).astype("uint8")).save(f"images/{i:04d}.png")

paths = sorted(glob.glob("images/*.png"))
labels = digits.target[: len(paths)]


def load_image(path):
    image = Path(path).read_bytes()
    image = decode_rgb_image(image)
    image = resize_image(image, [IMG_SIZE, IMG_SIZE])
    # pixels between 0 and 1
    return image.float() / 255.0


def process(path, label):
    return load_image(path), F.one_hot(label.long(), 10).float()


def augment(image, label):
    image = image.flip(1)
    return image, label


train_ds = StackDataset(paths[:200], torch.tensor(labels[:200]))
train_ds = MappedDataset(train_ds, process)
train_ds = DataLoader(
    MappedDataset(train_ds, augment), batch_size=BATCH_SIZE, shuffle=True
)
val_ds = DataLoader(
    MappedDataset(StackDataset(paths[200:], torch.tensor(labels[200:])), process),
    batch_size=BATCH_SIZE,
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(IMG_SIZE * IMG_SIZE * 3, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        return self.dense(x)  # logits: the loss applies the softmax


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
        logits = model(inputs)
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
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_ds, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

best = max(history["val_accuracy"])
print(best)
