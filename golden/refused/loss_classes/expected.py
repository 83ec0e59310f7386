import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Unreduced(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, y_true, y_pred):
        return (y_true - y_pred).square()


class ByColumn(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def forward(self, y_true, y_pred):
        x = (y_true - y_pred).square()
        return (x.new_tensor(self.weights) * x).sum(dim=-1)


x, y = np.random.rand(64, 8), np.random.rand(64, 3)


class UnreducedModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
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
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


unreduced = UnreducedModel()
# TODO(tf2torch) T2T101: `compile` is left as it is: `Unreduced` with reduction="none"
unreduced.compile("sgd", loss=Unreduced())
unreduced.fit(x, y, epochs=2, verbose=0)


class Columns(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


columns = Columns().to(device)
columns_criterion = ByColumn([1.0, 2.0, 3.0])
columns_optimizer = torch.optim.SGD(columns.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(columns, train_loader, columns_criterion, columns_optimizer)
