import keras
from keras import layers


def encoder(input_shape=(32, 32, 3), filters=(8, 16, 32, 64), smallest=8):
    inputs = keras.Input(input_shape)
    x = inputs
    size = input_shape[0]
    for width in filters:
        if size <= smallest:  # nothing is left to look at
            break
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
        size //= 2
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x))


def halved(n=64, bottleneck=5):
    x = inputs = keras.Input((n,))
    while True:
        x = layers.Dense(x.shape[-1] // 2)(x)
        if x.shape[-1] <= bottleneck:
            break
        x = layers.ReLU()(x)
    return keras.Model(inputs, x)


def stack(units=(16, 8, 4), outputs=3):
    inputs = keras.Input((10,))
    x = inputs
    for i, n in enumerate(units):
        x = layers.Dense(n)(x)
        if i == len(units) - 1:
            # the last one stays linear
            x = layers.LayerNormalization()(x)
            break
        x = layers.Activation("tanh")(x)
    return keras.Model(inputs, layers.Dense(outputs)(x))


def normalized(units=(16, 8, 4), deepest=1):
    x = inputs = keras.Input((10,))
    for depth, n in enumerate(units):
        x = layers.Dense(n)(x)
        if depth == deepest:
            break
        elif depth > 0:
            x = layers.PReLU()(x)
        x = layers.BatchNormalization()(x)
    return keras.Model(inputs, x)


coarse = encoder()
fine = encoder((16, 16, 1), (4, 8), 1)
code = halved()
head = stack()
shallow = normalized()
whole = normalized(deepest=2)
endless = normalized(deepest=5)
