from tensorflow import keras
from tensorflow.keras import layers


def build_film_encoder(widths=(4, 6), augment=True):
    frames = keras.Input((5, 3, 8, 8))
    x = frames
    for width in widths:
        x = layers.ConvLSTM2D(
            width,
            3,
            padding="same",
            data_format="channels_first",
            return_sequences=True,
        )(x)
    x = layers.ConvLSTM2D(2, 3, data_format="channels_first")(x)
    if augment:
        x = layers.RandomRotation(0.1, data_format="channels_first")(x)
    x = layers.Resizing(4, 4, interpolation="nearest", data_format="channels_first")(x)
    return keras.Model(frames, x)


model = build_film_encoder()
plain = build_film_encoder(widths=(3,), augment=False)
