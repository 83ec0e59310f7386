from tensorflow import keras
from tensorflow.keras import layers


def create_model(inputs, widths, classes=3):
    """Layers of the given widths."""
    x = inputs
    for width in widths:
        x = layers.Dense(width, activation="relu")(x)
    outputs = layers.Dense(classes)(x)
    return keras.Model(inputs=inputs, outputs=outputs, name="classifier")


def small_model(size):
    features = keras.Input(shape=(size,))
    model = create_model(features, [4, 5])
    return model


class Encoder(keras.Model):
    """A model that is a class."""

    def __init__(self, image_tensor, depth, deep=False, **kwargs):
        x = image_tensor
        for level in range(depth):
            x = layers.Conv2D(4 * 2**level, 3, padding="same")(x)
            x = layers.MaxPooling2D()(x)
        if deep:
            x = layers.Conv2D(8, 3)(x)
        super().__init__(inputs=image_tensor, outputs=x, **kwargs)


encoder = Encoder(keras.Input((16, 16, 1)), 2, deep=True)
