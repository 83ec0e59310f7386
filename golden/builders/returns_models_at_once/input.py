from keras.layers import Conv2D, Input, MaxPooling2D, UpSampling2D
from keras.models import Model


def build_autoencoder(shape=(16, 16, 1), widths=(6, 4)):
    """The autoencoder, and its encoder."""
    inputs = Input(shape)
    x = inputs
    for width in widths:
        x = Conv2D(width, 3, activation="relu", padding="same")(x)
        x = MaxPooling2D(2, padding="same")(x)
    encoded = x
    for width in reversed(widths):
        x = Conv2D(width, 3, activation="relu", padding="same")(x)
        x = UpSampling2D(2)(x)
    decoded = Conv2D(shape[-1], 3, activation="sigmoid", padding="same")(x)
    return Model(inputs, decoded), Model(inputs, encoded)
