from tensorflow import keras
from tensorflow.keras import layers


def add_dense(model, units, rate=0.2):
    model.add(layers.Dense(units, activation="relu"))
    # regularize
    model.add(layers.Dropout(rate))


def add_head(model, classes):
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def build(input_dim=6, widths=(8, 4), classes=3):
    net = keras.Sequential()
    net.add(keras.Input((input_dim,)))
    for width in widths:
        add_dense(net, width)
    add_dense(net, 16, rate=0.5)
    return add_head(net, classes)
