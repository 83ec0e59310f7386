"""Wine by its measures, on as many GPUs as there are."""

import atexit
import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale

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


class Train(nn.Module):
    def __init__(self, widths):
        super().__init__()
        features = 13
        self.denses = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(features, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = torch.tanh(dense(x))
        return self.dense(x)  # logits: the loss applies the softmax


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
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    loss_sum, correct, count = sum_over_processes(loss_sum, correct, count)
    return loss_sum / count, correct / count


def train(x, y, widths, epochs):
    # one device needs no strategy
    init_distributed()

    model = Train(widths).to(device)
    criterion = nn.CrossEntropyLoss()
    ddp_model = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.long).flatten(),
    )
    train_sampler = DistributedSampler(train_data)
    train_loader = DataLoader(
        train_data, batch_size=32 // dist.get_world_size(), sampler=train_sampler
    )

    history = {"loss": [], "accuracy": []}
    for epoch in range(epochs):
        train_sampler.set_epoch(epoch)
        loss, accuracy = train_epoch(ddp_model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)

    return history["loss"]


wine = load_wine()
losses = train(scale(wine.data), wine.target, (16, 8), 4)
