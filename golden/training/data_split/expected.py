from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset
from sklearn.datasets import load_iris

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


iris = load_iris()
features = iris.data.astype("float32")
labels = iris.target

dataset = TensorDataset(torch.tensor(features), torch.tensor(labels))
dataset = Subset(
    dataset,
    torch.randperm(len(dataset), generator=torch.Generator().manual_seed(42)).tolist(),
)
train = Subset(dataset, range(min(100, len(dataset))))
test = Subset(dataset, range(100, len(dataset)))

# normalize
mean = features.mean(axis=0)
std = features.std(axis=0)


def normalize(x, y):
    """Zero mean."""
    return (x - mean) / std, y


train = DataLoader(MappedDataset(train, normalize), batch_size=16, drop_last=True)
test = DataLoader(MappedDataset(test, normalize), batch_size=16)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 8)
        self.dense_1 = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
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
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
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
        targets = targets.to(device, torch.long).flatten()
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
        inputs = inputs.to(device, torch.float32)
        outputs.append(model(inputs).softmax(1).cpu())
    return torch.cat(outputs).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(3):
    loss, accuracy = train_epoch(model, train, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, test, criterion)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

loss, acc = evaluate(model, test, criterion)
pred = predict(model, test)
for x, y in islice(test, 1):
    print(x.shape)
n = len(list(train))
