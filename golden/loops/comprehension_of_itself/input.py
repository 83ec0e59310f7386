from keras import Input, Model
from keras.layers import Add, Concatenate, Dense


def towers():
    a = Input((6,))
    xs = [a, a * 2]
    xs = [Dense(3)(x) for x in xs]
    return Model(a, Add()(xs))


def numbered():
    a = Input((6,))
    xs = [a, a * 2]
    xs = [Dense(i + 2)(x) for i, x in enumerate(xs)]
    return Model(a, Concatenate()(xs))


def pairs():
    a = Input((6,))
    xs = [a, a * 2]
    ys = [Dense(6)(x) for x in xs]
    xs = [Dense(3)(x) + Dense(3)(y) for x, y in zip(xs, ys)]
    return Model(a, Add()(xs))


def deep(depth=2):
    a = Input((6,))
    xs = [a, a * 2]
    for _ in range(depth):
        xs = [Dense(6, activation="relu")(x) for x in xs]
    return Model(a, Add()(xs))


def mixed():
    a = Input((6,))
    xs = [a, a * 2]
    xs = [Dense(6)(x + xs[0]) for x in [a, a * 3]]
    return Model(a, Add()(xs))
