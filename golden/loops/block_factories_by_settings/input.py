import copy

from keras import Input, Model, backend, layers

BLOCKS = [
    {"kind": 0, "units": 8, "repeat": 1},
    {"kind": 1, "units": 16, "repeat": 2, "activation": "tanh"},
]


def plain(units, activation="relu", rate=0.0, name=None):
    """One dense layer."""
    if name is None:
        name = backend.get_uid("block")

    def apply(inputs):
        x = layers.Dense(units, activation=activation, name=f"{name}dense")(inputs)
        return layers.Dropout(rate, name=f"{name}drop")(x)

    return apply


def gated(units, activation="relu", rate=0.0, name=None):
    """A dense layer and its gate."""
    if name is None:
        name = backend.get_uid("block")

    def apply(inputs):
        x = layers.Dense(units, activation=activation, name=f"{name}dense")(inputs)
        gate = layers.Dense(units, activation="sigmoid", name=f"{name}gate")(inputs)
        x = layers.multiply([x, gate], name=f"{name}gated")
        return layers.Dropout(rate, name=f"{name}drop")(x)

    return apply


def build(features=4, blocks_args=BLOCKS, rate=0.2):
    inputs = Input((features,))
    x = inputs
    blocks_args = copy.deepcopy(blocks_args)
    b = 0
    for i, args in enumerate(blocks_args):
        block = {0: plain, 1: gated}[args.pop("kind")]
        for j in range(args.pop("repeat")):
            # the first keeps its activation
            if j > 0:
                args["activation"] = "relu"
            x = block(rate=rate * b / len(blocks_args), name=f"block{i}{chr(j + 97)}_", **args)(x)
            b += 1
    return Model(inputs, x)
