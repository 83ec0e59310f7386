"""A block with a recurrent layer, called on steps of which some are padding."""

from tensorflow import keras
from tensorflow.keras import layers as L


def block(x, units=4):
    x = L.GRU(units)(x)
    return L.Dense(2)(x)


ids = keras.Input((6,), dtype="int32")
x = L.Embedding(7, 3, mask_zero=True)(ids)
model = keras.Model(ids, block(x))
