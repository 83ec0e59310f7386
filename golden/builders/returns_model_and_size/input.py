from tensorflow import keras
from tensorflow.keras import layers


def encoder(shape, latent):
    inp = keras.Input(shape)
    x = layers.Conv2D(8, 3, strides=2, padding="same")(inp)
    before = x.shape[1:]
    x = layers.Flatten()(x)
    z = layers.Dense(latent, name="z")(x)
    return keras.Model(inp, z, name="encoder"), before


def decoder(latent, before):
    inp = keras.Input((latent,))
    h, w, c = before
    x = layers.Dense(h * w * c, activation="relu")(inp)
    x = layers.Reshape(before)(x)
    return keras.Model(inp, x, name="decoder")


def autoencoder(shape=(28, 28, 1), latent=4):
    enc, before = encoder(shape, latent)
    dec = decoder(latent, before)
    inp = keras.Input(shape)
    return keras.Model(inp, dec(enc(inp)), name="ae"), enc, dec


ae, encoder_part, decoder_part = autoencoder((12, 10, 2), 3)
