"""A plain convolutional classifier whose depth is an argument."""

from tensorflow.keras import layers
from tensorflow.keras.models import Sequential


def build_classifier(input_shape, n_classes, n_blocks=3, filters=16, use_bn=True):
    model = Sequential()
    model.add(layers.Input(shape=input_shape))
    for i in range(n_blocks):
        # Twice the channels at half the resolution
        model.add(layers.Conv2D(filters * 2**i, 3, padding="same"))
        if use_bn:
            model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    if n_classes == 2:
        model.add(layers.Dense(1, activation="sigmoid"))
    else:
        model.add(layers.Dense(n_classes, activation="softmax"))
    return model


model = build_classifier((32, 32, 3), 10)
binary = build_classifier((32, 32, 3), 2, n_blocks=2, use_bn=False)
