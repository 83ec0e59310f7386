import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(0)
kernel, bias = rng.normal(size=(6, 6)), rng.normal(size=(6,))
filters = rng.normal(size=(3, 3, 1, 2))
gates, again = rng.normal(size=(8, 32)), rng.normal(size=(8, 32))
statistics = [
    np.ones(6),
    np.zeros(6),
    rng.normal(size=(6,)),
    rng.uniform(1, 2, size=(6,)),
]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = with_init(
            nn.Conv2d(1, 2, 3),
            bias=lambda w: constant_(w, np.zeros(2)),
            weight=lambda w: constant_(w.permute(2, 3, 1, 0), filters),
        )
        self.lstm = with_init(
            nn.LSTM(8, 8, batch_first=True),
            bias_ih_l0=lambda w: constant_(w, np.zeros(32)),
            weight_ih_l0=lambda w: constant_(w.T, gates),
            weight_hh_l0=lambda w: constant_(w.T, again),
        )
        features = 8
        self.denses = nn.ModuleList()
        for _ in range(2):
            self.denses.append(nn.Linear(features, 6, bias=False))
            features = 6
        self.dense = with_init(
            nn.Linear(6, 6),
            bias=lambda w: constant_(w, bias),
            weight=lambda w: constant_(w.T, kernel),
        )
        self.batch_normalization = with_init(
            nn.BatchNorm1d(6, eps=1e-3, momentum=0.01),
            bias=lambda w: constant_(w, statistics[1]),
            weight=lambda w: constant_(w, statistics[0]),
            running_mean=lambda w: constant_(w, statistics[2]),
            running_var=lambda w: constant_(w, statistics[3]),
        )
        self.dense_1 = with_init(
            nn.Linear(6, 6, bias=False), weight=lambda w: constant_(w.T, kernel)
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = x.permute(0, 2, 3, 1).reshape(-1, 4, 8)
        x, _ = self.lstm(x)
        x = x[:, -1]
        for dense in self.denses:
            x = dense(x)
        x = self.dense(x)
        x = self.batch_normalization(x)
        return torch.tanh(self.dense_1(x))


def constant_(weight, value):
    """Set a weight to a number, or to an array of its shape."""
    with torch.no_grad():
        return weight.copy_(torch.as_tensor(value))


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.LSTM):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name:
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


model = Model()
