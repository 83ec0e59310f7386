from tensorflow import keras
from tensorflow.keras import layers


def make(vocab=50, size=8):
    tokens = keras.Input((7,), dtype="int32")
    embedding = layers.Embedding(vocab, size, mask_zero=True)
    x = layers.Bidirectional(layers.LSTM(4, dropout=0.1), merge_mode="sum")(embedding(tokens))
    return keras.Model(tokens, layers.Dense(1)(x))
