"""Names that look like Keras, but aren't: this file mentions keras and tensorflow only here."""

from mylib.layers import Conv2D, Dense, Input
from mylib import Model, Sequential, layers


def build(shape):
    inputs = Input(shape=shape)
    x = Conv2D(8, 3, padding='same', activation='relu')(inputs)
    x = layers.Flatten()(x)
    return Model(inputs, Dense(2)(x))


model = Sequential()
model.add(Dense(10, input_shape=(4,)))
model.compile(optimizer='adam', loss='mse')
keras = {"tensorflow": "2.15"}
keras["model"] = model
