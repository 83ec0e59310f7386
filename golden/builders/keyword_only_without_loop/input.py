import keras
from keras import layers


def head(x, *, classes, hidden=16, dropout=0.0):
    x = layers.Dense(hidden, activation="relu")(x)
    if dropout > 0:
        x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, activation="softmax")(x)


def two_heads(n_features, *, first, second=2):
    inputs = keras.Input((n_features,))
    return keras.Model(
        inputs, [head(inputs, classes=first), head(inputs, classes=second, dropout=0.3)]
    )


model = two_heads(8, first=5)
