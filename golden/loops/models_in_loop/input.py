from tensorflow import keras
from tensorflow.keras import layers

ensemble = []
for units in (16, 32, 64):
    model = keras.Sequential(
        [
            keras.Input((20,)),
            layers.Dense(units, activation="relu"),
            layers.Dense(1),
        ]
    )
    ensemble.append(model)

# one more network for each size
experts = {}
for name, width in (("small", 4), ("large", 32)):
    inputs = keras.Input((20,))
    hidden = layers.Dense(width, activation="tanh")(inputs)
    experts[name] = keras.Model(inputs, layers.Dense(1)(hidden))
