import tensorflow as tf

layers = tf.keras.layers
models = tf.keras.models
L = layers
Dense = L.Dense


def build(units=(16, 8)):
    inputs = tf.keras.Input((8,))
    x = inputs
    for u in units:
        x = Dense(u, activation="relu")(x)
    return models.Model(inputs, L.Dense(1)(x))


model = build()
