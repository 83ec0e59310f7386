from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

# TODO(tf2torch) T2T103: `K.set_floatx` is left as it is
K.set_floatx("float64")


# TODO(tf2torch) T2T104: `build` is left as it is: `set_floatx` changes how all models compute (line 5)
def build():
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(2)(inputs))
