from keras import Input, Model
from keras.layers import Dense


class Host:
    def __init__(self, training=2, units=4):
        self.training = training
        self.units = units

    # TODO(tf2torch) T2T104: `hidden` is left as it is: `self.training` would hide an attribute of nn.Module
    def hidden(self):
        a = Input((5,))
        return Model(a, Dense(3)(a) * self.training)

    # TODO(tf2torch) T2T104: `counted` is left as it is: an attribute is changed while a model is built
    def counted(self):
        a = Input((5,))
        x = Dense(self.units)(a)
        self.units = self.units + 1
        return Model(a, Dense(self.units)(x) * self.units)

    def wider(self):
        return self.units * 2

    # TODO(tf2torch) T2T104: `by_method` is left as it is: the class would need `self.wider` of the object that builds the model
    def by_method(self):
        a = Input((5,))
        return Model(a, Dense(self.wider())(a))
