import keras
from keras import layers, ops

a = keras.Input((6, 4))
b = keras.Input((6, 4))
x = ops.concatenate([a, b], axis=-1)
x = layers.Dense(4)(x)
attention = ops.softmax(ops.matmul(x, ops.transpose(a, (0, 2, 1))) / ops.sqrt(4.0))
x = ops.matmul(attention, b)
x = ops.mean(ops.abs(x), axis=1)
x = ops.stack([x, ops.max(a, axis=1)], axis=1)
x = ops.reshape(x, (-1, 8))
model = keras.Model([a, b], layers.Dense(1)(x))
