from tensorflow import keras
from tensorflow.keras import layers


def conv_block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


def build_classifier(input_shape=(32, 32, 3), widths=(32, 64, 128), classes=10):
    """A small convolutional classifier."""
    inputs = keras.Input(shape=input_shape)
    x = inputs
    for width in widths:
        x = conv_block(x, width)
        # halve the resolution
        x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="classifier")
