from tensorflow import keras
from tensorflow.keras import layers


def build_model(steps=6, units=2):
    inputs = keras.Input((steps, 4))
    x = layers.MaxPooling1D(2)(inputs)
    # each direction drops inputs of its own
    x = layers.Bidirectional(layers.LSTM(units, dropout=0.1, return_sequences=True))(x)
    return keras.Model(inputs, layers.Dense(2)(x))


model = build_model()
