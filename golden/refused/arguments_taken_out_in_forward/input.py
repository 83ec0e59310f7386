from keras import Input, Model
from keras.layers import Dense, LeakyReLU, Reshape


def build_with_slopes():
    a = Input((6,))
    slopes = [0.1, 0.2]
    x = LeakyReLU(negative_slope=slopes.pop())(Dense(6)(a))
    return Model(a, x)


def build_shaped():
    a = Input((6,))
    shapes = [2, 3]
    x = Reshape((shapes.pop(), shapes.pop(0)))(a)
    return Model(a, Dense(2)(x))
