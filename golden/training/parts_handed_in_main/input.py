"""Boston-like prices from the diabetes data, in the functions of a usual script."""

from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau

PATIENCE = 3


def build(units, depth):
    model = keras.Sequential([keras.Input((10,))])
    for _ in range(depth):
        model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(1))
    return model


def compile_model(net, optimizer, loss):
    net.compile(optimizer=optimizer, loss=loss)


def fit_model(model, x, y, callbacks, epochs=5):
    history = model.fit(x, y, epochs=epochs, validation_split=0.2, callbacks=callbacks, verbose=0)
    return history.history


def main():
    x, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    model = build(8, 2)
    opt = keras.optimizers.SGD(learning_rate=0.05, clipvalue=0.5)
    compile_model(model, opt, "mse")
    callbacks = [EarlyStopping(patience=PATIENCE)]
    callbacks.append(ReduceLROnPlateau(patience=1))
    logs = fit_model(model, x, y, callbacks)
    print(logs["loss"], logs["val_loss"])
    return logs


if __name__ == "__main__":
    logs = main()
