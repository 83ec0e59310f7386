import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def root_mean_squared_error(y_true, y_pred):
    return (y_pred - y_true).square().mean().sqrt()


def r_square(y_true, y_pred):
    SS_res = (y_true - y_pred).square().sum()
    SS_tot = (y_true - y_true.mean()).square().sum()
    return 1 - SS_res / (SS_tot + 1e-7)


x, y = load_diabetes(return_X_y=True)
y = y.reshape(-1, 1) / 100.0


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 32)
        self.dense_1 = nn.Linear(32, 1)
        self.apply(init_like_keras)

    def forward(self, inp):
        h = F.relu(self.dense(inp))
        return self.dense_1(h)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, r square and absolute error over the samples."""
    model.train()
    loss_sum = r_square_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(targets, outputs)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        r_square_sum += r_square(targets, outputs).item()
        absolute_error += (outputs - targets).abs().sum().item()
    count = len(loader.dataset)
    return loss_sum / count, r_square_sum / len(loader), absolute_error / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss, r square and absolute error over the samples."""
    model.eval()
    loss_sum = r_square_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(targets, outputs).item() * len(inputs)
        r_square_sum += r_square(targets, outputs).item()
        absolute_error += (outputs - targets).abs().sum().item()
    count = len(loader.dataset)
    return loss_sum / count, r_square_sum / len(loader), absolute_error / count


model = Model().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 10% are for validation
split = int(len(x) * 0.9)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

hist = {
    "loss": [],
    "r_square": [],
    "mae": [],
    "val_loss": [],
    "val_r_square": [],
    "val_mae": [],
}
for _ in range(3):
    loss, train_r_square, mae = train_epoch(
        model, train_loader, root_mean_squared_error, optimizer
    )
    val_loss, val_r_square, val_mae = evaluate(
        model, val_loader, root_mean_squared_error
    )
    hist["loss"].append(loss)
    hist["r_square"].append(train_r_square)
    hist["mae"].append(mae)
    hist["val_loss"].append(val_loss)
    hist["val_r_square"].append(val_r_square)
    hist["val_mae"].append(val_mae)

print(hist['val_r_square'])
