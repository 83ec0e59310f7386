"""A trainer that gets a compiled model, trains it as long as that helps, and reports."""
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


class Trainer:
    """Trains a model on one data set."""

    def __init__(self, model: keras.Model, config):
        self.model = model
        self.config = config
        self.best = float("inf")
        self.losses = []

    def train(self, x, y):
        # stop as soon as nothing gets better
        for _ in range(self.config["rounds"]):
            history = self.model.fit(
                x, y, epochs=self.config["epochs"], batch_size=25, verbose=0
            )
            self.losses += history.history["loss"]
            loss = self.losses[-1]
            if loss >= self.best:
                break
            self.best = loss

    def report(self, x, y):
        loss, error = self.model.evaluate(x, y, verbose=0)
        print(f"loss {loss:.4f}, error {error:.4f}")
        return error


def main():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(100, 6))
    y = x[:, :2].sum(axis=1, keepdims=True)

    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(8, activation="tanh"), layers.Dense(1)]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.05), loss="mse", metrics=["mae"]
    )
    trainer = Trainer(model, {"rounds": 3, "epochs": 2})
    trainer.train(x, y)
    error = trainer.report(x, y)
    return error, trainer.losses, model.predict(x[:10])


error, losses, found = main()
