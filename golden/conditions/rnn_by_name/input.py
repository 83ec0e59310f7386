from tensorflow import keras
from tensorflow.keras import layers


def build_rnn(cell="lstm", units=(32, 16), steps=20, features=4):
    if cell == "lstm":
        model = keras.Sequential()
        model.add(keras.Input((steps, features)))
        for u in units[:-1]:
            model.add(layers.LSTM(u, return_sequences=True))
        model.add(layers.LSTM(units[-1]))
        model.add(layers.Dense(1))
    elif cell == "gru":
        model = keras.Sequential()
        model.add(keras.Input((steps, features)))
        model.add(layers.GRU(units[-1]))
        model.add(layers.Dense(1))
    else:
        raise ValueError(f"unknown cell {cell}")
    return model


lstm = build_rnn()
gru = build_rnn("gru")
