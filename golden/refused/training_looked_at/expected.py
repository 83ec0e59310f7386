from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from tensorflow.keras.utils import *

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = np.random.rand(64, 4), np.random.rand(64)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
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
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

history = {"loss": []}
best_loss, wait, stopped_epoch = None, 0, 0
for epoch in range(20):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    history["loss"].append(loss)
    print(f"Epoch {epoch + 1}/20 - loss: {loss:.4f}")
    # Stop early
    if best_loss is None or loss < best_loss:
        best_loss, wait = loss, 0
    else:
        wait += 1
        if wait >= 2:
            stopped_epoch = epoch
            break
history = SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))

# TODO(tf2torch) T2T101: `history.params` is left as it is; what `fit` gives has `history` and `epoch`
settings = history.params
stopped = stopped_epoch
best = best_loss
