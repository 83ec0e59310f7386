from tensorflow import keras
from tensorflow.keras import layers


def make_generator():
    model = keras.Sequential()
    model.add(layers.Dense(7 * 7 * 8, use_bias=False))
    model.add(layers.LeakyReLU())
    model.add(layers.Reshape((7, 7, 8)))
    model.add(layers.Conv2DTranspose(1, 5, strides=2, padding="same"))
    model.build((None, 100))
    return model


def tower(depth=2):
    net = keras.Sequential([layers.LSTM(8)])
    for _ in range(depth):
        net.add(layers.Dense(3))
    net.build(input_shape=(None, 10, 4))
    net.summary()
    return net


model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(2)])
model.build(input_shape=(None, 6))
model.summary()
g = make_generator()
t = tower()
