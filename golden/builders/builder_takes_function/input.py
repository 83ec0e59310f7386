from tensorflow import keras
from tensorflow.keras import layers


def stack(x, filters, blocks):
    for _ in range(blocks):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return layers.MaxPooling2D()(x)


def build_net(stack_fn, classes=3):
    """What is between the first layer and the last is the caller's."""
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same")(inputs)
    x = stack_fn(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x))


def small(classes=3):
    def stacks(x):
        return stack(x, 4, 1)

    return build_net(stacks, classes)


def large(classes=3):
    def stacks(x):
        x = stack(x, 4, 2)
        return stack(x, 8, 1)

    return build_net(stacks, classes)
