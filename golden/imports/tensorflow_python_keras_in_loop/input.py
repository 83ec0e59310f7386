from tensorflow.python import keras
from tensorflow.python.keras import backend as K
from tensorflow.python.keras import layers as kl

inputs = kl.Input((12,))
x = inputs
for units in (8, 4):
    x = kl.Dense(units, activation="relu")(x)
    x = kl.BatchNormalization()(x)
outputs = kl.Dense(K.int_shape(x)[-1])(x)
model = keras.Model(inputs, outputs)
