from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

BATCH_SIZE = 32

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
x_train, x_test, y_train, y_test = train_test_split(
    digits.images, digits.target, test_size=0.2, random_state=0
)


def preprocess(image, label):
    image = image.float() / 16.0
    image = image.unsqueeze(-1)
    label = F.one_hot(label.long(), 10).float()
    return image, label


def make_dataset(x, y, training=False):
    ds = TensorDataset(torch.tensor(x), torch.tensor(y))
    ds = MappedDataset(ds, preprocess)
    return DataLoader(
        ds,
        batch_size=BATCH_SIZE,
        shuffle=training,
        generator=torch.Generator().manual_seed(1),
    )


train_ds = make_dataset(x_train, y_train, training=True)
test_ds = make_dataset(x_test, y_test)

for images, labels in islice(train_ds, 1):
    print(images.shape, labels.shape)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 8, 3)
        self.dense = nn.Linear(288, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)  # logits: the loss applies the softmax


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
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, test_ds, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

print(history["val_accuracy"])
print(list(evaluate(model, test_ds, criterion)))
