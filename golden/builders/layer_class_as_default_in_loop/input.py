from tensorflow import keras
from tensorflow.keras import layers


def dense_unit(x, units, norm=layers.LayerNormalization, dropout=0.0):
    x = layers.Dense(units, use_bias=False)(x)
    x = norm()(x)
    x = layers.ReLU()(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    return x


def build(input_dim=12, widths=(16, 8), classes=3):
    inputs = keras.Input((input_dim,))
    x = dense_unit(inputs, 24, norm=layers.BatchNormalization)
    for i, width in enumerate(widths):
        x = dense_unit(x, width, dropout=0.1 * i)
    return keras.Model(inputs, layers.Dense(classes)(x))


model = build()
