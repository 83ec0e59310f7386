from tensorflow.keras import layers, Model, Input


def conv_block(x, f):
    x = layers.Conv2D(f, 3, padding="same")(x)
    return layers.ReLU()(x)


def encoder(x, filters):
    skips = []
    for f in filters:
        x = conv_block(x, f)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    return x, skips


def decoder(x, skips, filters):
    for skip, f in zip(reversed(skips), reversed(filters)):
        x = layers.UpSampling2D()(x)
        x = layers.Concatenate()([x, skip])
        x = conv_block(x, f)
    return x


def unet(shape=(32, 32, 3), filters=(8, 16)):
    inputs = Input(shape)
    x, skips = encoder(inputs, filters)
    x = conv_block(x, 32)
    x = decoder(x, skips, filters)
    return Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


m = unet()
