import keras
from keras import layers


def decoder(steps=3, units=4):
    inputs = keras.Input((steps, units))
    start_h, start_c = keras.Input((units,)), keras.Input((units,))
    cell = layers.LSTMCell(units)
    h, c = start_h, start_c
    for i in range(steps):
        output, [h, c] = cell(inputs[:, i], [h, c])
    return keras.Model([inputs, start_h, start_c], layers.Dense(2)(h))


model = decoder()
