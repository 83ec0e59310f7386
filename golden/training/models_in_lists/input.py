"""Networks of several widths: one loop compiles them, another one trains them."""
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(2)
x = rng.normal(size=(90, 4))
y = (x.sum(axis=1) > 0).astype("float32")

models = []
for units in [2, 4, 8]:
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(units, activation="tanh"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
    models.append(model)

losses = []
for i, model in enumerate(models):
    history = model.fit(x, y, epochs=3, batch_size=30, verbose=0)
    losses.append(history.history["loss"][-1])
    print(f"model {i}: {losses[-1]:.4f}")

widest = models[-1]
score = widest.evaluate(x, y, verbose=0)
votes = sum(model.predict(x) > 0.5 for model in models)
first = models[0].predict(x)
