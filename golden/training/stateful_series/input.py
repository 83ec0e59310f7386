import numpy as np
from keras.layers import LSTM, Dense, SimpleRNN
from keras.models import Sequential

tsteps = 2
batch_size = 5
epochs = 3


def cosine(amplitude=2.0, period=20, length=60, k=0.01):
    series = np.zeros((length, tsteps, 1))
    for i in range(length):
        series[i, :, 0] = amplitude * np.cos(2 * np.pi * i / period) * np.exp(-k * i)
    return series


series = cosine()
expected = np.roll(series[:, -1], -1, axis=0)

model = Sequential()
model.add(
    LSTM(
        8,
        input_shape=(tsteps, 1),
        batch_size=batch_size,
        return_sequences=True,
        stateful=True,
    )
)
model.add(SimpleRNN(8, stateful=True))
model.add(Dense(1))
model.compile(loss="mse", optimizer="sgd")

for i in range(epochs):
    # the series goes on from batch to batch, and begins again with each epoch
    model.fit(
        series, expected, batch_size=batch_size, epochs=1, verbose=0, shuffle=False
    )
    model.reset_states()

predicted = model.predict(series, batch_size=batch_size)
again = model.predict(series, batch_size=batch_size)
print(np.abs(predicted - again).max())
