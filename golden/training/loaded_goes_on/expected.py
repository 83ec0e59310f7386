import copy

import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
y = y / 100.0


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 16)
        self.dense_1 = nn.Linear(16, 1)
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
        absolute_error += (outputs - targets).abs().sum().item()
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
        absolute_error += (outputs - targets).abs().sum().item()
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)

# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

first = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
for _ in range(2):
    loss, mae = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_mae = evaluate(model, val_loader, criterion)
    first["loss"].append(loss)
    first["mae"].append(mae)
    first["val_loss"].append(val_loss)
    first["val_mae"].append(val_mae)

torch.save(model.state_dict(), "diabetes.pt")

# a copy goes on from here
resumed = copy.deepcopy(model)
resumed.load_state_dict(torch.load("diabetes.pt", map_location=device))
resumed_optimizer = torch.optim.SGD(resumed.parameters(), lr=0.02, momentum=0.9)
resumed_optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))

second = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
for _ in range(2):
    loss, mae = train_epoch(resumed, train_loader, criterion, resumed_optimizer)
    val_loss, val_mae = evaluate(resumed, val_loader, criterion)
    second["loss"].append(loss)
    second["mae"].append(mae)
    second["val_loss"].append(val_loss)
    second["val_mae"].append(val_mae)

test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
loss, mae = evaluate(resumed, DataLoader(test_data, batch_size=32), criterion)
print(first["val_loss"] + second["val_loss"], loss, mae)
print(np.ravel(predict(model, x[:3])), np.ravel(predict(resumed, x[:3])))
