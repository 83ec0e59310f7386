import keras
from keras import layers


def language_model(words=20, size=6, depth=2):
    """The table of the words is also that of the answers."""
    tokens = keras.Input((5,), dtype="int32")
    table = layers.ReversibleEmbedding(words, size, name="table")
    x = table(tokens)
    for _ in range(depth):
        x = layers.Dense(size, activation="relu")(x)
    return keras.Model(tokens, table(x, reverse=True))


model = language_model()

ids = keras.Input((4,), dtype="int32")
capped = layers.ReversibleEmbedding(7, 3, logit_soft_cap=30.0, embeddings_initializer="he_normal")
small = keras.Model(ids, capped(capped(ids), reverse=True))
