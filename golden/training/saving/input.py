import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.random((64, 8))
y = rng.random((64, 1))

model = keras.Sequential([layers.Input((8,)), layers.Dense(4), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
for epoch in range(3):
    # One epoch at a time
    model.fit(x, y, epochs=1, verbose=0)
    print(epoch, model.evaluate(x, y))

model.fit(x, y, epochs=2, batch_size=16, verbose=0)
before = model.predict(x)
model.save_weights("/tmp/tf2torch-saving.weights.h5")
model.fit(x, y, epochs=2, batch_size=16, verbose=0)
model.load_weights("/tmp/tf2torch-saving.weights.h5")
after = model.predict(x)
print(np.abs(after - before).max())
