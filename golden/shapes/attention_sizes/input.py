import tensorflow as tf
from tensorflow.keras import Input, Model, layers
from tensorflow.keras import backend as K


def self_attention(x):
    """Each pixel looks at all the others."""
    _, h, w, c = x.get_shape().as_list()
    f = layers.Reshape((h * w, c // 2))(layers.Conv2D(c // 2, 1)(x))
    g = layers.Reshape((h * w, c // 2))(layers.Conv2D(c // 2, 1)(x))
    v = layers.Reshape((h * w, c))(layers.Conv2D(c, 1)(x))
    scores = layers.Softmax()(layers.Dot(axes=-1)([g, f]))
    o = layers.Dot(axes=(2, 1))([scores, v])
    o = layers.Reshape((h, w, c))(o)
    return layers.Add()([o, x])


def tokens(x, dim):
    """Patches as a sequence."""
    x = layers.Conv2D(dim, 4, strides=4)(x)
    x = layers.Reshape((x.shape[1] * x.shape[2], dim))(x)
    return layers.LayerNormalization()(x)


def build_attention(shape=(8, 12, 3)):
    inputs = Input(shape)
    x = layers.Conv2D(6, 3, padding="same")(inputs)
    x = self_attention(x)
    return Model(inputs, layers.GlobalAveragePooling2D()(x))


def build_vit(size=16, dim=8):
    inputs = Input((size, size, 3))
    x = tokens(inputs, dim)
    x = layers.Dense(dim, activation="gelu")(x)
    return Model(inputs, layers.GlobalAveragePooling1D()(x))
