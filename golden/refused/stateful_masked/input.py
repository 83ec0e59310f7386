import numpy as np
from keras.layers import LSTM, Bidirectional, Dense, Masking
from keras.models import Sequential

model = Sequential()
model.add(Masking(0.0, batch_input_shape=(4, 6, 2)))
model.add(LSTM(8, stateful=True))
model.add(Dense(1))

both = Sequential()
both.add(Bidirectional(LSTM(8, stateful=True), batch_input_shape=(4, 6, 2)))
both.add(Dense(1))

plain = Sequential([Dense(1, input_shape=(3,))])
plain.compile("sgd", "mse")
plain.fit(np.ones((8, 3)), np.ones(8), verbose=0)
plain.reset_states()
