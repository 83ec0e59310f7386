import tensorflow as tf
from sklearn.datasets import load_diabetes

x, y = load_diabetes(return_X_y=True)
y = y / 100.0


class BatchPrinter(tf.keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch % 5 == 0:
            print("batch {}: loss {:7.4f}".format(batch, logs["loss"]))

    def on_test_begin(self, logs=None):
        print("validating")

    def on_test_batch_end(self, batch, logs=None):
        print("test batch {}: loss {:7.4f}".format(batch, logs["loss"]))

    def on_test_end(self, logs=None):
        print("mean absolute error {:7.4f}".format(logs["mae"]))

    def on_epoch_end(self, epoch, logs=None):
        print("epoch {}: {:7.4f}, {:7.4f}".format(epoch, logs["loss"], logs["val_loss"]))


model = tf.keras.Sequential([
    tf.keras.layers.Dense(8, activation="relu", input_shape=(10,)),
    tf.keras.layers.Dense(1),
])
model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
history = model.fit(x, y, batch_size=64, epochs=3, validation_split=0.25, verbose=0,
                    callbacks=[BatchPrinter()])
print(history.history["val_mae"])
