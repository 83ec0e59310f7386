from tensorflow import keras
from tensorflow.keras import layers


def in_a_branch(smooth):
    tokens = keras.Input((6,), dtype="int32")
    x = layers.Embedding(10, 4, mask_zero=True)(tokens)
    if smooth:
        x = layers.Conv1D(4, 3, padding="same")(x)
    return keras.Model(tokens, layers.LSTM(3)(x))


def in_a_loop(depth):
    tokens = keras.Input((6,), dtype="int32")
    x = layers.Embedding(10, 4, mask_zero=True)(tokens)
    for _ in range(depth):
        # only the first one skips padding
        x = layers.GRU(4, return_sequences=True)(x)
        x = layers.Conv1D(4, 3, padding="same")(x)
    return keras.Model(tokens, x)


def in_a_list(count):
    inputs = [keras.Input((6,), dtype="int32") for _ in range(count)]
    texts = [layers.Embedding(10, 4, mask_zero=True)(tokens) for tokens in inputs]
    return keras.Model(inputs, layers.Concatenate()([layers.LSTM(3)(x) for x in texts]))
