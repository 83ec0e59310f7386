from tensorflow import keras
from tensorflow.keras import layers


# TODO(tf2torch) T2T104: `build_reader` is left as it is: its calls need different classes
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


# TODO(tf2torch) T2T104: `build_reader`: its calls need different classes
lstm = build_reader()
# TODO(tf2torch) T2T104: `build_reader`: its calls need different classes
gru = build_reader(layers.GRU)
