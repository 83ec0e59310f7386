import numpy as np
from tensorflow import keras

x = np.random.default_rng(0).random((64, 4)).astype("float32")
y = np.random.default_rng(1).integers(0, 3, 64)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
callbacks = [keras.callbacks.TerminateOnNaN()]
if input("stop early? ") == "yes":
    callbacks.append(keras.callbacks.EarlyStopping(patience=2))


model.fit(x, y, epochs=2, validation_split=0.2, callbacks=callbacks)
