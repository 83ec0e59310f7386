from tensorflow import keras
from tensorflow.keras import layers


def build_reader(rnn=layers.LSTM, units=(16, 8), vocabulary=100):
    """Reads a text with a stack of recurrent layers."""
    model = keras.Sequential()
    model.add(keras.Input((None,), dtype="int32"))
    model.add(layers.Embedding(vocabulary, 12))
    for n in units:
        model.add(rnn(n, return_sequences=True))
    model.add(layers.GlobalMaxPooling1D())
    model.add(layers.Dense(1, activation="sigmoid"))
    return model


lstm = build_reader()
gru = build_reader(layers.GRU)
