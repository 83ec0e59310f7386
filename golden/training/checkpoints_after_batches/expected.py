import os
import tempfile

import numpy as np
from sklearn.datasets import load_iris
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_iris(return_X_y=True)
batch_size = 30
steps = len(x) // batch_size
folder = os.path.join(tempfile.mkdtemp(), "checkpoints")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 8)
        self.dense_1 = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer, epoch, steps, save_freq, path):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for batch, (inputs, targets) in enumerate(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
        if (epoch * steps + batch + 1) % save_freq == 0:
            torch.save(model.state_dict(), path)
    return loss_sum / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
print(model)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

# Every second epoch, and in the middle of the others
train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=batch_size)

os.makedirs(folder, exist_ok=True)
for epoch in range(5):
    train_epoch(
        model,
        train_loader,
        criterion,
        optimizer,
        epoch,
        len(train_loader),
        2 * steps + 1,
        os.path.join(folder, "each.weights.h5"),
    )

kept = len(os.listdir(folder))
last = evaluate(model, DataLoader(train_data, batch_size=32), criterion)
model.load_state_dict(
    torch.load(os.path.join(folder, "each.weights.h5"), map_location=device)
)
before = evaluate(model, DataLoader(train_data, batch_size=32), criterion)
print(kept, np.round([last, before], 4))
