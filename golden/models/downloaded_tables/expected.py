"""A regression on a table that is downloaded once."""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

URL = "https://archive.ics.uci.edu/ml/machine-learning-databases/wine-quality/winequality-red.csv"


def download_file(url, folder, name):
    """The path of a file, which is downloaded if it isn't there."""
    path = Path(folder, name).expanduser()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path))
    return str(path)


path = download_file(URL, "~/.keras/datasets", "winequality-red.csv")
table = np.loadtxt(path, delimiter=";", skiprows=1)
letters = open(
    download_file("https://example.com/texts/letters.txt", "datasets", "letters.txt")
).read()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(11, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
