import numpy as np
from tensorflow import keras
from sklearn.datasets import load_breast_cancer

x, y = load_breast_cancer(return_X_y=True)


# TODO(tf2torch) T2T104: `categorical_hinge` works on PyTorch's tensors now, and code that stays Keras calls it
def categorical_hinge(y_true, y_pred):
    return (y_true - y_pred).square().mean(dim=-1) * 3


# TODO(tf2torch) T2T103: `keras.Input` is left as it is
inputs = keras.Input((30,))
h = keras.layers.Dense(8, activation="relu")(inputs)
a = keras.layers.Dense(2)(h)
# TODO(tf2torch) T2T104: `categorical_hinge` is also the name of something that converted code needs: rename it
one = keras.Model(inputs, a)
one.compile("sgd", loss=categorical_hinge)
one.fit(x, np.eye(2)[y], verbose=0)

# TODO(tf2torch) T2T103: `keras.Input` is left as it is
g = keras.Input((30,))
# TODO(tf2torch) T2T104: `categorical_hinge` is also the name of something that converted code needs: rename it
two = keras.Model(g, keras.layers.Dense(2)(g))
two.compile("sgd", loss="categorical_hinge")
two.fit(x, np.eye(2)[y], verbose=0)
