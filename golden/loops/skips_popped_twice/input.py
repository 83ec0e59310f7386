from tensorflow import keras
from tensorflow.keras import layers


def build_unet(input_shape=(32, 32, 1), filters=(8, 16, 32)):
    inputs = keras.Input(input_shape)
    x = inputs
    skips = []
    for f in filters:
        x = layers.Conv2D(f, 3, padding="same", activation="relu")(x)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    while skips:
        skip = skips.pop()
        x = layers.UpSampling2D(2)(x)
        x = layers.Concatenate()([x, skip])
        x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv2D(1, 1)(x))


def build_encoder(input_shape=(32, 32, 1), filters=(8, 16)):
    inputs = keras.Input(input_shape)
    x = inputs
    features = []
    for f in filters:
        x = layers.Conv2D(f, 3, strides=2, padding="same")(x)
        features.append(x)
    last = features.pop()
    x = layers.GlobalAveragePooling2D()(last)
    if len(filters) > 1:
        previous = features.pop()
        x = layers.Concatenate()([x, layers.GlobalAveragePooling2D()(previous)])
    return keras.Model(inputs, layers.Dense(1)(x))
