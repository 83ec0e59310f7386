import keras
from keras.layers import Dense


class Net(keras.Model):
    def __init__(self, dim, **kwargs):
        inp = keras.Input((dim,))
        super().__init__(inputs=inp, outputs=Dense(1)(inp), **kwargs)


net = Net(5, name="mine")
