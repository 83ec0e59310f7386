"""Progression of diabetes: the median, and how far it may be off, by a pinball loss for each."""

from functools import partial

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

QUANTILES = [0.1, 0.5, 0.9]

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pinball(quantile, y_true, y_pred):
    error = y_true - y_pred
    return torch.maximum(quantile * error, (quantile - 1) * error).mean(dim=-1)


class Build(nn.Module):
    def __init__(self, depth, units=16):
        super().__init__()
        features = 10
        self.denses = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(features, units))
            features = units
        # one head for each quantile
        self.q10 = nn.Linear(features, 1)
        self.q50 = nn.Linear(features, 1)
        self.q90 = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.q10(x), self.q50(x), self.q90(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, q10_criterion, q50_criterion, q90_criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = q10_loss_sum = q50_loss_sum = q90_loss_sum = 0.0
    for inputs, q10_targets, q50_targets, q90_targets in tqdm(loader):
        inputs = inputs.to(device)
        q10_targets = q10_targets.to(device)
        q50_targets = q50_targets.to(device)
        q90_targets = q90_targets.to(device)
        q10, q50, q90 = model(inputs)
        q10_loss = q10_criterion(q10_targets, q10).mean()
        q50_loss = q50_criterion(q50_targets, q50).mean()
        q90_loss = q90_criterion(q90_targets, q90).mean()
        loss = q10_loss + q50_loss + q90_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        q10_loss_sum += q10_loss.item()
        q50_loss_sum += q50_loss.item()
        q90_loss_sum += q90_loss.item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        q10_loss_sum / len(loader),
        q50_loss_sum / len(loader),
        q90_loss_sum / len(loader),
    )


@torch.no_grad()
def evaluate(model, loader, q10_criterion, q50_criterion, q90_criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = q10_loss_sum = q50_loss_sum = q90_loss_sum = 0.0
    for inputs, q10_targets, q50_targets, q90_targets in loader:
        inputs = inputs.to(device)
        q10_targets = q10_targets.to(device)
        q50_targets = q50_targets.to(device)
        q90_targets = q90_targets.to(device)
        q10, q50, q90 = model(inputs)
        q10_loss = q10_criterion(q10_targets, q10).mean()
        q50_loss = q50_criterion(q50_targets, q50).mean()
        q90_loss = q90_criterion(q90_targets, q90).mean()
        loss = q10_loss + q50_loss + q90_loss
        loss_sum += loss.item() * len(inputs)
        q10_loss_sum += q10_loss.item()
        q50_loss_sum += q50_loss.item()
        q90_loss_sum += q90_loss.item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        q10_loss_sum / len(loader),
        q50_loss_sum / len(loader),
        q90_loss_sum / len(loader),
    )


@torch.no_grad()
def predict(model, x):
    """Outputs as numpy arrays."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    outputs = [model(batch.to(device)) for batch in batches]
    return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]


def build(depth, units=16):
    return Build(depth, units).to(device)


features, targets = load_diabetes(return_X_y=True)
x = StandardScaler().fit_transform(features)
y = ((targets - targets.mean()) / targets.std()).reshape(-1, 1)

model = build(depth=2)
q10_criterion = partial(pinball, 0.1)
q50_criterion = partial(pinball, 0.5)
q90_criterion = partial(pinball, 0.9)
optimizer = torch.optim.SGD(model.parameters(), lr=3e-2)

y_train = [y] * len(QUANTILES)
# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y_train[0][:split], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(y_train[1][:split], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(y_train[2][:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y_train[0][split:], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(y_train[1][split:], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(y_train[2][split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {
    "loss": [],
    "q10_loss": [],
    "q50_loss": [],
    "q90_loss": [],
    "val_loss": [],
    "val_q10_loss": [],
    "val_q50_loss": [],
    "val_q90_loss": [],
}
for epoch in range(8):
    loss, q10_loss, q50_loss, q90_loss = train_epoch(
        model, train_loader, q10_criterion, q50_criterion, q90_criterion, optimizer
    )
    val_loss, val_q10_loss, val_q50_loss, val_q90_loss = evaluate(
        model, val_loader, q10_criterion, q50_criterion, q90_criterion
    )
    history["loss"].append(loss)
    history["q10_loss"].append(q10_loss)
    history["q50_loss"].append(q50_loss)
    history["q90_loss"].append(q90_loss)
    history["val_loss"].append(val_loss)
    history["val_q10_loss"].append(val_q10_loss)
    history["val_q50_loss"].append(val_q50_loss)
    history["val_q90_loss"].append(val_q90_loss)
    print(
        f"Epoch {epoch + 1}/8 - loss: {loss:.4f} - q10_loss: {q10_loss:.4f}"
        f" - q50_loss: {q50_loss:.4f} - q90_loss: {q90_loss:.4f}"
        f" - val_loss: {val_loss:.4f} - val_q10_loss: {val_q10_loss:.4f}"
        f" - val_q50_loss: {val_q50_loss:.4f} - val_q90_loss: {val_q90_loss:.4f}"
    )

low, median, high = predict(model, x)
inside = np.mean((low <= y) & (y <= high))
print(f"{inside:.0%} of the targets are inside, the pinball loss is {history['loss'][-1]:.3f}")
