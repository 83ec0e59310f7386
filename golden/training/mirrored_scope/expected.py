"""Sums, on all GPUs; the strategy needs no name."""

import atexit
import os

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def init_distributed():
    """Join the processes that torchrun has started, or be the only one."""
    backend = "gloo"
    if torch.cuda.is_available():
        backend = "nccl"
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    if "RANK" in os.environ:
        dist.init_process_group(backend)
    else:
        dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)
    atexit.register(dist.destroy_process_group)


rng = np.random.default_rng(0)
x = rng.random((120, 6))
y = x.sum(axis=1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 6
        self.denses = nn.ModuleList()
        for units in (8, 8):
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, hidden):
        # as deep as it has to be
        for dense in self.denses:
            hidden = F.relu(dense(hidden))
        return self.dense(hidden)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def sum_over_processes(*values):
    """The sums of numbers over all processes."""
    sums = torch.tensor(values, dtype=torch.float64, device=device)
    dist.all_reduce(sums)
    return sums.tolist()


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = count = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
        count += len(inputs)
    loss_sum, absolute_error, count = sum_over_processes(
        loss_sum, absolute_error, count
    )
    return loss_sum / count, absolute_error / count


init_distributed()
model = Model().to(device)
criterion = nn.MSELoss()
ddp_model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_sampler = DistributedSampler(train_data)
train_loader = DataLoader(
    train_data, batch_size=24 // dist.get_world_size(), sampler=train_sampler
)

history = {"loss": [], "mae": []}
for epoch in range(3):
    train_sampler.set_epoch(epoch)
    loss, mae = train_epoch(ddp_model, train_loader, criterion, optimizer)
    history["loss"].append(loss)
    history["mae"].append(mae)
    if dist.get_rank() == 0:
        print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - mae: {mae:.4f}")

errors = history["mae"]
