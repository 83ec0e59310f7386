from keras import Model, layers


def residual(x, filters):
    shortcut = x
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(filters, 3, padding="same")(x)
    if shortcut.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1)(shortcut)
    return layers.Add()([x, shortcut])


def make_resnet(shape, depths, pooling="avg"):
    """`pooling` is "avg", "max" or None."""
    inputs = layers.Input(shape)
    x = inputs
    for i, (filters, depth) in enumerate(depths):
        for _ in range(depth):
            x = residual(x, filters)
        if i != len(depths) - 1:
            x = layers.MaxPooling2D()(x)
    if pooling == "avg":
        x = layers.GlobalAveragePooling2D()(x)
    elif pooling == "max":
        x = layers.GlobalMaxPooling2D()(x)
    else:
        x = layers.Flatten()(x)
    return Model(inputs, layers.Dense(10)(x))


model = make_resnet((16, 16, 3), [(8, 2), (16, 1)])
flat = make_resnet((16, 16, 3), [(8, 1)], pooling=None)
