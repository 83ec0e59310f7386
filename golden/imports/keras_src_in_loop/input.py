from keras.src.layers import Conv1D, Dense, GlobalAveragePooling1D
from keras.src.layers.core.input_layer import Input
from keras.src.models.functional import Functional

inputs = Input((20, 3))
x = inputs
for filters in (4, 8):
    x = Conv1D(filters, 3, activation="relu")(x)
x = GlobalAveragePooling1D()(x)
model = Functional(inputs, Dense(1)(x))
