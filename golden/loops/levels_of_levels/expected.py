import torch
from torch import nn


def levels_of(x):
    return torch.bucketize(
        x, torch.tensor([-0.5, 0.5, 1.5], device=x.device), right=True
    )


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(3, 4)
        self.embedding = nn.Embedding(4, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        for _ in range(2):
            # the second time, of whole numbers
            x = levels_of(x)
        return self.embedding(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


model = Model()
