from tensorflow import keras
from tensorflow.keras import layers

INPUT_DIM = 12
results = {}
for dropout in [0.0, 0.2]:
    for units in [16, 32]:
        name = f"{units}-{dropout}"
        model = keras.Sequential()
        model.add(keras.Input((INPUT_DIM,)))
        model.add(layers.Dense(units, activation="relu"))
        model.add(layers.Dropout(dropout))
        model.add(layers.Dense(1, activation="sigmoid"))
        results[name] = model
