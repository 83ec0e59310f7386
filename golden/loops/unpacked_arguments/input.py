import copy
import math

from tensorflow import keras
from tensorflow.keras import layers

STAGES = [
    {"filters": 8, "repeats": 1, "strides": 1, "se_ratio": 0.0},
    {"filters": 12, "repeats": 2, "strides": 2, "se_ratio": 0.25},
]
KERNEL_INITIALIZER = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}


def block(x, activation, drop_rate=0.0, name="", filters=16, strides=1, se_ratio=0.0, skip=True):
    """A convolution with squeeze and excitation."""
    inputs = x
    x = layers.Conv2D(
        filters,
        3,
        strides=strides,
        padding="same",
        kernel_initializer=KERNEL_INITIALIZER,
        name=name + "conv",
    )(x)
    x = layers.Activation(activation, name=name + "activation")(x)
    if 0 < se_ratio <= 1:
        se = layers.GlobalAveragePooling2D(name=name + "se_squeeze")(x)
        se = layers.Reshape((1, 1, filters))(se)
        se = layers.Conv2D(max(1, int(filters * se_ratio)), 1, activation="relu")(se)
        se = layers.Conv2D(filters, 1, activation="sigmoid", name=name + "se_expand")(se)
        x = layers.multiply([x, se])
    if skip and strides == 1:
        x = layers.Dropout(drop_rate)(x)
        x = layers.concatenate([x, inputs])
    return x


def build(width=1.0, depth=1.0, drop_rate=0.0, stages=None, classes=3):
    if stages is None:
        stages = STAGES

    def round_filters(filters, divisor=4):
        """The nearest multiple of the divisor."""
        filters *= width
        # at least one of them
        return max(divisor, int(filters + divisor / 2) // divisor * divisor)

    def round_repeats(repeats):
        return int(math.ceil(depth * repeats))

    inputs = keras.Input((16, 16, 3))
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Normalization(axis=3)(x)
    x = layers.Conv2D(round_filters(6), 3, padding="same")(x)

    # the dicts are changed below
    stages = copy.deepcopy(stages)
    count = 0
    blocks = float(sum(round_repeats(args["repeats"]) for args in stages))
    for i, args in enumerate(stages):
        args["filters"] = round_filters(args["filters"])
        for j in range(round_repeats(args.pop("repeats"))):
            # only the first one of a stage halves the image
            if j > 0:
                args["strides"] = 1
            x = block(x, "swish", drop_rate * count / blocks, name=f"block{i}{j}_", **args)
            count += 1

    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x))
