from tensorflow.keras import backend as K
from tensorflow.keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Input, Lambda
from tensorflow.keras.models import Model


def below_largest(x):
    # each channel against the largest one
    return x - K.max(x, axis=-1, keepdims=True)


def build_net(classes=2):
    inputs = Input((8, 8, 3))
    x = Conv2D(4, 3)(inputs)
    x = Lambda(below_largest)(x)
    x = GlobalAveragePooling2D()(x)
    x = Lambda(below_largest)(x)
    return Model(inputs, Dense(classes)(x))
