from keras import Input, Model
from keras.layers import Lambda
from torch import nn


# TODO(tf2torch) T2T104: `of_a_loop` is left as it is: Lambda: `k` has another value when Keras runs the function
def of_a_loop():
    inputs = Input((6,))
    parts = []
    for k in range(3):
        parts.append(Lambda(lambda t: t[:, k * 2 : k * 2 + 2])(inputs))
    return Model(inputs, parts)


# TODO(tf2torch) T2T104: `of_a_comprehension` is left as it is: Lambda: `k` has another value when Keras runs the function
def of_a_comprehension():
    inputs = Input((6,))
    return Model(inputs, [Lambda(lambda t: t * k)(inputs) for k in (1.0, 2.0)])


# TODO(tf2torch) T2T104: `assigned_again` is left as it is: Lambda: `scale` has another value when Keras runs the function
def assigned_again():
    inputs = Input((6,))
    scale = 2.0
    x = Lambda(lambda t: t * scale)(inputs)
    scale = 3.0
    return Model(inputs, Lambda(lambda t: t * scale)(x))


# TODO(tf2torch) T2T104: `of_a_nested_function` is left as it is: Lambda: `k` has another value when Keras runs the function
def of_a_nested_function():
    inputs = Input((6,))
    parts = []
    for k in range(3):

        def cut(t):
            return t[:, k * 2 : k * 2 + 2]

        parts.append(Lambda(cut)(inputs))
    return Model(inputs, parts)


class BoundEarly(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, inputs):
        parts = []
        for k in range(3):
            parts.append(inputs[:, k * 2 : k * 2 + 2])
        return parts


def bound_early():
    return BoundEarly()


# TODO(tf2torch) T2T104: `build` is left as it is: `state_dict` would hide an attribute of nn.Module
def build(state_dict=3):
    inputs = Input((6,))
    return Model(inputs, Lambda(lambda t: t * state_dict)(inputs))
