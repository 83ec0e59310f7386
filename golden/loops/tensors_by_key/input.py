from tensorflow import keras
from tensorflow.keras import layers

DEPTHS = {"low": 8, "middle": 16, "high": 32}


def unet(input_shape=(32, 32, 1), skipped=("low", "high")):
    """A U-Net that finds its skip connections by the names of the levels."""
    inputs = keras.Input(shape=input_shape)
    skips = {}
    x = inputs
    for name, filters in DEPTHS.items():
        x = layers.Conv2D(filters, 3, padding="same")(x)
        x = layers.LeakyReLU()(x)
        if name in skipped:
            skips[f"skip_{name}"] = x
        x = layers.AveragePooling2D()(x)
    for name in reversed(list(DEPTHS)):
        x = layers.UpSampling2D()(x)
        if f"skip_{name}" in skips:
            x = layers.concatenate([x, skips[f"skip_{name}"]])
        x = layers.Conv2D(DEPTHS[name], 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv2D(2, 1)(x))


model = unet()
one_skip = unet((16, 16, 3), ("middle",))
