from tensorflow.keras.layers import Input, Conv2D, ReLU, LeakyReLU, add, multiply
from tensorflow.keras.models import Model


def conv_stack(x, channels, depth=2, activation="ReLU"):
    for _ in range(depth):
        activation_func = eval(activation)
        x = Conv2D(channels, 3, padding="same")(x)
        x = activation_func()(x)
    return x


def gate(x, g, channels, activation="ReLU", attention="add"):
    merge = eval(attention)
    activation_func = eval(activation)
    theta = Conv2D(channels, 1)(x)
    phi = Conv2D(channels, 1)(g)
    query = merge([theta, phi])
    weights = Conv2D(1, 1, activation="sigmoid")(activation_func()(query))
    return multiply([x, weights])


def build(size=(8, 8, 3), activation="ReLU", attention="add", depth=2):
    inputs = Input(size)
    x = conv_stack(inputs, 4, depth, activation)
    skip = x
    x = conv_stack(x, 4, depth, activation)
    x = gate(skip, x, 2, activation, attention)
    head = eval("Conv2D")
    return Model(inputs, head(1, 1)(x))
