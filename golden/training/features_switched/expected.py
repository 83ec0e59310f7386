"""Features that a switch adds, by functions that know nothing of Keras."""

import numpy as np
from sklearn.datasets import load_iris
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

DEGREE = 1
SCALE = True

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def powers(x, degree):
    """The features, and their powers."""
    return np.concatenate([x**n for n in range(1, degree + 1)], axis=1)


def scaled(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


x, y = load_iris(return_X_y=True)
if DEGREE > 1:
    print(f"adding powers up to {DEGREE}")
    # x², x³ …
    x = powers(x, DEGREE)
if SCALE:
    x = scaled(x)
else:
    print("features as they are")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 8)
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


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

history = {"loss": [], "accuracy": []}
for _ in range(3):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)

print(history["accuracy"])
