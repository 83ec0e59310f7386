from tensorflow import keras
from tensorflow.keras import layers


def build_ranker(vocabularies=([3, 1, 4], [2, 7, 1, 8]), size=4):
    inputs, features = [], []
    for vocabulary in vocabularies:
        ids = keras.Input((1,), dtype="int64")
        places = layers.IntegerLookup(vocabulary=vocabulary)(ids)
        x = layers.Embedding(len(vocabulary) + 1, size)(places)
        inputs.append(ids)
        features.append(layers.Flatten()(x))
    x = layers.Concatenate()(features)
    return keras.Model(inputs, layers.Dense(1)(x))


model = build_ranker()
