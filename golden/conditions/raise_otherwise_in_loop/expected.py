import torch
from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, features=12, steps=("wide", "narrow", "wide"), norm="none"):
        super().__init__()
        features2 = features
        self.denses = nn.ModuleList()
        self.denses_1 = nn.ModuleList()
        self.layer_normalizations = nn.ModuleList()
        for step in steps:
            if step == "wide":
                self.denses.append(nn.Linear(features2, 8))
                y_features = 8
                self.denses_1.append(None)
            else:
                if step == "narrow":
                    self.denses_1.append(nn.Linear(features2, 3))
                    y_features = 3
                else:
                    raise ValueError(f"unknown step: {step}")
                self.denses.append(None)
            if norm == "layer":
                self.layer_normalizations.append(nn.LayerNorm(y_features, eps=1e-3))
            else:
                if norm != "none":
                    raise ValueError(norm)
                self.layer_normalizations.append(None)
            features2 = features2 + y_features
        self.dense = nn.Linear(features2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, dense2, layer_normalization in zip(
            self.denses, self.denses_1, self.layer_normalizations
        ):
            if dense is not None:
                y = F.relu(dense(x))
            else:
                y = torch.tanh(dense2(x))
            if layer_normalization is not None:
                y = layer_normalization(y)
            x = torch.cat([x, y], dim=-1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(features=12, steps=("wide", "narrow", "wide"), norm="none"):
    return Build(features, steps, norm)
