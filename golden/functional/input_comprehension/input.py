from tensorflow import keras
from tensorflow.keras import layers

inputs = [keras.Input((8,)) for _ in range(3)]
encoded = [layers.Dense(4, activation="relu")(x) for x in inputs]
merged = layers.concatenate(encoded)
model = keras.Model(inputs, layers.Dense(1)(merged))


def build_mean(count, size=8):
    parts = [keras.Input(shape=(size,)) for _ in range(count)]
    x = layers.Concatenate()(parts)
    x = layers.Dense(16)(x)
    first = layers.Dense(16)(parts[0])
    return keras.Model(inputs=parts, outputs=layers.add([x, first]))


model = build_mean(4)
