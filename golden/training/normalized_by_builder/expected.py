import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedStream(IterableDataset):
    """What an iterable gives, as a function changes it."""

    def __init__(self, iterable, function):
        self.iterable = iterable
        self.function = function

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        return (self.function(*item) for item in self.iterable)


rng = np.random.default_rng(0)
x = rng.normal(3.0, 2.0, size=(120, 5)).astype("float32")
y = x.sum(axis=1) / 10


class Model(nn.Module):
    def __init__(self, data, hidden=(8,), normalize=True):
        super().__init__()
        features = 5
        self.norm = Normalization(5).adapt(data) if normalize else None
        self.denses = nn.ModuleList()
        for units in hidden:
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, h):
        if self.norm is not None:
            h = self.norm(h)
        for dense in self.denses:
            h = F.relu(dense(h))
        return self.dense(h)


class Normalization(nn.Module):
    """Subtract a mean and divide by a deviation, both found in data beforehand."""

    def __init__(self, *size):
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("variance", torch.ones(size))

    def adapt(self, data):
        data = torch.as_tensor(np.asarray(data)).to(self.mean)
        dims = list(range(data.dim() - self.mean.dim()))
        self.mean = data.mean(dims)
        self.variance = data.var(dims, correction=0)
        return self

    def forward(self, x):
        return (x - self.mean) / self.variance.sqrt().clamp(min=1e-7)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


def build_model(data, hidden=(8,), normalize=True):
    """A regression of features that are normalized by those of some data."""
    return Model(data, hidden, normalize).to(device)


dataset = DataLoader(TensorDataset(torch.tensor(x), torch.tensor(y)), batch_size=20)
model = build_model(x)
model_criterion = nn.MSELoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(2):
    train_epoch(model, dataset, model_criterion, model_optimizer)

only_x = MappedStream(dataset, lambda features, target: features)


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.scaler = Normalization(5).adapt(torch.cat(list(only_x)))
        self.dense = nn.Linear(5, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return self.dense(self.scaler(inputs))


linear = Linear().to(device)
linear_criterion = nn.MSELoss()
linear_optimizer = torch.optim.SGD(linear.parameters(), lr=0.01)

for _ in range(2):
    train_epoch(linear, dataset, linear_criterion, linear_optimizer)
