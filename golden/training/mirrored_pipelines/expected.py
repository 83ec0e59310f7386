"""Digits under a strategy, from data sets."""

import atexit
import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, DistributedSampler, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedDataset(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(*self.dataset[index])


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
BATCH_SIZE = 16 * dist.get_world_size()

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32").reshape(-1, 8, 8, 1)


def scaled(image, label):
    return 2.0 * image - 1.0, label


train_ds = MappedDataset(
    TensorDataset(torch.tensor(x[:1200]), torch.tensor(y[:1200])), scaled
)
train_ds = DataLoader(train_ds, batch_size=BATCH_SIZE, shuffle=True)
test_ds = DataLoader(
    MappedDataset(
        TensorDataset(torch.tensor(x[1200:]), torch.tensor(y[1200:])), scaled
    ),
    batch_size=BATCH_SIZE,
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 16, 3)
        self.dense = nn.Linear(576, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def loader_of_process(loader, sampler):
    """The same loader for one process, which takes its part of every batch."""
    return DataLoader(
        loader.dataset,
        batch_size=loader.batch_size // dist.get_world_size(),
        sampler=sampler,
        collate_fn=loader.collate_fn,
        drop_last=loader.drop_last,
    )


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
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
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
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long).flatten()
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    loss_sum, correct, count = sum_over_processes(loss_sum, correct, count)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
ddp_model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_sampler = DistributedSampler(train_ds.dataset)
train_loader = loader_of_process(train_ds, train_sampler)
val_loader = loader_of_process(test_ds, part_of_process(test_ds.dataset))

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

score = evaluate(model, val_loader, criterion)
losses = history["loss"]
