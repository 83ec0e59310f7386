import keras
from keras import layers
DEBUG = False
DEPTH = 3
if DEBUG:
    print("debugging")
else:
    print("run")

inp = keras.Input((8,))
x = layers.Dense(4)(inp)
if DEPTH > 2:
    x = layers.Dense(5)(x)
if DEBUG:
    x = layers.ReLU()(x)
model = keras.Model(inp, x)
if DEBUG:
    print(model)
