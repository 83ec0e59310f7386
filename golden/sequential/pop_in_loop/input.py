from tensorflow import keras
from tensorflow.keras import layers


def build_classifier(widths=(32, 16), classes=4, scaled=False):
    model = keras.Sequential([keras.Input((10,))])
    for width in widths:
        model.add(layers.Dense(width, activation="relu"))
        model.add(layers.BatchNormalization())
    model.add(layers.Dense(16, activation="tanh"))
    model.add(layers.Dense(1000, activation="softmax"))
    # the trunk was trained with another head
    model.pop()
    model.pop()
    if scaled:
        model.add(layers.Rescaling(0.5))
    model.add(layers.Dense(classes))
    return model


def build_features(widths=(8, 16)):
    model = keras.Sequential([keras.Input((20, 20, 3))])
    for width in widths:
        model.add(layers.Conv2D(width, 3, activation="relu"))
    model.add(layers.Flatten())
    model.pop()  # one feature for each channel instead
    model.add(layers.GlobalAveragePooling2D())
    return model
