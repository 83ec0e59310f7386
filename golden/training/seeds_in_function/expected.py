import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def set_random_seed(seed):
    """Seed the random numbers of Python, NumPy and torch."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def prepare(seed):
    """Seeds, and the memory of the GPU."""
    torch.manual_seed(seed)
    np.random.seed(seed)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 8)
        self.dense_1 = nn.Linear(8, 1)
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
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(len(targets), -1)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


def main():
    set_random_seed(7)
    x, y = load_diabetes(return_X_y=True)
    dataset = DataLoader(
        TensorDataset(torch.tensor(x), torch.tensor(y)),
        batch_size=64,
        shuffle=True,
        generator=torch.Generator().manual_seed(7),
    )
    model = Model().to(device)
    criterion = nn.L1Loss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    history = {"loss": []}
    for _ in range(3):
        loss = train_epoch(model, dataset, criterion, optimizer)
        history["loss"].append(loss)

    return history["loss"]


prepare(7)
losses = main()
