from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Conv2D, Dense, Flatten, LeakyReLU


def discriminator(size=32, filters=8):
    """Halve the image until it is four pixels wide."""
    image = Input((size, size, 3))
    x = image
    while size > 4:
        x = Conv2D(filters, 4, strides=2, padding="same")(x)
        x = LeakyReLU(0.25)(x)
        filters *= 2
        size //= 2
    x = Flatten()(x)
    return Model(image, Dense(1, activation="sigmoid")(x))


model = discriminator()
