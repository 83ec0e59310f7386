from tensorflow import keras
from tensorflow.keras import layers


def build_model(output_shape=None, depth=2):
    inputs = keras.Input((5, 6))
    x = inputs
    for _ in range(depth):
        x = layers.MultiHeadAttention(3, 4, output_shape=output_shape)(x, x)
    x = layers.Dense(4)(x)
    return keras.Model(inputs, x)


model = build_model()
wide = build_model(8)
