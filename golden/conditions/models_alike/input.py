from tensorflow import keras
from tensorflow.keras import layers


def MLP(units, classes=3, **kwargs):
    """A perceptron; the usual ones have names of their own."""
    inputs = keras.Input((4,))
    x = inputs
    # the hidden layers
    for width in units:
        x = layers.Dense(width, activation="relu")(x)
    outputs = layers.Dense(classes, activation="softmax")(x)

    if units == [8]:
        model = keras.Model(inputs, outputs, name="mlp_small")
    elif units == [8, 8]:
        model = keras.Model(inputs, outputs, name="mlp_deep")
    else:
        model = keras.Model(inputs, outputs, name="mlp")
    return model


def small_mlp(classes=3, **kwargs):
    return MLP([8], classes, **kwargs)


def deep_mlp(**kwargs):
    return MLP([8, 8], **kwargs)
