from tensorflow import keras
from tensorflow.keras import layers


def build_backbone(input_shape=(32, 32, 3), widths=(16, 32), classes=None):
    """A feature extractor, or a classifier where `classes` is given."""
    inputs = keras.Input(input_shape)
    x = inputs
    for width in widths:
        x = layers.Conv2D(width, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    if classes is None:
        return keras.Model(inputs, x, name="backbone")
    # a head for classification
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="classifier")
