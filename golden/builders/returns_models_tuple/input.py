"""Encoder, decoder and the autoencoder of both."""

import tensorflow as tf
from tensorflow.keras.layers import Dense, Input


def build_autoencoder(input_dim, hidden=(32, 16), latent=4):
    x = inputs = Input((input_dim,))
    for units in hidden:
        x = Dense(units, activation="relu")(x)
    encoder = tf.keras.Model(inputs, Dense(latent)(x), name="encoder")

    x = code = Input((latent,))
    for units in reversed(hidden):
        x = Dense(units, activation="relu")(x)
    decoder = tf.keras.Model(code, Dense(input_dim)(x), name="decoder")

    autoencoder = tf.keras.Model(inputs, decoder(encoder(inputs)), name="autoencoder")
    return autoencoder, encoder, decoder


autoencoder, encoder, decoder = build_autoencoder(20)
