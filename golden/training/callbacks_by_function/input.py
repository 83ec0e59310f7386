"""Wine, with the callbacks of a function."""

import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau

x, y = load_wine(return_X_y=True)
x = scale(x)
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]


def build_model(units=16):
    model = keras.Sequential(
        [
            keras.layers.Input((13,)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    return model


def get_callbacks(patience, monitor="val_loss"):
    """What looks after the training."""
    stopping = EarlyStopping(monitor=monitor, patience=patience)
    # slow down first
    slower = ReduceLROnPlateau(monitor=monitor, factor=0.3, patience=1)
    return [stopping, slower]


model = build_model()
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="sparse_categorical_crossentropy")
history = model.fit(x, y, epochs=15, validation_split=0.3, callbacks=get_callbacks(patience=3))
losses = history.history["val_loss"]
