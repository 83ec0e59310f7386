from tensorflow import keras
from tensorflow.keras import layers


def build_base(shape=(32, 32, 3)):
    inputs = keras.Input(shape)
    x = layers.Conv2D(8, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    return keras.Model(inputs, x)


def build_classifier(classes=10):
    """A head on a base that is not trained."""
    base = build_base()
    for layer in base.layers:
        layer.trainable = False
    x = layers.GlobalAveragePooling2D()(base.output)
    return keras.Model(base.input, layers.Dense(classes, activation="softmax")(x))


base = build_base((24, 24, 1))
for l in base.layers:
    l.trainable = False
model = keras.Model(base.input, layers.Dense(3)(layers.Flatten()(base.output)))
classifier = build_classifier(4)
