import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def load_data(count):
    rng = np.random.default_rng(0)
    x = rng.random((count, 6))
    return x, x.sum(axis=1)


def run(units, epochs=4):
    """Train a small network on sums."""
    x, y = load_data(60)
    model = keras.Sequential(
        [layers.Dense(units, activation="relu", input_shape=(6,)), layers.Dense(1)]
    )
    model.compile(loss="mse", optimizer="sgd", metrics=["mae"])
    history = model.fit(x, y, epochs=epochs, verbose=0)
    losses = history.history["loss"]
    return losses, model.evaluate(x, y, verbose=0)


if __name__ == "__main__":
    losses, scores = run(16)
    print(losses, scores)
