"""Several outputs whose layers have no names of their own."""

import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
x = x * 20
high = (y > 150).astype("float32")
y = (y - y.mean()) / y.std()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.dense_2 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        dense_1, dense_3 = self.forward_logits(inputs)
        return dense_1, torch.sigmoid(dense_3)

    def forward_logits(self, inputs):
        """The outputs before the sigmoid, for the loss."""
        h = F.relu(self.dense(inputs))
        value = self.dense_1(h)
        # is not asked for
        is_high = self.dense_2(h)
        return value, is_high


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, dense_1_criterion, dense_3_criterion, optimizer):
    """Train on every batch once; mean loss, absolute error and accuracy over the samples."""
    model.train()
    loss_sum = dense_1_loss_sum = dense_3_loss_sum = dense_1_absolute_error = 0.0
    dense_3_correct = 0.0
    for inputs, dense_1_targets, dense_3_targets in loader:
        inputs = inputs.to(device)
        dense_1_targets = dense_1_targets.to(device)
        dense_3_targets = dense_3_targets.to(device)
        dense_1, dense_3 = model.forward_logits(inputs)
        dense_1_loss = dense_1_criterion(dense_1, dense_1_targets)
        dense_3_loss = dense_3_criterion(dense_3, dense_3_targets)
        loss = dense_1_loss + 0.5 * dense_3_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        dense_1_loss_sum += dense_1_loss.item()
        dense_3_loss_sum += dense_3_loss.item()
        dense_1_absolute_error += (dense_1 - dense_1_targets).abs().sum().item()
        dense_3_correct += ((dense_3 > 0) == dense_3_targets).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        dense_1_loss_sum / len(loader),
        dense_3_loss_sum / len(loader),
        dense_1_absolute_error / count,
        dense_3_correct / count,
    )


@torch.no_grad()
def evaluate(model, loader, dense_1_criterion, dense_3_criterion):
    """Mean loss, absolute error and accuracy over the samples."""
    model.eval()
    loss_sum = dense_1_loss_sum = dense_3_loss_sum = dense_1_absolute_error = 0.0
    dense_3_correct = 0.0
    for inputs, dense_1_targets, dense_3_targets in loader:
        inputs = inputs.to(device)
        dense_1_targets = dense_1_targets.to(device)
        dense_3_targets = dense_3_targets.to(device)
        dense_1, dense_3 = model.forward_logits(inputs)
        dense_1_loss = dense_1_criterion(dense_1, dense_1_targets)
        dense_3_loss = dense_3_criterion(dense_3, dense_3_targets)
        loss = dense_1_loss + 0.5 * dense_3_loss
        loss_sum += loss.item() * len(inputs)
        dense_1_loss_sum += dense_1_loss.item()
        dense_3_loss_sum += dense_3_loss.item()
        dense_1_absolute_error += (dense_1 - dense_1_targets).abs().sum().item()
        dense_3_correct += ((dense_3 > 0) == dense_3_targets).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        dense_1_loss_sum / len(loader),
        dense_3_loss_sum / len(loader),
        dense_1_absolute_error / count,
        dense_3_correct / count,
    )


@torch.no_grad()
def predict(model, x):
    """Outputs as numpy arrays."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    outputs = [model(batch.to(device)) for batch in batches]
    return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]


model = Model().to(device)
dense_1_criterion = nn.MSELoss()
dense_3_criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for size in (32, 64):
    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
        torch.as_tensor(high, dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=size, shuffle=True)
    train_epoch(model, train_loader, dense_1_criterion, dense_3_criterion, optimizer)

# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(high[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(high[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {
    "loss": [],
    "dense_1_loss": [],
    "dense_3_loss": [],
    "dense_1_mae": [],
    "dense_3_accuracy": [],
    "val_loss": [],
    "val_dense_1_loss": [],
    "val_dense_3_loss": [],
    "val_dense_1_mae": [],
    "val_dense_3_accuracy": [],
}
for _ in range(3):
    loss, dense_1_loss, dense_3_loss, dense_1_mae, dense_3_accuracy = train_epoch(
        model, train_loader, dense_1_criterion, dense_3_criterion, optimizer
    )
    (
        val_loss,
        val_dense_1_loss,
        val_dense_3_loss,
        val_dense_1_mae,
        val_dense_3_accuracy,
    ) = evaluate(model, val_loader, dense_1_criterion, dense_3_criterion)
    history["loss"].append(loss)
    history["dense_1_loss"].append(dense_1_loss)
    history["dense_3_loss"].append(dense_3_loss)
    history["dense_1_mae"].append(dense_1_mae)
    history["dense_3_accuracy"].append(dense_3_accuracy)
    history["val_loss"].append(val_loss)
    history["val_dense_1_loss"].append(val_dense_1_loss)
    history["val_dense_3_loss"].append(val_dense_3_loss)
    history["val_dense_1_mae"].append(val_dense_1_mae)
    history["val_dense_3_accuracy"].append(val_dense_3_accuracy)

print(history["dense_1_mae"], history["val_dense_3_accuracy"])
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(high, dtype=torch.float32).reshape(-1, 1),
)
score = evaluate(
    model, DataLoader(test_data, batch_size=32), dense_1_criterion, dense_3_criterion
)
values, chances = predict(model, x)
