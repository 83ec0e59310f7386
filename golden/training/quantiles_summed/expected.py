"""Quantiles of the progression of diabetes, one year ahead."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

QUANTILES = [0.1, 0.5, 0.9]

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

data = load_diabetes()
x = StandardScaler().fit_transform(data.data)[:200]
y = (data.target[:200] - data.target.mean()) / data.target.std()


def pinball(q, error):
    return torch.maximum(q * error, (q - 1) * error)


class QuantileLoss(nn.Module):
    """The pinball losses of all quantiles, summed."""

    def __init__(self, quantiles, name="quantile_loss"):
        super().__init__()
        self.quantiles = quantiles

    def forward(self, y_true, y_pred):
        losses = []
        for i, q in enumerate(self.quantiles):
            error = y_true[:, 0] - y_pred[:, i]
            losses.append(pinball(q, error))
        return sum(losses)


def median_error(y_true, y_pred):
    return (y_true[:, 0] - y_pred[:, 1]).abs()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(x.shape[1], 16)
        self.dense_1 = nn.Linear(16, len(QUANTILES))
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
    """Train on every batch once; mean loss and median error over the samples."""
    model.train()
    loss_sum = median_error_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        median_error_sum += median_error(targets, outputs).mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), median_error_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and median error over the samples."""
    model.eval()
    loss_sum = median_error_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(targets, outputs).mean().item() * len(inputs)
        median_error_sum += median_error(targets, outputs).mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), median_error_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


model = Model().to(device)
criterion = QuantileLoss(QUANTILES)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-7)

y_all = y[:, None]
# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y_all[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y_all[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)
val_loader = DataLoader(val_data, batch_size=16)

for epoch in range(4):
    loss, train_median_error = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_median_error = evaluate(model, val_loader, criterion)
    print(
        f"Epoch {epoch + 1}/4 - loss: {loss:.4f}"
        f" - median_error: {train_median_error:.4f}"
        f" - val_loss: {val_loss:.4f} - val_median_error: {val_median_error:.4f}"
    )

low, median, high = np.sort(predict(model, x[160:]), axis=1).T
coverage = np.mean((low <= y[160:]) & (y[160:] <= high))
print(f"{coverage:.0%} of the patients lie between both outer quantiles")
print("median absolute error:", np.median(np.abs(y[160:] - median)).round(3))
