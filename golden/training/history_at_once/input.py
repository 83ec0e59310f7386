"""Read the values of the epochs in the statements that train."""
from sklearn.datasets import load_diabetes
from tensorflow import keras

x, y = load_diabetes(return_X_y=True, scaled=True)
y = (y - y.mean()) / y.std()


def build(units):
    model = keras.Sequential(
        [
            keras.layers.Input((10,)),
            keras.layers.Dense(units, activation="tanh"),
            keras.layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def train(units, epochs):
    model = build(units)
    return model.fit(x, y, epochs=epochs, validation_split=0.2, verbose=0).history


model = keras.Sequential([keras.layers.Input((10,)), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
# a linear model first
losses = model.fit(x, y, epochs=3, verbose=0).history["loss"]
best = min(losses)
curves = model.fit(x, y, epochs=2, batch_size=64, validation_split=0.1, verbose=0).history
print(sorted(curves), curves["val_loss"][-1])

results = {}
for units in (4, 8):
    values = train(units, epochs=2)
    results[units] = values["val_mae"][-1]
last = [results[units] for units in (4, 8)]
