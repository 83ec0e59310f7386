"""What a training gave is asserted, as tests of a package do."""

import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Learns(nn.Module):
    def __init__(self, in_features, width):
        super().__init__()
        self.dense = nn.Linear(in_features, width)
        self.dense_1 = nn.Linear(width, 1)
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


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def learns(width, epochs):
    x, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    assert len(x) == len(y), "a target for each row"
    model = Learns(x.shape[1], width).to(device)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    history = {"loss": []}
    for _ in range(epochs):
        loss = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)

    assert history["loss"][-1] < history["loss"][0], "it learns"
    loss = evaluate(model, DataLoader(train_data, batch_size=32), criterion)
    assert loss < 1.5
    predicted = predict(model, x)
    assert predicted.shape == (len(x), 1)
    return loss, predicted


losses = []
for width in (4, 8):
    loss, predicted = learns(width, 3)
    losses.append(loss)
print(np.round(losses, 3), predicted.mean())
