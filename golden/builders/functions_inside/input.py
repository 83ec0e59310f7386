from tensorflow.keras import backend as K
from tensorflow.keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Input, Lambda
from tensorflow.keras.models import Model


def build_net(factor=0.5, classes=2):
    def scaled(x):
        return x * factor

    inputs = Input((8, 8, 3))
    x = scaled(inputs)
    x = Conv2D(4, 3)(x)
    x = Lambda(scaled)(x)
    x = GlobalAveragePooling2D()(x)
    return Model(inputs, Dense(classes)(x))


class Builder:
    def __init__(self, size):
        self.size = size

    def gate(self, x):
        # opens slowly
        return x * K.sigmoid(x)

    def build(self):
        inputs = Input((self.size,))
        return Model(inputs, Dense(3)(self.gate(inputs)))


model = Builder(5).build()
