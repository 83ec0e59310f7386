import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()
# recent samples count more
weight = np.linspace(0.2, 1.0, len(x))
x_train, x_test = x[:300], x[300:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 12)
        self.dense_1 = nn.Linear(12, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.elu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and squared error over the samples."""
    model.train()
    loss_sum = squared_error = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        weights = weights.to(device)
        outputs = model(inputs)
        loss = (criterion(outputs, targets).flatten(1).mean(1) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        squared_error += (outputs - targets).square().sum().item()
    return loss_sum / len(loader.dataset), squared_error / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and squared error over the samples."""
    model.eval()
    loss_sum = squared_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).mean().item() * len(inputs)
        squared_error += (outputs - targets).square().sum().item()
    return loss_sum / len(loader.dataset), squared_error / len(loader.dataset)


@torch.no_grad()
def evaluate_weighted(model, loader, criterion):
    """Mean loss and squared error over the samples."""
    model.eval()
    loss_sum = squared_error = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        weights = weights.to(device)
        outputs = model(inputs)
        loss_sum += (
            criterion(outputs, targets).flatten(1).mean(1) * weights
        ).mean().item() * len(inputs)
        squared_error += (outputs - targets).square().sum().item()
    return loss_sum / len(loader.dataset), squared_error / len(loader.dataset)


model = Model().to(device)
criterion = nn.L1Loss(reduction="none")
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y[:300], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(weight[:300], dtype=torch.float32).flatten(),
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

for _ in range(3):
    train_epoch(model, train_loader, criterion, optimizer)

test_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y[300:], dtype=torch.float32).reshape(-1, 1),
)
before = evaluate(model, DataLoader(test_data, batch_size=32), criterion)

train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

for _ in range(3):
    train_epoch(model, train_loader, criterion, optimizer)

test_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y[300:], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(weight[300:], dtype=torch.float32).flatten(),
)
after = evaluate_weighted(model, DataLoader(test_data, batch_size=32), criterion)
print(f"{before[0]:.3f} -> {after[0]:.3f}")
