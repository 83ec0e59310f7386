from tensorflow import keras
from tensorflow.keras.layers import GRU, LSTM, Dense, Input, SimpleRNN

CELLS = {"lstm": LSTM, "gru": GRU, "rnn": SimpleRNN}


def forecaster(cell, units=(16, 8), window=24):
    """A stack of recurrent layers of any kind."""
    Cell = CELLS[cell]
    inputs = Input((window, 1))
    x = inputs
    for n in units[:-1]:
        x = Cell(n, return_sequences=True)(x)
    x = Cell(units[-1])(x)
    return keras.Model(inputs, Dense(1)(x))


lstm = forecaster("lstm")
gru = forecaster("gru", units=(8, 8, 4))
rnn = forecaster("rnn", units=(8,))
