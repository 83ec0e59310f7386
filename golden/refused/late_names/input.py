from keras import Input, Model
from keras.layers import Lambda


def of_a_loop():
    inputs = Input((6,))
    parts = []
    for k in range(3):
        parts.append(Lambda(lambda t: t[:, k * 2 : k * 2 + 2])(inputs))
    return Model(inputs, parts)


def of_a_comprehension():
    inputs = Input((6,))
    return Model(inputs, [Lambda(lambda t: t * k)(inputs) for k in (1.0, 2.0)])


def assigned_again():
    inputs = Input((6,))
    scale = 2.0
    x = Lambda(lambda t: t * scale)(inputs)
    scale = 3.0
    return Model(inputs, Lambda(lambda t: t * scale)(x))


def of_a_nested_function():
    inputs = Input((6,))
    parts = []
    for k in range(3):

        def cut(t):
            return t[:, k * 2 : k * 2 + 2]

        parts.append(Lambda(cut)(inputs))
    return Model(inputs, parts)


def bound_early():
    inputs = Input((6,))
    parts = []
    for k in range(3):
        parts.append(Lambda(lambda t, k=k: t[:, k * 2 : k * 2 + 2])(inputs))
    return Model(inputs, parts)


def build(state_dict=3):
    inputs = Input((6,))
    return Model(inputs, Lambda(lambda t: t * state_dict)(inputs))
