from tensorflow import keras
from tensorflow.keras import layers


def build_encoder(size, widths=(32, 16), latent=2):
    image = keras.Input(shape=(size,))
    x = image
    for width in widths:
        x = layers.Dense(width, activation="relu")(x)
    mean = layers.Dense(latent)(x)
    log_var = layers.Dense(latent)(x)
    # both are needed outside
    model = keras.Model(image, [mean, log_var])
    return (model, image, mean, log_var)


def build_vae(size=64, latent=4, deep=True):
    """Everything together."""
    encoder, image, mean, log_var = build_encoder(size, latent=latent)
    x = layers.Add()([mean, log_var])
    if deep:
        x = layers.Dense(16, activation="relu")(x)
    decoded = layers.Dense(size, activation="sigmoid")(x)
    vae = keras.Model(image, decoded, name="vae")
    return vae, encoder


vae, encoder = build_vae()
