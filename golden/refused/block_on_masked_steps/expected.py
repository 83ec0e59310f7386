from tensorflow import keras
from tensorflow.keras import layers


# TODO(tf2torch) T2T103: `layers.SpatialDropout1D` is left as it is
def noisy(x, rate=0.1):
    x = layers.SpatialDropout1D(rate)(x)
    return layers.ReLU()(x)


# TODO(tf2torch) T2T103: `keras.Input` is left as it is
inputs = keras.Input((6, 4))
x = layers.Masking()(inputs)
dense = layers.Dense(4)
# what fails here leaves no trace in the model
y = noisy(dense(x))
# TODO(tf2torch) T2T104: a tensor is used after its variable got another value
x = layers.ReLU(max_value=1.0)(dense(x))
model = keras.Model(inputs, x)
