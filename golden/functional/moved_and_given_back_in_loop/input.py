from tensorflow import keras
from tensorflow.keras import layers


def build_pyramid(depth=2, pooled=True):
    steps = keras.Input((8, 3))
    x = steps
    for _ in range(depth):
        x = layers.LSTM(4, return_sequences=True)(x)
    features = layers.Conv1D(2, 3)(x)
    if pooled:
        features = layers.MaxPooling1D(2)(features)
    averages = layers.AveragePooling1D(2)(x)
    return keras.Model(steps, [x, features, averages])


model = build_pyramid()
plain = build_pyramid(depth=1, pooled=False)
