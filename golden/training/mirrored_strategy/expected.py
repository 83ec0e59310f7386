"""Digits on all GPUs of the machine."""

import atexit
import os

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

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


init_distributed()
print("Number of devices:", dist.get_world_size())

BATCH_SIZE_PER_REPLICA = 32
BATCH_SIZE = BATCH_SIZE_PER_REPLICA * dist.get_world_size()

digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32") / 16.0
labels = digits.target
x_train, y_train = images[:640], labels[:640]
x_test, y_test = images[640:960], labels[640:960]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 16, 3)
        self.dense = nn.Linear(144, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)  # logits: the loss applies the softmax


def part_of_process(data):
    """The indices of the samples that this process evaluates."""
    return range(dist.get_rank(), len(data), dist.get_world_size())


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
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
    for inputs, targets in tqdm(loader, disable=dist.get_rank() > 0):
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


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    loss_sum, correct, count = sum_over_processes(loss_sum, correct, count)
    return loss_sum / count, correct / count


# all variables are made on all replicas
model = Model().to(device)
criterion = nn.CrossEntropyLoss()
ddp_model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.long),
)
train_sampler = DistributedSampler(train_data)
train_loader = DataLoader(
    train_data, batch_size=BATCH_SIZE // dist.get_world_size(), sampler=train_sampler
)
val_loader = DataLoader(
    val_data,
    batch_size=BATCH_SIZE // dist.get_world_size(),
    sampler=part_of_process(val_data),
)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    train_sampler.set_epoch(epoch)
    loss, accuracy = train_epoch(ddp_model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    if dist.get_rank() == 0:
        print(
            f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
            f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        )

loss, accuracy = evaluate(model, val_loader, criterion)
print(history["loss"], accuracy)
