from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def swish(x):
    """Swish, from before Keras had it."""
    return x * K.sigmoid(x)


def build_net(classes=3):
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation=swish)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation(swish)(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(5, activation=lambda t: t * K.tanh(K.softplus(t)))(x)
    return keras.Model(inputs, layers.Dense(classes)(x))
