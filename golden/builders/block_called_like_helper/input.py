from tensorflow.keras.layers import *
from tensorflow.keras.models import Model


def attention(x, units):
    scores = Dense(1)(Dense(units, activation="tanh")(x))
    return Multiply()([x, Activation("sigmoid")(scores)])


def build(units=4):
    inputs = Input((5, 8))
    x = attention(inputs, 6)
    x = attention(x, units)
    return Model(inputs, Dense(2)(GlobalAveragePooling1D()(x)))
