from tensorflow import keras
from tensorflow.keras import layers


def build_net(data_format="channels_last"):
    inputs = keras.Input((8, 8, 8))
    x = layers.Conv2D(4, 3, data_format=data_format)(inputs)
    return keras.Model(inputs, x)


model = build_net()
other = build_net("channels_first")
