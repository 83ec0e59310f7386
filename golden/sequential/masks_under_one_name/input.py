from tensorflow import keras
from tensorflow.keras import layers

reviews = keras.Sequential(
    [
        keras.Input((7,), dtype="int32"),
        layers.Embedding(20, 6, mask_zero=True),
        layers.Dense(5, activation="tanh"),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ]
)

x = inputs = keras.Input((6, 4))
x = layers.Masking(mask_value=-1.0)(x)
x = layers.LSTM(5)(x)
measurements = keras.Model(inputs, layers.Dense(2)(x))
