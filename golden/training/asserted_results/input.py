"""What a training gave is asserted, as tests of a package do."""

import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers


def learns(width, epochs):
    x, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    assert len(x) == len(y), "a target for each row"
    model = keras.Sequential()
    model.add(layers.Dense(width, activation="tanh", input_shape=(x.shape[1],)))
    model.add(layers.Dense(1))
    model.compile(keras.optimizers.SGD(0.05), "mse")
    history = model.fit(x, y, epochs=epochs, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0], "it learns"
    loss = model.evaluate(x, y, verbose=0)
    assert loss < 1.5
    predicted = model.predict(x, verbose=0)
    assert predicted.shape == (len(x), 1)
    return loss, predicted


losses = []
for width in (4, 8):
    loss, predicted = learns(width, 3)
    losses.append(loss)
print(np.round(losses, 3), predicted.mean())
