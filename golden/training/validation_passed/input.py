"""Functions that may be given something to validate on, and may be asked to be quiet."""

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_digits(return_X_y=True)
x = x / 16.0


def held_out():
    return x[1500:], y[1500:]


def train(x_train, y_train, valid=None, epochs=2, verbose=1, debug=False):
    model = keras.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(
        x_train,
        y_train,
        batch_size=64,
        epochs=epochs,
        validation_data=valid,
        verbose=verbose,
    )
    if debug:
        model.evaluate(x_train, y_train, verbose=2 if debug else 0)
    return model, history


valid = (x[1500:], y[1500:])
first, history = train(x[:1500], y[:1500], valid, verbose=0)
print(sorted(history.history))
second, history = train(x[:1500], y[:1500], verbose=0)
print(sorted(history.history))

inputs = keras.Input((64,))
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(inputs))
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
for epochs in (1, 2):
    history = model.fit(
        x[:1500] * 2, y[:1500], epochs=epochs, validation_data=held_out()
    )
    # the last part of the data is never trained on
    history = model.fit(1 - x[:1500], y[:1500], epochs=epochs, validation_split=0.2)
    print(history.history["val_loss"])
