from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Model(nn.Module):
    def __init__(self, outputs=1, hidden=8):
        super().__init__()
        self.dense = nn.Linear(6, hidden)
        self.dense_1 = nn.Linear(hidden, outputs)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = absolute_error = squared_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
        squared_error += (outputs - targets).square().mean().item() * len(inputs)
    count = len(loader.dataset)
    return loss_sum / count, absolute_error / count, squared_error / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = absolute_error = squared_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
        squared_error += (outputs - targets).square().mean().item() * len(inputs)
    count = len(loader.dataset)
    return loss_sum / count, absolute_error / count, squared_error / count


def make_model(outputs=1, hidden=8):
    return Model(outputs, hidden).to(device)


def train(model, x, y, epochs=3):
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    train_loader = DataLoader(train_data, batch_size=16, shuffle=True)

    history = {"loss": [], "mae": [], "mse": []}
    for _ in range(epochs):
        loss, mae, mse = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["mae"].append(mae)
        history["mse"].append(mse)
    return SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))


rng = np.random.default_rng(0)
x = rng.normal(size=(96, 6))
# one number for each sample, without an axis of its own
y = x @ rng.normal(size=6)

model = make_model()
history = train(model, x, y)
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
loss, mae, mse = evaluate(model, DataLoader(test_data, batch_size=32), nn.MSELoss())
print(loss, mae, mse)
