"""U-Net with a list of skip connections that is popped."""

from tensorflow.keras import Model, layers


def build_unet(shape=(32, 32, 1), filters=(8, 16, 32), bridge=64):
    inputs = layers.Input(shape)
    x = inputs
    skips = []
    for f in filters:
        x = layers.Conv2D(f, 3, padding="same", activation="relu")(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)

    x = layers.Conv2D(bridge, 3, padding="same", activation="relu")(x)

    for f in filters[::-1]:
        x = layers.Conv2DTranspose(f, 2, strides=2, padding="same")(x)
        x = layers.Concatenate()([x, skips.pop()])
        x = layers.Conv2D(f, 3, padding="same", activation="relu")(x)

    return Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x), name="unet")


model = build_unet()
