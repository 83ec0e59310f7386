from tensorflow import keras
from tensorflow.keras import layers


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


def counted(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size))
    for i in range(len(stack)):
        x = stack[i](x)
    return keras.Model(inputs, x)


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


def changed(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size * n))
    n = 3
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


def read_later(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size))
    for layer in stack:
        x = layer(x)
    x = layers.Dense(size)(x)
    return keras.Model(inputs, x)


def reversed_order(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size))
    for layer in reversed(stack):
        x = layer(x)
    return keras.Model(inputs, x)


def in_round(sizes=(8, 8), n=8):
    x = inputs = keras.Input(shape=(n,))
    for _ in range(2):
        stack = []
        for size in sizes:
            stack.append(layers.Dense(size))
        for layer in stack:
            x = layer(x)
    return keras.Model(inputs, x)


def apply(stack, x):
    for layer in stack:
        x = layer(x)
    return x


def handed(sizes=(8, 8), n=8):
    inputs = keras.Input(shape=(n,))
    stack = []
    for size in sizes:
        stack.append(layers.Dense(size))
    return keras.Model(inputs, apply(stack, inputs))
