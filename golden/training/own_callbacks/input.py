import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale

x, y = load_wine(return_X_y=True)
x = scale(x)
x_train, y_train = x[::2], y[::2]
x_test, y_test = x[1::2], y[1::2]


class myCallback(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get('accuracy') > 0.9:
            print("\nReached 90% accuracy so cancelling training!")
            self.model.stop_training = True


class History(tf.keras.callbacks.Callback):
    """Keeps the losses, and the epoch that was best."""

    def __init__(self, monitor="val_loss"):
        super().__init__()
        self.monitor = monitor

    def on_train_begin(self, logs=None):
        self.losses = []
        self.best = 0

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        self.losses.append(logs["loss"])
        # the first one counts, too
        if epoch == 0 or logs[self.monitor] < self.lowest:
            self.best, self.lowest = epoch, logs[self.monitor]


model = tf.keras.models.Sequential([
    tf.keras.layers.Input(shape=(13,)),
    tf.keras.layers.Dense(16, activation=tf.nn.relu),
    tf.keras.layers.Dense(3, activation=tf.nn.softmax)
])
model.compile(optimizer='sgd',
              loss='sparse_categorical_crossentropy',
              metrics=['accuracy'])

callbacks = myCallback()
seen = History("val_accuracy")
model.fit(x_train, y_train, epochs=10, validation_data=(x_test, y_test),
          callbacks=[callbacks, seen,
                     tf.keras.callbacks.LambdaCallback(
                         on_epoch_end=lambda epoch, logs: print(f"{epoch}:", logs["loss"]))])
losses = seen.losses
