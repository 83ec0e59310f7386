from tensorflow import keras
from tensorflow.keras import layers


def embed(x):
    return layers.Dense(4, activation="tanh")(x)


inputs = keras.Input(shape=(6,)), keras.Input(shape=(3,))
left, right = map(embed, inputs)
total = layers.add(list(map(lambda t: layers.Dense(2)(t), [left, right])))
model = keras.Model(list(inputs), total)
