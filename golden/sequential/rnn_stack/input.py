"""Stacked LSTM layers for a time series."""

from tensorflow.keras.layers import LSTM, Dense, Dropout
from tensorflow.keras.models import Sequential

n_steps, n_features = 60, 1

regressor = Sequential()
# First layer, with dropout
regressor.add(LSTM(units=50, return_sequences=True, input_shape=(n_steps, n_features)))
regressor.add(Dropout(0.2))
regressor.add(LSTM(units=50, return_sequences=True))
regressor.add(Dropout(0.2))
# The last one gives only its last output
regressor.add(LSTM(units=50))
regressor.add(Dropout(0.2))
regressor.add(Dense(units=1))
