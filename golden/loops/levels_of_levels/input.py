from tensorflow import keras
from tensorflow.keras import layers


def levels_of(x):
    return layers.Discretization([-0.5, 0.5, 1.5])(x)


scores = keras.Input((8, 3))
x = layers.Dense(4)(scores)
for _ in range(2):
    # the second time, of whole numbers
    x = levels_of(x)
model = keras.Model(scores, layers.Embedding(4, 2)(x))
