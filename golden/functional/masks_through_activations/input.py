import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

tokens = keras.Input((6,), dtype="int32")
x = layers.Embedding(10, 4, mask_zero=True)(tokens)
first = layers.GRU(3)(layers.Activation(tf.tanh)(x))
second = layers.GRU(3)(layers.Dense(4, activation=tf.nn.relu)(x))
# the name of the function makes no difference
third = layers.GRU(3)(layers.Activation("tanh")(x))
model = keras.Model(tokens, layers.Concatenate()([first, second, third]))
