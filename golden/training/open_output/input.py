import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def make_model(outputs=1, hidden=8):
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(hidden, activation="tanh"),
            layers.Dense(outputs),
        ]
    )


def train(model, x, y, epochs=3):
    model.compile(keras.optimizers.SGD(0.05), loss="mse", metrics=["mae", "mse"])
    return model.fit(x, y, epochs=epochs, batch_size=16, verbose=0)


rng = np.random.default_rng(0)
x = rng.normal(size=(96, 6))
# one number for each sample, without an axis of its own
y = x @ rng.normal(size=6)

model = make_model()
history = train(model, x, y)
loss, mae, mse = model.evaluate(x, y, verbose=0)
print(loss, mae, mse)
