"""Which of some networks is the best: they are trained, compared and asked by their names."""
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(1)
x = rng.normal(size=(120, 5))
y = x @ rng.normal(size=(5, 1)) + 0.1 * rng.normal(size=(120, 1))
x_test, y_test = x[:24], y[:24]


class Model(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(5, units)
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


def build_model(units):
    return Model(units).to(device)


criterion = nn.MSELoss()
models = {"small": build_model(4), "large": build_model(16)}
histories = {}

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
val_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=24, shuffle=True)
val_loader = DataLoader(val_data, batch_size=24)

for name, model in models.items():
    print(f"Training {name}")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    losses = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
    for _ in range(4):
        loss, mae = train_epoch(model, train_loader, criterion, optimizer)
        val_loss, val_mae = evaluate(model, val_loader, criterion)
        losses["loss"].append(loss)
        losses["mae"].append(mae)
        losses["val_loss"].append(val_loss)
        losses["val_mae"].append(val_mae)
    losses = SimpleNamespace(history=losses, epoch=list(range(len(losses["loss"]))))
    histories[name] = losses

test_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.float32),
)
scores = {
    name: evaluate(model, DataLoader(test_data, batch_size=32), criterion)[1]
    for name, model in models.items()
}
best = min(scores, key=scores.get)
predictions = predict(models[best], x_test)
last = {name: history.history["val_mae"][-1] for name, history in histories.items()}
