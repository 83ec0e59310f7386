import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


# TODO(tf2torch) T2T104: `build` is left as it is: Keras computes a layer on a constant once, when the model is built: its weights are not part of the model and never train; call it in a layer of your own
def build(maxlen=20, vocab=100, dim=8):
    inputs = keras.Input(shape=(maxlen,))
    positions = tf.range(start=0, limit=maxlen, delta=1)
    positions = layers.Embedding(input_dim=maxlen, output_dim=dim)(positions)
    x = layers.Embedding(vocab, dim)(inputs)
    x = x + positions
    return keras.Model(inputs, layers.Dense(2)(x))
