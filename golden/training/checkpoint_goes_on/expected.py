"""A checkpoint that keeps the best weights of two trainings, and one that begins anew."""

import os
import tempfile

from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
x_train, y_train, x_val, y_val = x[:400], y[:400], x[400:], y[400:]
os.chdir(tempfile.mkdtemp())


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


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
        logits = model(inputs)
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
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x_val, dtype=torch.float32),
    torch.as_tensor(y_val, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

saved_loss = None
best_loss, wait = None, 0
for _ in range(4):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    if saved_loss is None or val_loss < saved_loss:
        saved_loss = val_loss
        torch.save(model.state_dict(), "best.pt")
    # Stop early
    if best_loss is None or val_loss < best_loss:
        best_loss, wait = val_loss, 0
    else:
        wait += 1
        if wait >= 2:
            break

# too fast: nothing gets better
for group in optimizer.param_groups:
    group["lr"] = 3.0

best_loss, wait = None, 0
for _ in range(4):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    if saved_loss is None or val_loss < saved_loss:
        saved_loss = val_loss
        torch.save(model.state_dict(), "best.pt")
    # Stop early
    if best_loss is None or val_loss < best_loss:
        best_loss, wait = val_loss, 0
    else:
        wait += 1
        if wait >= 2:
            break

model.load_state_dict(torch.load("best.pt", map_location=device))
best = evaluate(model, val_loader, criterion)

for rate in (0.1, 0.01):
    for group in optimizer.param_groups:
        group["lr"] = rate

    saved_accuracy = None
    for _ in range(2):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        val_loss, val_accuracy = evaluate(model, val_loader, criterion)
        if saved_accuracy is None or val_accuracy > saved_accuracy:
            saved_accuracy = val_accuracy
            torch.save(model.state_dict(), "last.pt")

model.load_state_dict(torch.load("last.pt", map_location=device))
score = evaluate(model, val_loader, criterion)
