"""Two networks for one regression, each with its own patience."""

import copy
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

EPOCHS = 8

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Train(nn.Module):
    def __init__(self, units):
        super().__init__()
        features = 10
        self.denses = nn.ModuleList()
        for width in units:
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = torch.tanh(dense(x))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


def train(x, y, units):
    model = Train(units).to(device)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    history = {"loss": []}
    best_loss, best_weights, wait = None, None, 0
    for _ in range(EPOCHS):
        loss = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        # Stop early, and go back to the best weights
        if best_loss is None or loss < best_loss:
            best_loss, best_weights, wait = loss, copy.deepcopy(model.state_dict()), 0
        else:
            wait += 1
            if wait >= 1:
                break
        if not math.isfinite(loss):
            break
    model.load_state_dict(best_weights)

    return history["loss"]


x, y = load_diabetes(return_X_y=True)
x = StandardScaler().fit_transform(x)
y = (y - y.mean()) / y.std()
small = train(x, y, [8])
large = train(x, y, [16, 16])
print(f"small: {min(small):.3f}, large: {min(large):.3f}")
