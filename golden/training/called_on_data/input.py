"""A model that is called like a function, on arrays."""

import numpy as np
from sklearn.datasets import load_iris
from tensorflow import keras

x, y = load_iris(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)

model = keras.Sequential([
    keras.layers.Dense(16, activation="relu", input_shape=(4,)),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")

for epoch in range(3):
    model.fit(x, y, batch_size=16, verbose=0)
    # how sure it is of the first one
    print(f"{np.max(model(x[:1], training=False)):.3f}")

chances = model(x, training=False)
kinds = np.argmax(chances, axis=1)
first, shape = chances[0].numpy(), chances.shape
accuracy = np.mean(kinds == y)


def kind_of(sample):
    return int(np.argmax(model(sample[None])[0]))


some = [kind_of(sample) for sample in x[::50]]
