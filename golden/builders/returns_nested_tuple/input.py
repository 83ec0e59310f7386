from tensorflow import keras
from tensorflow.keras import layers


def encoder(inputs):
    """The features on the way down, and what is left at the end."""
    f1 = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    p1 = layers.MaxPooling2D()(f1)
    f2 = layers.Conv2D(16, 3, padding="same", activation="relu")(p1)
    p2 = layers.MaxPooling2D()(f2)
    return p2, (f1, f2)


def decoder(x, features, classes):
    f1, f2 = features
    x = layers.Conv2DTranspose(16, 3, strides=2, padding="same")(x)
    x = layers.concatenate([x, f2])
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same")(x)
    x = layers.concatenate([x, f1])
    return layers.Conv2D(classes, 1, activation="softmax")(x)


def listed(inputs, width=4):
    one = layers.Conv2D(width, 3, padding="same")(inputs)
    two = layers.Conv2D(width * 2, 1)(one)
    return [one, two], width * 2, two.shape[-1]


def unet(shape=(32, 32, 3), classes=3):
    inputs = keras.Input(shape=shape)
    x, features = encoder(inputs)
    return keras.Model(inputs, decoder(x, features, classes))


def pyramid(shape=(16, 16, 3), top=True):
    inputs = keras.Input(shape=shape)
    levels, width, channels = listed(inputs)
    x = layers.Conv2D(channels, 3, padding="same")(levels.pop())
    for level in levels:
        x = layers.Concatenate()([x, level])
        x = layers.Conv2D(width, 1)(x)
    if top:
        x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, x)


model = unet()
small = pyramid()
