from tensorflow import keras
from tensorflow.keras import layers

TIME_STEPS = 20


def build_critic(image_shape=(28, 30, 1)):
    image = keras.Input(shape=image_shape)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(image)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(1)(x), name="critic")


def build_encoder(image_shape=(28, 30, 1)):
    image = keras.Input(shape=image_shape)
    x = image
    for filters in (4, 8):
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(10)(x), name="encoder")


def build_reader(units=12):
    words = keras.Input(shape=(TIME_STEPS, 6))
    width = 2 * units
    x = layers.LSTM(16, return_sequences=True)(words)
    x = layers.Flatten()(x)
    return keras.Model(words, layers.Dense(width)(x), name="reader")


config = {
    "layers": [
        {"filters": 4, "pool": True, "dropout": 0.0},
        {"filters": 8, "pool": False, "dropout": 0.2},
    ]
}

classifier = keras.Sequential(name="classifier")
classifier.add(keras.Input((16, 12, 3)))
for layer in config["layers"]:
    classifier.add(layers.Conv2D(layer["filters"], 3, padding="same"))
    if layer["pool"]:
        classifier.add(layers.MaxPooling2D())
    if layer["dropout"]:
        classifier.add(layers.Dropout(layer["dropout"]))
classifier.add(layers.Flatten())
classifier.add(layers.Dense(5))
