from tensorflow import keras
from tensorflow.keras import layers


def conv_block(x, filters, strides=1, activation="relu"):
    x = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
    return layers.Activation(activation)(x)


def build_mlp(units=(8, 16), shape=(4,), regression=False):
    model = keras.Sequential()
    for i, n in enumerate(units):
        # only the first layer says what it takes
        kwargs = {"input_shape": shape} if i == 0 else {}
        model.add(layers.Dense(n, activation="relu", **kwargs))
    model.add(layers.Dense(3) if regression else layers.Dense(2, activation="softmax"))
    return model


def build_cnn(deep=True, blocks=2, bias=True):
    inputs = keras.Input((16, 16, 3))
    options = {"padding": "same", "strides": 2} if deep else {}
    x = layers.Conv2D(4, 3, **options)(inputs)
    settings = dict(activation="relu")
    if not bias:
        settings["use_bias"] = False
    x = layers.Conv2D(4, 3, **settings)(x)
    for i in range(blocks):
        first = {"strides": 2, "activation": "tanh"} if i == 0 else {"strides": 1}
        x = conv_block(x, 4 + i, **first)
    return keras.Model(inputs, layers.Flatten()(x))
