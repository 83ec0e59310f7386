import os
from tensorflow import keras
from tensorflow.keras import layers

DEEP = os.environ.get("DEEP") == "1"

if DEEP:
    model = keras.Sequential()
    model.add(layers.Dense(64, activation="relu", input_shape=(20,)))
    model.add(layers.Dense(1))
else:
    model = keras.Sequential()
    model.add(layers.Dense(1, input_shape=(20,)))
