import tensorflow as tf
from tensorflow.keras import layers


def build_net(input_dim, units=24, dropout=0.1, activation="relu"):
    """The blocks use the settings of the function around them."""

    def block(x, n):
        x = layers.Dense(n, activation=activation)(x)
        return layers.Dropout(dropout)(x)

    inputs = tf.keras.Input((input_dim,))
    x = block(inputs, units)
    x = block(x, units // 2)
    return tf.keras.Model(inputs, layers.Dense(1)(x))


net = build_net(9)
