from functools import partial

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import KFold
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

CONFIG = {"units": [16, 8], "activation": "tanh", "l2": 0.001, "lr": 0.05}

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Model(nn.Module):
    def __init__(self, n_features, config):
        super().__init__()
        self.l2 = config["l2"]
        features = n_features
        self.denses = nn.ModuleList()
        self.activations = nn.ModuleList()
        for units in config["units"]:
            self.denses.append(nn.Linear(features, units))
            self.activations.append(Activation(config["activation"]))
            features = units
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        for dense, activation in zip(self.denses, self.activations):
            x = activation(dense(x))
        return self.dense(x)


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


def penalty(model):
    """What the regularizers add to the loss."""
    return model.l2 * sum(layer.weight.square().sum() for layer in model.denses)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets) + penalty(model)
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
        logits = model.forward_logits(inputs)
        loss_sum += (criterion(logits, targets) + penalty(model)).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build_model(n_features, config):
    return Model(n_features, config).to(device)


X, y = load_breast_cancer(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)

scores = []
kfold = KFold(n_splits=3, shuffle=True, random_state=1)
for fold, (train, test) in enumerate(kfold.split(X, y)):
    model = build_model(X.shape[1], CONFIG)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=CONFIG["lr"])

    train_data = TensorDataset(
        torch.as_tensor(X[train], dtype=torch.float32),
        torch.as_tensor(y[train], dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    for _ in range(2):
        train_epoch(model, train_loader, criterion, optimizer)

    test_data = TensorDataset(
        torch.as_tensor(X[test], dtype=torch.float32),
        torch.as_tensor(y[test], dtype=torch.float32).reshape(-1, 1),
    )
    loss, accuracy = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
    print(f"fold {fold}: {accuracy:.3f}")
    scores.append(accuracy)
print(f"{np.mean(scores):.3f} +- {np.std(scores):.3f}")
