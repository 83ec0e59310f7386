import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def use(x, w):
    return x * w


# TODO(tf2torch) T2T103: `tf.range` is left as it is
def make(n):
    return tf.range(n)


# TODO(tf2torch) T2T104: `build` is left as it is: the outputs of the model are not known: tf.range is not translated
def build(n=6):
    inputs = keras.Input(shape=(n, 4))
    w = tf.range(4.0)
    x = use(inputs, w)
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `build2` is left as it is: a layer is called on something unknown: arithmetic with something unknown
def build2(n=6):
    inputs = keras.Input(shape=(n, 4))
    w = tf.range(4.0)
    for i in range(3):
        w = w + 1.0
    x = inputs * w
    x = layers.Dense(2)(x)
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `build3` is left as it is: a constant is used after what it is made of got another value
def build3(n=6):
    inputs = keras.Input(shape=(n, 4))
    w = tf.range(4.0)
    n = 3
    w = tf.range(n + 1.0)
    n = 7
    x = inputs * w
    x = layers.Dense(2)(x)
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `build4` is left as it is: a layer is called on something unknown: arithmetic with something unknown
def build4(n=6, flag=True):
    inputs = keras.Input(shape=(n, 4))
    w = tf.range(4.0)
    if flag:
        w = w * 2.0
    x = inputs * w
    x = layers.Dense(2)(x)
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `build5` is left as it is: the outputs of the model are not known: arithmetic with something unknown
def build5(n=6, flag=True):
    inputs = keras.Input(shape=(n, 4))
    w = tf.range(4.0)
    w += 1.0
    v, u = tf.range(4.0), tf.range(4.0)
    print(w)
    x = inputs * make(4) * v.shape[0]
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `build6` is left as it is: a layer is called on something unknown: arithmetic with something unknown
def build6(n=6, flag=True):
    inputs = keras.Input(shape=(n, 4))
    w = tf.range(4.0)
    w += 1.0
    x = inputs * w
    x = layers.Dense(2)(x)
    return keras.Model(inputs, x)


# TODO(tf2torch) T2T104: `build7` is left as it is: a loop over something unknown: a list with something unknown in it: tf.range is not translated
def build7(n=6, flag=True):
    inputs = keras.Input(shape=(n, 4))
    w = tf.range(4.0) if flag else tf.ones((4,))
    ws = [tf.range(4.0), tf.ones((4,))]
    x = inputs
    for w in ws:
        x = x * w
    return keras.Model(inputs, x)
