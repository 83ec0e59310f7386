import tensorflow as tf
from tensorflow.keras import layers


def build_net(depth=2, power=2, residual=True):
    def raised(x, shift=1.0):
        return (x + shift) ** power

    inputs = tf.keras.Input((6,))
    x = inputs
    for _ in range(depth):
        y = layers.Dense(6)(x)
        if residual:
            y = raised(y) * 0.1 + x
        x = raised(y, 0.5)
    return tf.keras.Model(inputs, x)
