import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def build(maxlen=20, vocab=100, dim=8):
    inputs = keras.Input(shape=(maxlen,))
    positions = tf.range(start=0, limit=maxlen, delta=1)
    positions = layers.Embedding(input_dim=maxlen, output_dim=dim)(positions)
    x = layers.Embedding(vocab, dim)(inputs)
    x = x + positions
    return keras.Model(inputs, layers.Dense(2)(x))
