from keras import layers, Input, Model


def basic(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return layers.Conv2D(filters, 3, padding="same")(x)


def bottleneck(x, filters):
    x = layers.Conv2D(filters // 4, 1, activation="relu")(x)
    x = layers.Conv2D(filters // 4, 3, padding="same", activation="relu")(x)
    return layers.Conv2D(filters, 1)(x)


def build_trunk(block_fn, repeats, filters=16, shape=(16, 16, 3)):
    inputs = Input(shape)
    x = layers.Conv2D(filters, 3, padding="same")(inputs)
    for _ in range(repeats):
        x = layers.add([x, block_fn(x, filters)])
    return Model(inputs, layers.GlobalAveragePooling2D()(x))


small = build_trunk(basic, 2)
large = build_trunk(bottleneck, 3)
