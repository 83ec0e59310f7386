# -*- coding: utf-8 -*-
"""TextCNN (Kim, 2014)."""
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self, class_num, embedding_dims, last_activation, max_features):
        super().__init__()
        self.embedding = nn.Embedding(max_features, embedding_dims)
        convs = []
        self.conv1ds = nn.ModuleList()
        for kernel_size in [3, 4, 5]:
            self.conv1ds.append(nn.Conv1d(embedding_dims, 32, kernel_size))
            convs.append(32)
        self.dropout = nn.Dropout()

        self.dense = nn.Linear(sum(convs), class_num)
        self.activation = Activation(last_activation)
        self.apply(init_like_keras)

    def forward(self, input):
        embedding = self.embedding(input)
        convs = []
        embedding = embedding.transpose(1, 2)
        for conv1d in self.conv1ds:
            c = F.relu(conv1d(embedding))
            c = c.amax(2)
            convs.append(c)
        x = torch.cat(convs, dim=-1)
        x = self.dropout(x)

        return self.activation(self.dense(x))


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
    """Start from Keras's default weights."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


class TextCNN(object):
    def __init__(self, maxlen, max_features, embedding_dims, class_num=1, last_activation='sigmoid'):
        self.maxlen = maxlen
        self.max_features = max_features
        self.embedding_dims = embedding_dims
        self.class_num = class_num
        self.last_activation = last_activation

    def get_model(self):
        return Model(
            self.class_num, self.embedding_dims, self.last_activation, self.max_features
        )
