from keras import Input, Model
from keras.layers import Dense


class Host:
    def __init__(self, training=2, units=4):
        self.training = training
        self.units = units

    def hidden(self):
        a = Input((5,))
        return Model(a, Dense(3)(a) * self.training)

    def counted(self):
        a = Input((5,))
        x = Dense(self.units)(a)
        self.units = self.units + 1
        return Model(a, Dense(self.units)(x) * self.units)

    def wider(self):
        return self.units * 2

    def by_method(self):
        a = Input((5,))
        return Model(a, Dense(self.wider())(a))
