from tensorflow.keras import layers
from tensorflow.keras.models import Sequential


def build_tagger(units=(8, 6), bidirectional=True, dropout=0.0, classes=3):
    model = Sequential()
    model.add(layers.Input((12, 4)))
    for i, n in enumerate(units):
        last = i == len(units) - 1
        layer = layers.LSTM(n, return_sequences=not last)
        if bidirectional:
            layer = layers.Bidirectional(layer)
        model.add(layer)
        if dropout > 0:
            model.add(layers.Dropout(dropout))
    model.add(layers.Dense(classes, activation="softmax"))
    return model


tagger = build_tagger()
forward_only = build_tagger((6,), bidirectional=False)
deep = build_tagger((6, 5, 4), bidirectional=False, dropout=0.2)
