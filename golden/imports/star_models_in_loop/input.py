from tensorflow.keras.layers import *
from tensorflow.keras.models import *

inputs = Input((8, 8, 1))
x = inputs
for f in (4, 8):
    x = Conv2D(f, 3, activation="relu")(x)
x = Flatten()(x)
model = Model(inputs, Dense(2)(x))
