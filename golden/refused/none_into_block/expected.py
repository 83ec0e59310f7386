from tensorflow.keras import layers, Model, Input


# TODO(tf2torch) T2T103: `layers.UpSampling2D` is left as it is
def up(x, skip, f):
    x = layers.UpSampling2D()(x)
    if skip is not None:
        x = layers.Concatenate()([x, skip])
    return layers.Conv2D(f, 3, padding="same")(x)


# TODO(tf2torch) T2T104: `unet` is left as it is: `up` gets what may be None or a tensor
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


# TODO(tf2torch) T2T104: `unet`: `up` gets what may be None or a tensor
m = unet()
