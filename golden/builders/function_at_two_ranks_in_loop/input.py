from tensorflow.keras import backend as K
from tensorflow.keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Input, Lambda
from tensorflow.keras.models import Model


def largest(x):
    return K.max(x, axis=-1, keepdims=True)


def below_largest(x):
    return x - largest(x)


def doubled(x):
    return x * 2.0


def build_net(depth=2, classes=2):
    inputs = Input((8, 8, 3))
    x = inputs
    for _ in range(depth):
        x = Conv2D(4, 3)(x)
        x = Lambda(below_largest)(x)
        x = Lambda(doubled)(x)
    x = GlobalAveragePooling2D()(x)
    for _ in range(depth):
        x = Dense(5)(x)
        x = Lambda(below_largest)(x)
        x = Lambda(doubled)(x)
    return Model(inputs, Dense(classes)(x))
