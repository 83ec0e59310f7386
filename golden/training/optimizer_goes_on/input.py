import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras

x, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()
model = keras.Sequential(
    [
        keras.layers.Dense(8, activation="tanh", input_shape=(10,)),
        keras.layers.Dense(1),
    ]
)
opt = keras.optimizers.SGD(0.0625, momentum=0.875, nesterov=True)
model.compile(opt, "mse")
first = model.fit(x, y, epochs=2, batch_size=64, verbose=0)
# the same optimizer goes on with another loss
model.compile(opt, "mae")
second = model.fit(x, y, epochs=2, batch_size=64, verbose=0)
# one of its own starts anew
model.compile(keras.optimizers.SGD(0.0625, momentum=0.875, nesterov=True), "mse")
third = model.fit(x, y, epochs=2, batch_size=64, verbose=0)
print(first.history["loss"], second.history["loss"], np.array(third.history["loss"]))
