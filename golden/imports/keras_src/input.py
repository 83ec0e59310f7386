from keras.src import layers
from keras.src.models import Functional


def block(x, n):
    for _ in range(n):
        x = layers.Dense(6, activation="silu")(x)
    return x


inputs = layers.Input((6,))
model = Functional(inputs, block(inputs, 2))
