import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

BATCH = 8


def build_model(units=6, stateful=True):
    inputs = keras.Input(batch_shape=(BATCH, 4, 2))
    x = layers.GRU(units, return_sequences=True, stateful=stateful)(inputs)
    x = layers.GRU(units, stateful=True)(x)
    outputs = layers.Dense(1)(x)
    return keras.Model(inputs, outputs)


rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4, 2))
y = x.sum(axis=(1, 2)).reshape(-1, 1)

model = build_model()
model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
history = model.fit(
    x[:32],
    y[:32],
    batch_size=BATCH,
    epochs=3,
    shuffle=False,
    validation_data=(x[32:], y[32:]),
    verbose=0,
)
print(history.history["val_mae"])
if len(x) > BATCH:
    model.reset_states()
    scores = model.evaluate(x, y, batch_size=BATCH, verbose=0)
    print(scores)
