import torch
from torch import nn
from torch.nn import functional as F

PRODUCTS = [103, 7, 52, 18]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(PRODUCTS) + 1, 8)
        self.dense = nn.Linear(8, 2)
        self.apply(init_like_keras)

    def forward(self, ids):
        # unknown products are all the same one
        known = integer_lookup(ids, PRODUCTS)
        x = self.embedding(known)
        x = x.mean(1)
        return F.softmax(self.dense(x), dim=-1)


def integer_lookup(x, vocabulary):
    """The place of each number in the vocabulary, counted from 1; 0 stands for all others."""
    found = x.unsqueeze(-1) == x.new_tensor(vocabulary)
    return torch.where(found.any(-1), found.int().argmax(-1) + 1, 0)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


model = Model()
