"""A block with a recurrent layer, called on steps of which some are padding."""

from tensorflow import keras
from tensorflow.keras import layers as L


# TODO(tf2torch) T2T103: `L.GRU` is left as it is
def block(x, units=4):
    x = L.GRU(units)(x)
    return L.Dense(2)(x)


# TODO(tf2torch) T2T103: `keras.Input` is left as it is
ids = keras.Input((6,), dtype="int32")
x = L.Embedding(7, 3, mask_zero=True)(ids)
# TODO(tf2torch) T2T104: a block is called on masked steps, which its layers would see
model = keras.Model(ids, block(x))
