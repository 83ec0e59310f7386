from keras import Input, Model, Sequential
from keras.layers import Dense


# TODO(tf2torch) T2T104: `build` is left as it is: a tensor is used after its variable got another value
def build():
    base = Sequential([Input((5,)), Dense(4), Dense(4)])
    x = base.layers[0].output
    return Model(base.input, Dense(2)(x))
