import numpy as np
from keras.models import Sequential
from keras.layers import LSTM, BatchNormalization, Conv2D, Dense, Flatten, Reshape

rng = np.random.default_rng(0)
kernel, bias = rng.normal(size=(6, 6)), rng.normal(size=(6,))
filters = rng.normal(size=(3, 3, 1, 2))
gates, again = rng.normal(size=(8, 32)), rng.normal(size=(8, 32))
statistics = [
    np.ones(6),
    np.zeros(6),
    rng.normal(size=(6,)),
    rng.uniform(1, 2, size=(6,)),
]

model = Sequential()
model.add(Conv2D(2, 3, input_shape=(6, 6, 1), weights=[filters, np.zeros(2)]))
model.add(Reshape((4, 8)))
model.add(LSTM(8, weights=[gates, again, np.zeros(32)]))
for _ in range(2):
    model.add(Dense(6, use_bias=False))
model.add(Dense(6, weights=[kernel, bias]))
model.add(
    BatchNormalization(
        weights=[statistics[0], statistics[1], statistics[2], statistics[3]]
    )
)
model.add(Dense(6, use_bias=False, weights=[kernel], activation="tanh"))
