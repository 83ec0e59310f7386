"""What training gave decides how the next model is made, and on what it trains."""

from functools import partial

from sklearn.datasets import load_iris
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_iris(return_X_y=True)


class First(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the softmax


class Activation(nn.Module):
    """An activation by its Keras name; a function stands for itself."""

    functions = {
        None: nn.Identity(),
        "elu": F.elu,
        "exponential": torch.exp,
        "gelu": F.gelu,
        "hard_sigmoid": F.hardsigmoid,
        "leaky_relu": partial(F.leaky_relu, negative_slope=0.2),
        "linear": nn.Identity(),
        "log_softmax": partial(F.log_softmax, dim=-1),
        "mish": F.mish,
        "relu": F.relu,
        "relu6": F.relu6,
        "selu": F.selu,
        "sigmoid": torch.sigmoid,
        "silu": F.silu,
        "softmax": partial(F.softmax, dim=-1),
        "softplus": F.softplus,
        "softsign": F.softsign,
        "swish": F.silu,
        "tanh": torch.tanh,
    }

    def __init__(self, name):
        super().__init__()
        if not callable(name) and name not in self.functions:
            raise ValueError(f"unknown activation: {name!r}")
        self.function = name if callable(name) else self.functions[name]

    def forward(self, x):
        return self.function(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
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
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


first = First().to(device)
first_criterion = nn.CrossEntropyLoss()
first_optimizer = torch.optim.SGD(first.parameters(), lr=0.01)
train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
loss = train_epoch(first, train_loader, first_criterion, first_optimizer)
history = {"loss": [loss]}

units, activation = 8, "relu"
loss = history["loss"][0]
if loss > 100:
    # far from it
    units, activation = 16, "tanh"
for _ in range(2):
    test_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    )
    if evaluate(first, DataLoader(test_data, batch_size=32), first_criterion) > 100:
        x = x / 2


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, units)
        self.activation = Activation(activation)
        self.dense_1 = nn.Linear(units, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.activation(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


model = Model().to(device)
model_criterion = nn.CrossEntropyLoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, model_criterion, model_optimizer)

score = evaluate(model, DataLoader(train_data, batch_size=32), model_criterion)
