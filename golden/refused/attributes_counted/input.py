from keras import Input, Model
from keras.layers import Dense


class Widening:
    def __init__(self, units=4):
        self.units = units

    # the second block is wider than the first
    def block(self, x):
        x = Dense(self.units)(x)
        self.units = self.units + 1
        return x

    def build(self):
        a = Input((5,))
        return Model(a, self.block(self.block(a)))


class Shadowing:
    def __init__(self, units=4):
        self.units = units

    def given(self, units=3):
        a = Input((5,))
        return Model(a, Dense(units)(a) * self.units)

    def halved(self):
        a = Input((5,))
        units = self.units // 2
        return Model(a, Dense(self.units)(Dense(units)(a)))
