from tensorflow import keras
from tensorflow.keras import layers
from torch import nn


# TODO(tf2torch) T2T104: `two` is left as it is: a list of layers is called in two loops
def two(sizes=(8, 8), n=8):
    a, b = keras.Input(shape=(n,)), keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size))
    for layer in stack:
        a = layer(a)
    for layer in stack:
        b = layer(b)
    return keras.Model([a, b], layers.add([a, b]))


# TODO(tf2torch) T2T104: `counted` is left as it is: `len` gets layers, and what it does is not known
def counted(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size))
    for i in range(len(stack)):
        x = stack[i](x)
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `chosen` is left as it is: layers are collected in a list by a loop
def chosen(sizes=(8, 8), n=8, drop=False):
    x = inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size))
        if drop:
            stack.append(layers.Dropout(0.5))
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `changed` is left as it is: what a list of layers is made from has changed since
def changed(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size * n))
    n = 3
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


class ReadLater(nn.Module):
    def __init__(self, sizes=(8, 8), n=8):
        super().__init__()
        features = n
        self.denses = nn.ModuleList()
        for size in sizes:
            self.denses.append(nn.Linear(features, size))
            features = size
        # TODO(tf2torch) T2T202: keras.layers.Dense: the argument units is not known: `size`, of a loop that collects layers
        self.dense = NotConverted(
            "T2T202: keras.layers.Dense: the argument units is not known: `size`, of a loop that collects layers"
        )
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = dense(x)
        return self.dense(x)


def read_later(sizes=(8, 8), n=8):
    return ReadLater(sizes, n)


# TODO(tf2torch) T2T104: `reversed_order` is left as it is: a list of tensors is used in a way that is not understood
def reversed_order(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size))
    for layer in reversed(stack):
        x = layer(x)
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `in_round` is left as it is: layers are collected in a list by a loop
def in_round(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    for _ in range(2):
        stack = []
        for size in sizes:
            stack.append(layers.Dense(size))
        for layer in stack:
            x = layer(x)
    return keras.Model(inputs, x)


class Handed(nn.Module):
    def __init__(self, sizes=(8, 8), n=8):
        super().__init__()
        features = n
        self.denses = nn.ModuleList()
        for size in sizes:
            self.denses.append(nn.Linear(features, size))
            features = size
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = dense(x)
        return x


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def handed(sizes=(8, 8), n=8):
    return Handed(sizes, n)
