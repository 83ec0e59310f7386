"""Two networks for one regression, each with its own patience."""

import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

EPOCHS = 8


def make_callbacks(patience, restore=False, stop=True):
    callbacks = [tf.keras.callbacks.TerminateOnNaN()]
    if stop:
        callbacks.append(
            tf.keras.callbacks.EarlyStopping(
                monitor="loss", patience=patience, restore_best_weights=restore
            )
        )
    return callbacks


def train(x, y, units):
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.Input(shape=(10,)))
    for width in units:
        model.add(tf.keras.layers.Dense(width, activation="tanh"))
    model.add(tf.keras.layers.Dense(1))
    model.compile(optimizer=tf.keras.optimizers.SGD(0.3), loss="mse")
    callbacks = make_callbacks(1, restore=True)
    history = model.fit(x, y, epochs=EPOCHS, verbose=0, callbacks=callbacks)
    return history.history["loss"]


x, y = load_diabetes(return_X_y=True)
x = StandardScaler().fit_transform(x)
y = (y - y.mean()) / y.std()
small = train(x, y, [8])
large = train(x, y, [16, 16])
print(f"small: {min(small):.3f}, large: {min(large):.3f}")
