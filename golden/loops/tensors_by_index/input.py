import keras
from keras import layers


def top_down(input_shape=(32, 32, 3), width=8, levels=3, lateral=True):
    """A pyramid whose levels are put into a list by their numbers, from both ends."""
    images = keras.Input(input_shape)
    features = [None] * levels
    x = images
    for level in range(levels):
        x = layers.Conv2D(width * 2**level, 3, padding="same", activation="relu")(x)
        if lateral or level > 0:
            features[level] = x
        x = layers.MaxPooling2D()(x)
    for level in range(levels - 1, -1, -1):
        x = layers.UpSampling2D()(x)
        # the level may have been left out
        if features[level] is not None:
            x = layers.Concatenate()([x, features[level]])
        x = layers.Conv2D(width, 3, padding="same")(x)
    return keras.Model(images, layers.Conv2D(1, 1)(x))


pyramid = top_down()
headless = top_down((16, 16, 1), 4, 2, lateral=False)
