import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_data(count):
    rng = np.random.default_rng(0)
    x = rng.random((count, 6))
    return x, x.sum(axis=1)


class Model(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(6, units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


def run(units, epochs=4):
    """Train a small network on sums."""
    x, y = load_data(60)
    model = Model(units).to(device)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    history = {"loss": [], "mae": []}
    for _ in range(epochs):
        loss, mae = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["mae"].append(mae)

    losses = history["loss"]
    return losses, list(
        evaluate(model, DataLoader(train_data, batch_size=32), criterion)
    )


if __name__ == "__main__":
    losses, scores = run(16)
    print(losses, scores)
