"""A model that declares three features gets one, which Keras lets through."""

from tensorflow import keras
from tensorflow.keras import layers

# TODO(tf2torch) T2T103: `keras.Input` is left as it is
inner_inputs = keras.Input((3,))
# TODO(tf2torch) T2T104: the statement in line 10, which is not converted, needs it
inner = keras.Model(inner_inputs, layers.Activation("tanh")(inner_inputs))

# TODO(tf2torch) T2T103: `keras.Input` is left as it is
inputs = keras.Input((1,))
# TODO(tf2torch) T2T104: a model is called on a tensor of another size than it declares
model = keras.Model(inputs, layers.Dense(4)(inner(inputs)))
