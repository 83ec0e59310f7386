"""A regression whose weights are averaged while it trains; the averages are validated."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(400, 8))
y = x[:, :1] * 2 + rng.normal(size=(400, 1))

model = keras.Sequential([layers.Input((8,)), layers.Dense(16, "tanh"), layers.Dense(1)])

# Polyak averaging: the weights become their moving averages in the end
optimizer = keras.optimizers.SGD(0.1, momentum=0.5, use_ema=True, ema_momentum=0.875)
model.compile(optimizer=optimizer, loss="mse")

for width in (1.0, 2.0):
    history = model.fit(
        x * width,
        y,
        epochs=3,
        validation_split=0.2,
        callbacks=[keras.callbacks.SwapEMAWeights()],
    )
    print("best:", min(history.history["val_loss"]))
score = model.evaluate(x, y, verbose=0)
