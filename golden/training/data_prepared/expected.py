import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

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


digits = load_digits()
images = digits.images[..., np.newaxis]
labels = digits.target


class ResizeAndRescale(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.interpolate(x, size=(6, 6), mode="bilinear")
        x = x * (1.0 / 16)
        return x.permute(0, 2, 3, 1)


class RandomFlip(nn.Module):
    """Flip about half of the images while training."""

    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        if not self.training:
            return x
        flips = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
        return torch.where(flips, x.flip(self.dims), x)


def uniform(x, low, high):
    """A random number for each sample of x."""
    return torch.empty(len(x), dtype=x.dtype, device=x.device).uniform_(low, high)


def warp(x, matrices, mode="bilinear", padding_mode="reflection"):
    """Move the pixels of each image by an affine map from output to input."""
    grid = F.affine_grid(matrices, x.shape, align_corners=False)
    return F.grid_sample(x, grid, mode, padding_mode, align_corners=False)


class RandomRotation(nn.Module):
    """Turn each image by a random part of a full turn while training."""

    def __init__(self, low, high, **options):
        super().__init__()
        self.low, self.high = low, high
        self.options = options

    def forward(self, x):
        if not self.training:
            return x
        angle = 2 * torch.pi * uniform(x, self.low, self.high)
        height, width = x.shape[-2:]
        sin, cos, zero = angle.sin(), angle.cos(), torch.zeros_like(angle)
        rows = [cos, -sin * height / width, zero, sin * width / height, cos, zero]
        return warp(x, torch.stack(rows, dim=1).view(-1, 2, 3), **self.options)


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
        inputs = inputs.to(device, torch.float32)
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
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


resize_and_rescale = ResizeAndRescale()


class DataAugmentation(nn.Module):
    def __init__(self):
        super().__init__()
        self.random_flip = RandomFlip(3)
        self.random_rotation = RandomRotation(-0.1, 0.1)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.random_flip(x)
        x = self.random_rotation(x)
        return x.permute(0, 2, 3, 1)


data_augmentation = DataAugmentation()


def augment(image, label):
    image = resize_and_rescale(image[None])[0]
    image = data_augmentation(image[None])[0]
    return image, label


def prepare(ds, shuffle=False, augmented=False):
    # Resize and rescale all images.
    if augmented:
        ds = MappedDataset(ds, augment)
    else:
        ds = MappedDataset(ds, lambda x, y: (resize_and_rescale(x[None])[0], y))
    return DataLoader(ds, batch_size=50, shuffle=shuffle)


train_ds = TensorDataset(torch.tensor(images[:400]), torch.tensor(labels[:400]))
val_ds = TensorDataset(torch.tensor(images[400:500]), torch.tensor(labels[400:500]))
augmented = prepare(train_ds, shuffle=True, augmented=True)
print(next(iter(augmented))[0].shape)
train_ds = prepare(train_ds, shuffle=True)
val_ds = prepare(val_ds)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 8, 3)
        self.dense = nn.Linear(128, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(2):
    loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_ds, criterion)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )
