import copy

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True, scaled=True)
y = (y - y.mean()) / y.std()
x_train, y_train = x[:350], y[:350]
x_valid, y_valid = x[350:], y[350:]


def scheduler(epoch, lr):
    return lr if epoch < 3 else lr * 0.9


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 24)
        self.dense_1 = nn.Linear(24, 1)
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
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = squared_error = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        squared_error += (outputs - targets).square().sum().item()
        absolute_error += (outputs - targets).abs().sum().item()
    count = len(loader.dataset)
    return loss_sum / count, (squared_error / count) ** 0.5, absolute_error / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = squared_error = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        squared_error += (outputs - targets).square().sum().item()
        absolute_error += (outputs - targets).abs().sum().item()
    count = len(loader.dataset)
    return loss_sum / count, (squared_error / count) ** 0.5, absolute_error / count


net = Model().to(device)

criterion = nn.HuberLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)

# slower and slower
train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x_valid, dtype=torch.float32),
    torch.as_tensor(y_valid, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

hist = {
    "loss": [],
    "rmse": [],
    "mae": [],
    "val_loss": [],
    "val_rmse": [],
    "val_mae": [],
    "learning_rate": [],
}
best_rmse, best_weights, wait = None, None, 0
for epoch in range(10):
    for group in optimizer.param_groups:
        group["lr"] = scheduler(epoch, group["lr"])
    loss, rmse, mae = train_epoch(net, train_loader, criterion, optimizer)
    val_loss, val_rmse, val_mae = evaluate(net, val_loader, criterion)
    hist["loss"].append(loss)
    hist["rmse"].append(rmse)
    hist["mae"].append(mae)
    hist["val_loss"].append(val_loss)
    hist["val_rmse"].append(val_rmse)
    hist["val_mae"].append(val_mae)
    hist["learning_rate"].append(optimizer.param_groups[0]["lr"])
    print(
        f"Epoch {epoch + 1}/10 - loss: {loss:.4f} - rmse: {rmse:.4f} - mae: {mae:.4f}"
        f" - val_loss: {val_loss:.4f} - val_rmse: {val_rmse:.4f}"
        f" - val_mae: {val_mae:.4f}"
    )
    # Stop early, and go back to the best weights
    if best_rmse is None or val_rmse < best_rmse:
        best_rmse, best_weights, wait = val_rmse, copy.deepcopy(net.state_dict()), 0
    else:
        wait += 1
        if wait >= 3:
            break
net.load_state_dict(best_weights)

epochs_run = len(hist["loss"])
best = min(hist["val_rmse"])
print(f"{epochs_run} epochs, best {best:.3f}")
