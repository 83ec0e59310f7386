import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.rand(64, 8)
y = np.random.rand(64, 1)

model = keras.Sequential([layers.Input((8,)), layers.Dense(4), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
for epoch in range(3):
    # One epoch at a time
    model.fit(x, y, epochs=1, verbose=0)
    print(epoch, model.evaluate(x, y))
model.save("model.keras")
