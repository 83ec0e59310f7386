"""A recurrent network, with weights initialized as TensorFlow does it."""

from checks import is_installed

if is_installed("torch"):
    import torch.nn as nn

    Module = nn.Module
else:

    class Module:
        """What stands in where torch is missing: not keras."""


class Network(Module):
    def __init__(self, features, hidden):
        super().__init__()
        self.gru = nn.GRU(features, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.gru(x)
        return self.head(out[:, -1])
