from tensorflow import keras
from tensorflow.keras import layers


def frozen():
    inputs = keras.Input((8, 8, 3))
    norm = layers.BatchNormalization()
    x = layers.Conv2D(4, 3)(norm(inputs))
    # from here on, it is in eval mode
    norm.trainable = False
    return keras.Model(inputs, x)


def thawed():
    inputs = keras.Input((8, 8, 3))
    norm = layers.BatchNormalization(trainable=False)
    x = layers.Conv2D(4, 3)(norm(inputs))
    norm.trainable = True
    return keras.Model(inputs, x)
