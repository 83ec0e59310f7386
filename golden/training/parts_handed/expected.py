import numpy as np
from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Build(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(30, units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build(units):
    return Build(units).to(device)


def run(model, optimizer, loss, x, y, epochs=3):
    """Compile a model and fit it."""
    print("training for", epochs, "epochs")

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

    history = {"accuracy": [], "loss": [], "val_accuracy": [], "val_loss": []}
    best_loss, wait = None, 0
    for _ in range(epochs):
        train_loss, accuracy = train_epoch(model, train_loader, loss, optimizer)
        val_loss, val_accuracy = evaluate(model, val_loader, loss)
        history["loss"].append(train_loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        # Stop early
        if best_loss is None or val_loss < best_loss:
            best_loss, wait = val_loss, 0
        else:
            wait += 1
            if wait >= 2:
                break

    return history


data = load_breast_cancer()
x = (data.data - data.data.mean(0)) / data.data.std(0)
y = data.target
small = build(4)
first = run(
    small, torch.optim.SGD(small.parameters(), lr=0.1), nn.BCEWithLogitsLoss(), x, y
)
rate = 0.01
second = []
for units in (8, 16):
    large = build(units)
    # half as fast
    logs = run(
        large,
        torch.optim.SGD(large.parameters(), lr=rate / 2),
        nn.BCEWithLogitsLoss(),
        x,
        y,
        epochs=4,
    )
    second.append(logs["val_accuracy"][-1])
print(np.round(first["loss"], 4), second)
