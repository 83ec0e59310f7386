from keras import Input, Model
from keras.layers import Add, Dense


def siamese():
    layers = [Dense(4), Dense(3)]

    def encode(t):
        for layer in layers:
            t = layer(t)
        return t

    a = Input((5,))
    b = Input((5,))
    return Model([a, b], Add()([encode(a), encode(b)]))


def by_name():
    layers = {"wide": Dense(4), "narrow": Dense(3)}

    def encode(t):
        return layers["narrow"](layers["wide"](t))

    a = Input((5,))
    b = Input((5,))
    return Model([a, b], Add()([encode(a), encode(b)]))


def as_many(depth=2):
    layers = [Dense(5) for _ in range(depth)]

    def encode(t):
        for layer in layers:
            t = layer(t)
        return t

    a = Input((5,))
    b = Input((5,))
    return Model([a, b], Add()([encode(a), encode(b)]))


def pairs():
    first, second = layers = (Dense(5), [Dense(4)])

    def encode(t):
        return layers[1][0](layers[0](t))

    a = Input((5,))
    b = Input((5,))
    return Model([a, b], Add()([encode(a), encode(b)]))
