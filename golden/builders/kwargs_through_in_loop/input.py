from tensorflow import keras
from tensorflow.keras import layers


def dense_block(x, units, rate=0.0, **kwargs):
    x = layers.Dense(units, **kwargs)(x)
    if rate:
        x = layers.Dropout(rate)(x)
    return x


def build_mlp(input_dim, units=(32, 16), **kwargs):
    """Keyword arguments go to every hidden layer."""
    inputs = keras.Input((input_dim,))
    x = inputs
    for n in units:
        x = dense_block(x, n, rate=0.2, **kwargs)
    return keras.Model(inputs, layers.Dense(1)(x))


relu = build_mlp(8, activation="relu")
linear = build_mlp(8, units=(4,), use_bias=False)
