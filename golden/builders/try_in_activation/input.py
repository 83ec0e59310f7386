import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import layers, models


def swish(x):
    if K.backend() == "tensorflow":
        try:
            # saves memory where TensorFlow has it
            return tf.nn.swish(x)
        except AttributeError:
            pass

    return x * K.sigmoid(x)


def hard(x):
    try:
        return K.hard_sigmoid(x)
    except AttributeError:
        pass
    return K.clip(0.2 * x + 0.5, 0, 1)


def build(depth=2):
    inputs = layers.Input((12,))
    x = layers.Dense(8, activation=hard)(inputs)
    for _ in range(depth):
        x = layers.Dense(8, activation=swish)(x)
    return models.Model(inputs, layers.Dense(2)(x))
