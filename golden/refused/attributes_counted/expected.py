from keras import Input, Model
from keras.layers import Dense


class Widening:
    def __init__(self, units=4):
        self.units = units

    # the second block is wider than the first
    # TODO(tf2torch) T2T104: `block` is left as it is: an attribute is changed while a model is built
    def block(self, x):
        x = Dense(self.units)(x)
        self.units = self.units + 1
        return x

    # TODO(tf2torch) T2T104: `build` is left as it is: `block`: an attribute is changed while a model is built
    def build(self):
        a = Input((5,))
        return Model(a, self.block(self.block(a)))


class Shadowing:
    def __init__(self, units=4):
        self.units = units

    # TODO(tf2torch) T2T104: `given` is left as it is: the class would need both `units` and `self.units`
    def given(self, units=3):
        a = Input((5,))
        return Model(a, Dense(units)(a) * self.units)

    # TODO(tf2torch) T2T104: `halved` is left as it is: the class would need both `units` and `self.units`
    def halved(self):
        a = Input((5,))
        units = self.units // 2
        return Model(a, Dense(self.units)(Dense(units)(a)))
