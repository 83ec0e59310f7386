from tensorflow import keras
from tensorflow.keras import layers


def build_tagger(vocabulary=30, units=(6, 4), bidirectional=False):
    model = keras.Sequential()
    model.add(keras.Input((None,), dtype="int32"))
    model.add(layers.Embedding(vocabulary, 8, mask_zero=True))
    for width in units:
        # padding is skipped
        model.add(layers.GRU(width, return_sequences=True))
    if bidirectional:
        model.add(layers.Bidirectional(layers.LSTM(3, return_sequences=True)))
    model.add(layers.Dense(5, activation="softmax"))
    return model


tagger = build_tagger()
other = build_tagger(units=[3], bidirectional=True)
