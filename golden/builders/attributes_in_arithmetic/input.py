from keras import Input, Model, ops
from keras.layers import Dense, Lambda, Reshape


class Host:
    gain = 3

    def __init__(self, scale=0.5, units=5):
        self.scale = scale
        self.units = units
        self.axis = 1

    def scaled(self):
        a = Input((5,))
        return Model(a, Dense(5)(a) * self.scale)

    def by_lambda(self):
        a = Input((5,))
        x = Dense(self.units)(a)
        return Model(a, Lambda(lambda t: t * self.scale)(x))

    def summed(self):
        a = Input((6,))
        x = Reshape((self.axis + 1, -1))(a)
        return Model(a, Dense(2)(ops.sum(x, axis=self.axis)))

    def block(self, x, units):
        return Dense(units)(x) * self.scale + self.gain

    def of_blocks(self):
        a = Input((5,))
        return Model(a, self.block(self.block(a, 4), 3))


scaled = Host().scaled()
by_lambda = Host().by_lambda()
summed = Host().summed()
of_blocks = Host().of_blocks()
