from tensorflow.keras import Input, Model, layers


def network(input_shape=(32, 32, 3), blocks=("conv", "pool", "skip", "conv"), width=8):
    inputs = Input(input_shape)
    x = inputs
    for i, kind in enumerate(blocks):
        if kind == "conv":
            x = layers.Conv2D(width * (i + 1), 3, padding="same")(x)
        elif kind == "pool":
            x = layers.MaxPooling2D()(x)
            continue
        else:
            continue  # not known here
        if i == 0:
            continue
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU()(x)
    x = layers.GlobalMaxPooling2D()(x)
    return Model(inputs, layers.Dense(2)(x))


model = network()
other = network((16, 16, 1), ("pool", "conv"), 4)
