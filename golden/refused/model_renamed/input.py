import numpy as np
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD

X, y = np.random.rand(20, 4), np.random.rand(20, 3)

model = Sequential([Dense(3, input_shape=(4,))])
model.compile(loss="mse", optimizer=SGD(0.1))
model.fit(X, y)
first = model

model = Sequential([Dense(3, input_shape=(4,))])
model.compile(loss="mse", optimizer=SGD(0.2))
model.fit(X, y)
first.fit(X, y)

last = None
for rate in (0.1, 0.2):
    net = Sequential([Dense(3, input_shape=(4,))])
    net.compile(loss="mse", optimizer=SGD(rate))
    net.fit(X, y)
    last = net
last.fit(X, y)

pair = [first, np.random.rand(3) @ model.predict(X)]
pair[0].save("first.h5")
