from tensorflow import keras
from tensorflow.keras import layers


def build(widths=(2, 3)):
    inputs = keras.Input((12, 4))
    pooled = []
    for width in widths:
        h = layers.Conv1D(5, width, activation="relu")(inputs)
        h = layers.GlobalMaxPooling1D()(h)
        pooled.append(h)
    x = inputs
    for width in widths:
        h = layers.Conv1D(4, width, padding="same", activation="relu")(x)
        x = layers.add([x, h])
    both = layers.concatenate([layers.Flatten()(x), layers.add(pooled)])
    return keras.Model(inputs, layers.Dense(3)(both))


model = build()
