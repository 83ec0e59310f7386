from tensorflow.keras import Input, Model, layers


def scaled(factor, power=1):
    """Multiplies by a factor, and raises to a power."""

    def apply(x):
        x = layers.Rescaling(factor)(x)
        return x**power

    return apply


def build(depth=2):
    inputs = Input((8, 8, 3))
    x = scaled(0.5)(inputs)
    for level in range(depth):
        x = layers.Conv2D(4, 3, activation="relu")(x)
        x = scaled(2.0 / (level + 1), power=2)(x)
    return Model(inputs, x)
