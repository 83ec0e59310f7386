from tensorflow.keras import Input, Model, layers


def get_pooling(kind, size):
    if kind not in ("max", "average"):
        raise ValueError("pooling: " + kind)
    if kind == "max":
        return layers.MaxPooling2D(size)
    return layers.AveragePooling2D(size)


def conv_block(x, filters, kind):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    return get_pooling(kind, 2)(x)


def build_classifier(kinds=("max", "average"), filters=4):
    inputs = Input((16, 16, 3))
    x = inputs
    for kind in kinds:
        x = conv_block(x, filters, kind)
        filters *= 2
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(5)(x)
    return Model(inputs, outputs)
