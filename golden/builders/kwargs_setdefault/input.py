from tensorflow import keras
from tensorflow.keras import layers


def conv(x, filters, size=3, **kwargs):
    kwargs.setdefault("padding", "same")
    kwargs.setdefault("use_bias", False)
    x = layers.Conv2D(filters, size, **kwargs)(x)
    return layers.ReLU()(x)


def build_classifier(classes=3):
    inputs = keras.Input((16, 16, 3))
    x = conv(inputs, 4)
    x = conv(x, 6, padding="valid")
    x = conv(x, 8, 5, strides=2)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x))
