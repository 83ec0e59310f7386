"""Several widths, each with its own callbacks."""

import keras
from keras import layers
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler


class Lowest(keras.callbacks.Callback):
    """Keeps the lowest loss."""

    def on_train_begin(self, logs=None):
        self.loss = float("inf")

    def on_epoch_end(self, epoch, logs=None):
        self.loss = min(self.loss, logs["loss"])


def train(x, y, width, epochs=6):
    model = keras.Sequential()
    model.add(layers.Input(shape=(30,)))
    model.add(layers.Dense(width, activation="tanh"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])

    lowest = Lowest()
    callbacks = [lowest]
    callbacks.append(keras.callbacks.EarlyStopping(monitor="loss", min_delta=0.02))
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=callbacks)
    return lowest.loss


x, y = load_breast_cancer(return_X_y=True)
x = StandardScaler().fit_transform(x)
found = []
for width in (4, 8):
    found.append(train(x, y, width))
print("lowest losses:", found)
