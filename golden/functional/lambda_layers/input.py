import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense, Dot, Input, Lambda
from tensorflow.keras.models import Model


def euclidean_distance(vectors):
    x, y = vectors
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))


a = Input((6,))
b = Input((6,))
scale = Lambda(lambda t: t * 2.0 + 1.0, name="scale")
shared = Dense(4, activation="relu")
left = shared(scale(a))
right = shared(scale(b))
distance = Lambda(euclidean_distance)([left, right])
model = Model([a, b], distance)
