"""Two sizes of a network, each trained on the first GPU."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
x = rng.random((60, 4))
y = x.prod(axis=1)


class Model(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(4, units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        hidden = torch.tanh(self.dense(inputs))
        return self.dense_1(hidden)


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


def build_model(units):
    return Model(units).to(device)


losses = []
for units in (4, 8):
    model = build_model(units)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    # all of it in one batch
    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    train_loader = DataLoader(train_data, batch_size=60, shuffle=True)

    history = {"loss": []}
    for _ in range(3):
        loss = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)

    losses.append(history["loss"][-1])
