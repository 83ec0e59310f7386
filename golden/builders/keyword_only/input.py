from tensorflow.keras import Input, Model, layers, regularizers


def mlp_block(x, units, *, dropout=0.0, norm=None, activation="relu"):
    x = layers.Dense(units, use_bias=norm is None)(x)
    if norm == "batch":
        x = layers.BatchNormalization()(x)
    elif norm == "layer":
        x = layers.LayerNormalization()(x)
    x = layers.Activation(activation)(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    return x


def tabular(n_features, *, units=(64, 32), dropout=0.2, norm="batch"):
    """A multilayer perceptron for tables."""
    inputs = Input(shape=(n_features,))
    x = inputs
    for n in units:
        x = mlp_block(x, n, dropout=dropout, norm=norm)
    x = mlp_block(x, 8, activation="tanh")
    return Model(inputs=inputs, outputs=layers.Dense(1)(x))


model = tabular(10, units=(16, 16))
plain = tabular(10, norm=None, dropout=0)
