from tensorflow import keras
from tensorflow.keras import layers


def build_forecaster(n_steps, n_features, n_layers=3, units=16, dropout=0.1):
    """Only the last layer gives one output instead of a sequence."""
    model = keras.Sequential()
    model.add(layers.Input((n_steps, n_features)))
    for i in range(n_layers):
        model.add(layers.LSTM(units, return_sequences=i < n_layers - 1))
        model.add(layers.Dropout(dropout))
    model.add(layers.Dense(1))
    return model


def build_tagger(widths=(12, 8), features=5, classes=4):
    inputs = keras.Input((10, features))
    x = inputs
    for i, width in enumerate(widths):
        last = i == len(widths) - 1
        x = layers.Bidirectional(layers.GRU(width, return_sequences=not last))(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


forecaster = build_forecaster(20, 3)
single = build_forecaster(20, 3, n_layers=1)
tagger = build_tagger()
