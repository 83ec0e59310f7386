import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 6, 6, 3))
y = x.sum(axis=(1, 2, 3)).reshape(-1, 1) / 10


def build_model(width=8):
    return keras.Sequential(
        [
            layers.Input((6, 6, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.Flatten(),
            layers.Dense(width, activation="tanh", name="hidden"),
            layers.Dense(1, name="out"),
        ]
    )


model = build_model()
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, epochs=1, batch_size=20, verbose=0)
before = model.get_layer("conv").get_weights()
# the last layer starts again
model.layers[-1].set_weights([np.full((8, 1), 0.1), np.zeros(1)])
model.fit(x, y, epochs=2, batch_size=20, verbose=0)
filters, bias = model.get_layer("conv").get_weights()
kernel = model.layers[2].get_weights()[0]
moved = np.abs(filters - before[0]).max()
print(filters.shape, kernel.shape, moved)

other = build_model()
start = other.predict(x, verbose=0)
other.get_layer("conv").set_weights(model.get_layer("conv").get_weights())
if kernel.shape == (64, 8):
    other.get_layer("hidden").set_weights([kernel, model.layers[2].get_weights()[1]])
last = model.get_layer("out").get_weights()
other.get_layer("out").set_weights(last)
apart = np.abs(other.predict(x, verbose=0) - model.predict(x, verbose=0)).max()
print(apart)
