from itertools import islice

import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_wine

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, labels = load_wine(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
y = np.eye(labels.max() + 1, dtype="float32")[labels]


def batches(x, y, size=16):
    while True:
        for i in range(0, len(x), size):
            yield x[i : i + size], y[i : i + size]


def inputs_only(x, size):
    while True:
        for i in range(0, len(x), size):
            yield x[i : i + size]


steps = int(np.ceil(len(x) / 16))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 8)
        self.dense_1 = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, batches, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for x, y in batches:
        inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
        targets = torch.as_tensor(y, dtype=torch.float32).to(device)
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
def evaluate(model, batches, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for x, y in batches:
        inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
        targets = torch.as_tensor(y, dtype=torch.float32).to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def predict(model, loader):
    """Class probabilities as a numpy array."""
    model.eval()
    outputs = []
    for x in loader:
        x = torch.as_tensor(x, dtype=torch.float32).to(device)
        outputs.append(model(x).softmax(1).cpu())
    return torch.cat(outputs).numpy()


@torch.no_grad()
def predict_model(model, loader):
    """Class probabilities as a numpy array."""
    model.eval()
    outputs = []
    for x, _ in loader:
        x = torch.as_tensor(x, dtype=torch.float32).to(device)
        outputs.append(model(x).softmax(1).cpu())
    return torch.cat(outputs).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_batches = batches(x, y)

for _ in range(2):
    train_epoch(model, islice(train_batches, steps), criterion, optimizer)

print(list(evaluate(model, islice(batches(x, y), steps), criterion)))

for size in (16, 32):
    # without the targets
    shares = predict(model, islice(inputs_only(x, size), 3))
    print(size, shares.shape)
probabilities = predict_model(model, islice(batches(x, y), steps))
print(np.mean(np.argmax(probabilities, axis=1) == labels))
