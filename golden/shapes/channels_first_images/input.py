from tensorflow import keras
from tensorflow.keras import layers


def augmented(x):
    x = layers.RandomFlip("horizontal", data_format="channels_first")(x)
    return layers.RandomZoom(0.2, data_format="channels_first")(x)


def build_film_classifier(classes=4):
    frames = keras.Input((5, 3, 8, 8))
    x = layers.ConvLSTM2D(
        4, 3, padding="same", data_format="channels_first", return_sequences=True
    )(frames)
    # the last state of the second one is an image
    x = layers.ConvLSTM2D(6, 3, data_format="channels_first")(x)
    x = augmented(x)
    x = layers.CenterCrop(5, 4, data_format="channels_first")(x)
    x = layers.Resizing(4, 4, data_format="channels_first")(x)
    x = layers.Conv2D(4, 2, data_format="channels_first", activation="relu")(x)
    x = layers.Flatten()(x)
    outputs = layers.Dense(classes)(x)
    return keras.Model(frames, outputs)


model = build_film_classifier()
