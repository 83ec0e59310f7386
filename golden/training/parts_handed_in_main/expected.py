"""Boston-like prices from the diabetes data, in the functions of a usual script."""

from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

PATIENCE = 3

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Build(nn.Module):
    def __init__(self, units, depth):
        super().__init__()
        features = 10
        self.denses = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
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
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
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


def build(units, depth):
    return Build(units, depth).to(device)


def fit_model(model, criterion, optimizer, x, y, epochs=5):
    # The last 20% are for validation
    split = int(len(x) * 0.8)
    train_data = TensorDataset(
        torch.as_tensor(x[:split], dtype=torch.float32),
        torch.as_tensor(y[:split], dtype=torch.float32).reshape(len(y[:split]), -1),
    )
    val_data = TensorDataset(
        torch.as_tensor(x[split:], dtype=torch.float32),
        torch.as_tensor(y[split:], dtype=torch.float32).reshape(len(y[split:]), -1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    val_loader = DataLoader(val_data, batch_size=32)

    history = {"loss": [], "val_loss": [], "learning_rate": []}
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, patience=0, threshold_mode="abs", eps=0
    )
    best_loss, wait = None, 0
    for _ in range(epochs):
        loss = train_epoch(model, train_loader, criterion, optimizer)
        val_loss = evaluate(model, val_loader, criterion)
        history["loss"].append(loss)
        history["val_loss"].append(val_loss)
        history["learning_rate"].append(optimizer.param_groups[0]["lr"])
        plateau.step(val_loss)
        # Stop early
        if best_loss is None or val_loss < best_loss:
            best_loss, wait = val_loss, 0
        else:
            wait += 1
            if wait >= PATIENCE:
                break

    return history


def main():
    x, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    model = build(8, 2)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    logs = fit_model(model, criterion, optimizer, x, y)
    print(logs["loss"], logs["val_loss"])
    return logs


if __name__ == "__main__":
    logs = main()
