import numpy as np
from keras.layers import GRU, Dense
from keras.models import Sequential
from keras.preprocessing.sequence import TimeseriesGenerator

LENGTH = 10
BATCH_SIZE = 16
data = np.sin(np.arange(200) / 6).reshape(-1, 1)
train, test = data[:150], data[150:]

# ten steps, and the one behind them
train_generator = TimeseriesGenerator(train, train, length=LENGTH, batch_size=BATCH_SIZE)
test_generator = TimeseriesGenerator(test, test, length=LENGTH, batch_size=BATCH_SIZE)
print(len(train_generator), "batches")

for units in (4, 8):
    model = Sequential()
    model.add(GRU(units, input_shape=(LENGTH, 1)))
    model.add(Dense(1))
    model.compile(optimizer="sgd", loss="mse")
    history = model.fit(train_generator, validation_data=test_generator, epochs=2, verbose=0)
    predicted = model.predict(test_generator)
