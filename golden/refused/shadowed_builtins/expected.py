from keras import Input, Model
from keras.layers import Concatenate, Dense


# TODO(tf2torch) T2T104: `build` is left as it is: `sum` is a variable there, and Python's own is called
def build(sum=4):
    inputs = Input((5,))
    hidden = [Dense(sum)(inputs) for _ in range(3)]
    return Model(inputs, Dense(2)(Concatenate()(hidden)))
