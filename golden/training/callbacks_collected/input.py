"""Wine, with callbacks that are collected one after another."""

import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau

x, y = load_wine(return_X_y=True)
x = scale(x)
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]

model = keras.Sequential(
    [
        keras.layers.Input((13,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="sparse_categorical_crossentropy")

callbacks = []
# stop once nothing gets better
stopping = EarlyStopping(monitor="val_loss", patience=3)
callbacks.append(stopping)
callbacks += [ReduceLROnPlateau(patience=1, factor=0.3)]
callbacks.extend([keras.callbacks.TerminateOnNaN()])

history = model.fit(x, y, epochs=15, validation_split=0.3, callbacks=callbacks)
losses = history.history["val_loss"]
