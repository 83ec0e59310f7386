"""Find a learning rate: it grows from batch to batch until the loss does."""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers
from tensorflow.keras.callbacks import Callback, LambdaCallback

digits = load_digits()
images = digits.data.astype("float32") / 16.0
labels = digits.target


class LRFinder(Callback):
    """Multiplies the rate by a factor after each batch, and stops when the loss explodes."""

    def __init__(self, start=1e-3, factor=1.3):
        super(LRFinder, self).__init__()
        self.start = start
        self.factor = factor

    def on_train_begin(self, logs=None):
        self.rates, self.losses = [], []
        K.set_value(self.model.optimizer.lr, self.start)

    def on_batch_end(self, batch, logs=None):
        lr = float(K.get_value(self.model.optimizer.lr))
        self.rates.append(lr)
        self.losses.append(logs["loss"])
        # the first batches say nothing yet
        if batch > 5 and logs["loss"] > 4 * min(self.losses):
            self.model.stop_training = True
            return
        K.set_value(self.model.optimizer.lr, lr * self.factor)


class Progress(Callback):
    def on_epoch_begin(self, epoch, logs=None):
        print(f"Epoch {epoch + 1} of {self.params['epochs']}")
        self.steps = self.params["steps"]

    def on_train_batch_begin(self, batch, logs=None):
        self.current = batch + 1


model = keras.Sequential(
    [
        layers.Input((64,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)

finder = LRFinder()
progress = Progress()
accuracies = []
model.fit(
    images,
    labels,
    batch_size=64,
    epochs=2,
    verbose=2,
    callbacks=[
        finder,
        progress,
        LambdaCallback(on_batch_end=lambda batch, logs: accuracies.append(logs["accuracy"])),
    ],
)

rates, losses = np.array(finder.rates), np.array(finder.losses)
seen = progress.current / progress.steps
print(f"the loss was lowest at a rate of {rates[losses.argmin()]:.3f}")
