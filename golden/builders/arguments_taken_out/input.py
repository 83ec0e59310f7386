import numpy as np
from keras import Input, Model
from keras.layers import Conv1D, Conv2D, Dense, Flatten, Reshape


def build(units=(4, 3, 2)):
    units = list(units)
    x = a = Input((5,))
    while units:
        x = Dense(units.pop(0))(x)
    return Model(a, x)


def build_by_condition(use=True):
    x = a = Input((5,))
    sizes = [4, 3]
    if use:
        x = Dense(sizes.pop())(x)
    x = Dense(sizes[-1])(x)
    return Model(a, x)


def count(n=[0]):
    n[0] += 1
    return n[0]


def build_counted():
    a = Input((5,))
    x = Dense(count() + 2)(a)
    x = Dense(units=count() + 2)(x)
    return Model(a, x)


def block(x, units):
    x = Dense(units, activation="relu")(x)
    return Dense(units)(x)


def build_of_blocks():
    a = Input((5,))
    sizes = iter([4, 3, 2])
    x = block(a, next(sizes))
    x = block(x, units=next(sizes))
    return Model(a, Dense(next(sizes))(x))


def build_shaped():
    x = a = Input((6,))
    sizes = [2, 3, 4]
    x = Dense(6)(x)
    x = Conv1D(sizes.pop(), (sizes.pop(0),), padding="same")(Reshape((6, 1))(x))
    return Model(a, Dense(sizes[0])(x))


def build_in_list():
    x = a = Input((6,))
    units = [4, 3, 2]
    for layer in [Dense(units.pop()) for _ in range(3)]:
        x = layer(x)
    return Model(a, x)


def build_by_lambda():
    a = Input((6,))
    units = [4, 3, 2]
    dense = lambda n: Dense(n, use_bias=n > 2)
    return Model(a, dense(units.pop())(dense(units.pop())(a)))


def build_image(seed=3):
    np.random.seed(seed)
    x = a = Input((8, 8, 3))
    sizes = {"filters": 4, "kernel": 3}
    x = Conv2D(sizes.pop("filters"), (sizes.pop("kernel"), 1))(x)
    x = Conv2D(np.random.randint(2, 9), 3)(x)
    return Model(a, Dense(np.random.randint(2, 5))(Flatten()(x)))
