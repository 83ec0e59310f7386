from tensorflow import keras
from tensorflow.keras import layers


def dense(units, activation=None):
    def wrapper(x):
        return layers.Dense(units, activation=activation)(x)

    return wrapper


def bottleneck(units):
    def wrapper(x):
        x = layers.Dense(units // 2, use_bias=False)(x)
        return layers.Dense(units)(layers.ReLU()(x))

    return wrapper


def build(kind="dense", units=8, norm=False, head="linear"):
    inputs = keras.Input((6,))
    if kind == "dense":
        block = dense
    elif kind == "bottleneck":
        block = bottleneck
    else:
        raise ValueError(f"unknown block: {kind}")
    x = block(units)(inputs)
    x = block(units * 2)(x)
    # an optional block after each
    post = bottleneck(units) if norm else None
    if post is not None:
        x = post(x)
    if head == "linear":
        last = dense(3)
    else:
        last = dense(5, activation="softmax")
    return keras.Model(inputs, last(x))


def build_by_name(units=4):
    inputs = keras.Input((6,))
    blocks = {"plain": dense(units), "tanh": dense(units, "tanh")}
    x = blocks["tanh"](inputs)
    for _ in range(2):
        x = blocks["plain"](x)
    return keras.Model(inputs, x)
