from tensorflow import keras
from tensorflow.keras import layers

FILTERS = (8, 16, 16)
KERNELS = (5, 3, 3)
STRIDES = (2, 1, 2)


def build_encoder(shape=(32, 32, 1), filters=FILTERS, kernels=KERNELS, strides=STRIDES):
    inputs = keras.Input(shape)
    x = inputs
    for n, kernel, stride in zip(filters, kernels, strides):
        x = layers.Conv2D(n, kernel, strides=stride, padding="same", activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(4)(x))


encoder = build_encoder()
