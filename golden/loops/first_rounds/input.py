"""What only the first round of a loop sets."""

from tensorflow.keras import Model, layers


def create_cnn(height, width, depth, filters=(4, 6, 8)):
    inputs = layers.Input(shape=(height, width, depth))

    for (i, f) in enumerate(filters):
        # the first block takes the images
        if i == 0:
            x = inputs
            skip = layers.Conv2D(2, 1, strides=8)(x)

        x = layers.Conv2D(f, (3, 3), padding="same")(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D((2, 2))(x)

    x = layers.Concatenate()([x, skip])
    x = layers.Flatten()(x)
    return Model(inputs, layers.Dense(1)(x))


def create_mlp(size, widths):
    inputs = layers.Input(shape=(size,))
    for n in range(len(widths)):
        if n == 0:
            h = layers.Dense(5)(inputs)
        h = layers.Dense(widths[n], activation="tanh")(h)
    return Model(inputs, h)


cnn = create_cnn(8, 8, 3)
mlp = create_mlp(4, [6, 3])
