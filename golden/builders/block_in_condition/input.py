from keras import Input, Model, layers


def plain(x, units):
    return layers.Dense(units, activation="relu")(x)


def gated(x, units):
    gate = layers.Dense(units, activation="sigmoid")(x)
    return layers.multiply([layers.Dense(units)(x), gate])


def build(depth=2, use_gates=False):
    block = gated if use_gates else plain
    inputs = Input((6,))
    x = inputs
    for level in range(depth):
        x = block(x, 8 // (level + 1))
    return Model(inputs, x)
