"""Which of some networks is the best: they are trained, compared and asked by their names."""
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(1)
x = rng.normal(size=(120, 5))
y = x @ rng.normal(size=(5, 1)) + 0.1 * rng.normal(size=(120, 1))
x_test, y_test = x[:24], y[:24]


def build_model(units):
    model = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(units, activation="relu"),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", metrics=["mae"])
    return model


models = {"small": build_model(4), "large": build_model(16)}
histories = {}
for name, model in models.items():
    print(f"Training {name}")
    histories[name] = model.fit(
        x, y, epochs=4, batch_size=24, validation_data=(x_test, y_test), verbose=0
    )

scores = {name: model.evaluate(x_test, y_test, verbose=0)[1] for name, model in models.items()}
best = min(scores, key=scores.get)
predictions = models[best].predict(x_test)
last = {name: history.history["val_mae"][-1] for name, history in histories.items()}
