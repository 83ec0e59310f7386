import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
y = y / 100.0


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
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = 0.0
    for inputs, targets in tqdm(loader):
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


def train_model_epoch(model, loader, criterion, optimizer):
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


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

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
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
for epoch in range(2):
    loss, mae = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_mae = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["mae"].append(mae)
    history["val_loss"].append(val_loss)
    history["val_mae"].append(val_mae)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - mae: {mae:.4f}"
        f" - val_loss: {val_loss:.4f} - val_mae: {val_mae:.4f}"
    )

# go on where it stopped
more = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
for epoch in range(2, 6):
    loss, mae = train_model_epoch(model, train_loader, criterion, optimizer)
    more["loss"].append(loss)
    more["mae"].append(mae)
    print(f"Epoch {epoch + 1}/6 - loss: {loss:.4f} - mae: {mae:.4f}")
    if (epoch + 1) % 2 == 0:
        val_loss, val_mae = evaluate(model, val_loader, criterion)
        more["val_loss"].append(val_loss)
        more["val_mae"].append(val_mae)
        print(f"val_loss: {val_loss:.4f} - val_mae: {val_mae:.4f}")

print(list(range(2, 2 + len(more["loss"]))), more["val_loss"])
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
scores = dict(
    zip(
        ["loss", "mae"],
        evaluate(model, DataLoader(test_data, batch_size=32), criterion),
    )
)
print(scores["mae"])

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

for _ in range((len(history["loss"]) - 1) + len(more["loss"]), 8):
    train_model_epoch(model, train_loader, criterion, optimizer)
