from tensorflow import keras
from tensorflow.keras import layers

tokens = keras.Input((6,), dtype="int32")
queries = keras.Input((5, 8))
memory = layers.Embedding(10, 8, mask_zero=True)(tokens)
x = layers.MultiHeadAttention(2, 4)(queries, memory)
# the first one took the mask off the memory
x = layers.MultiHeadAttention(2, 4)(x, memory)
decoder = keras.Model([tokens, queries], x)


def encoder(depth=2):
    tokens = keras.Input((6,), dtype="int32")
    x = layers.Embedding(10, 8, mask_zero=True)(tokens)
    for _ in range(depth):
        x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x)]))
    return keras.Model(tokens, x)
