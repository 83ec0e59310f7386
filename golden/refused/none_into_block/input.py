from tensorflow.keras import layers, Model, Input


def up(x, skip, f):
    x = layers.UpSampling2D()(x)
    if skip is not None:
        x = layers.Concatenate()([x, skip])
    return layers.Conv2D(f, 3, padding="same")(x)


def unet(shape=(32, 32, 1), depth=3):
    inp = Input(shape)
    skips = [None] * depth
    x = inp
    for d in range(depth):
        x = layers.Conv2D(8, 3, padding="same")(x)
        if d > 0:
            skips[d] = x
        x = layers.MaxPooling2D()(x)
    for d in reversed(range(depth)):
        x = up(x, skips[d], 8)
    return Model(inp, layers.Conv2D(1, 1)(x))


m = unet()
