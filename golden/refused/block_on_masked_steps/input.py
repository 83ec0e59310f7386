from tensorflow import keras
from tensorflow.keras import layers


def noisy(x, rate=0.1):
    x = layers.SpatialDropout1D(rate)(x)
    return layers.ReLU()(x)


inputs = keras.Input((6, 4))
x = layers.Masking()(inputs)
dense = layers.Dense(4)
# what fails here leaves no trace in the model
y = noisy(dense(x))
x = layers.ReLU(max_value=1.0)(dense(x))
model = keras.Model(inputs, x)
