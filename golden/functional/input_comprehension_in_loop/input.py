from tensorflow import keras
from tensorflow.keras import layers


def build_fusion(sources=2, size=8, classes=3):
    """As many inputs as there are sources."""
    inputs = [keras.Input((size,), name=f"source_{i}") for i in range(sources)]
    features = []
    for x in inputs:
        x = layers.Dense(16, activation="relu")(x)
        features.append(layers.Dropout(0.1)(x))
    x = layers.Concatenate()(features)
    return keras.Model(inputs, layers.Dense(classes)(x))


model = build_fusion(3)
