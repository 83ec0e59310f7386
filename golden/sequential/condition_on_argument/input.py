import tensorflow as tf
from tensorflow.keras.layers import GRU, LSTM, Dense, Embedding


def build_tagger(vocab_size, cell="lstm", units=32, stacked=True):
    """A sentiment model; `cell` is "lstm" or "gru"."""
    model = tf.keras.Sequential()
    model.add(tf.keras.Input((None,), dtype="int32"))
    model.add(Embedding(vocab_size, 64))
    if cell == "lstm":
        model.add(LSTM(units, return_sequences=stacked))
        if stacked:
            model.add(LSTM(units))
    elif cell == "gru":
        model.add(GRU(units))
    else:
        raise ValueError("unknown cell: %s" % cell)
    model.add(Dense(1, activation="sigmoid"))
    return model


lstm_model = build_tagger(500)
gru_model = build_tagger(500, cell="gru")
