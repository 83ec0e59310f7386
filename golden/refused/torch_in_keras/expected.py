import keras
from keras import layers
from torch.nn import functional as F


# TODO(tf2torch) T2T104: `gate` works on PyTorch's tensors now, and code that stays Keras calls it
def gate(x):
    return F.relu6(x + 3.0) / 6.0


# TODO(tf2torch) T2T104: `build_gated` is left as it is: `TextVectorization(vocabulary=["a", "b"])` is called on a tensor, and what it does is not known
def build_gated(units):
    inputs = keras.Input((8,))
    x = gate(layers.Dense(units)(inputs))
    outputs = layers.TextVectorization(vocabulary=["a", "b"])(x)
    return keras.Model(inputs, [outputs, gate(undefined(x))])
