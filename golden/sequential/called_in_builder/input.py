from tensorflow import keras
from tensorflow.keras import layers


def build_ranker(items=10):
    queries = keras.Input((12,))
    hidden = layers.Dense(16, activation="relu")(queries)
    head = keras.Sequential([layers.Dense(8), layers.LayerNormalization(), layers.Dense(items)])
    return keras.Model(queries, head(hidden))


model = build_ranker()
