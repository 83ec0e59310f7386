from tensorflow import keras
from tensorflow.keras import layers


def conv_block(x, filters, data_format="channels_last"):
    x = layers.Conv2D(filters, 3, padding="same", data_format=data_format)(x)
    return layers.MaxPooling2D(2, data_format=data_format)(x)


def build_net(data_format="channels_last", sync=False, axis=-1, order=(2, 1)):
    inputs = keras.Input((8, 8, 3))
    x = conv_block(inputs, 4, data_format)
    x = conv_block(x, 8, data_format=data_format)
    x = layers.BatchNormalization(axis=axis, synchronized=sync)(x)
    x = layers.Reshape((4, 8))(x)
    x = layers.Permute(order)(x)
    return keras.Model(inputs, layers.Dense(3)(x))


model = build_net()
same = build_net(axis=-1)
