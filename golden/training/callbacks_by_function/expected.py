"""Wine, with the callbacks of a function."""

import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_wine(return_X_y=True)
x = scale(x)
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]


class Model(nn.Module):
    def __init__(self, units=16):
        super().__init__()
        self.dense = nn.Linear(13, units)
        self.dense_1 = nn.Linear(units, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
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
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


def build_model(units=16):
    return Model(units).to(device)


model = build_model()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

# slow down first
# The last 30% are for validation
split = int(len(x) * 0.7)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {"loss": [], "val_loss": [], "learning_rate": []}
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
    optimizer, factor=0.3, patience=0, threshold_mode="abs", eps=0
)
best_loss, wait = None, 0
for epoch in range(15):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    val_loss = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["val_loss"].append(val_loss)
    history["learning_rate"].append(optimizer.param_groups[0]["lr"])
    print(f"Epoch {epoch + 1}/15 - loss: {loss:.4f} - val_loss: {val_loss:.4f}")
    plateau.step(val_loss)
    # Stop early
    if best_loss is None or val_loss < best_loss:
        best_loss, wait = val_loss, 0
    else:
        wait += 1
        if wait >= 3:
            break

losses = history["val_loss"]
