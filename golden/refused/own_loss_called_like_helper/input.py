import numpy as np
import tensorflow as tf
from tensorflow import keras
from sklearn.datasets import load_breast_cancer

x, y = load_breast_cancer(return_X_y=True)


def categorical_hinge(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1) * 3


inputs = keras.Input((30,))
h = keras.layers.Dense(8, activation="relu")(inputs)
a = keras.layers.Dense(2)(h)
one = keras.Model(inputs, a)
one.compile("sgd", loss=categorical_hinge)
one.fit(x, np.eye(2)[y], verbose=0)

g = keras.Input((30,))
two = keras.Model(g, keras.layers.Dense(2)(g))
two.compile("sgd", loss="categorical_hinge")
two.fit(x, np.eye(2)[y], verbose=0)
