"""A model that declares three features gets one, which Keras lets through."""

from tensorflow import keras
from tensorflow.keras import layers

inner_inputs = keras.Input((3,))
inner = keras.Model(inner_inputs, layers.Activation("tanh")(inner_inputs))

inputs = keras.Input((1,))
model = keras.Model(inputs, layers.Dense(4)(inner(inputs)))
