from tensorflow.keras.layers import Input, Conv2D, ReLU, LeakyReLU, ELU, Softmax
from tensorflow.keras.models import Model


def block(X, channel, activation="ReLU", name="b"):
    activation_func = eval(activation)
    X = Conv2D(channel, 3, padding="same", name="{}_conv".format(name))(X)
    X = activation_func(name="{}_act".format(name))(X)
    return X


def build(size=(8, 8, 3), activation="ReLU"):
    IN = Input(size)
    X = block(IN, 4, activation=activation)
    X = block(X, 4, activation="LeakyReLU", name="c")
    return Model(IN, X)
