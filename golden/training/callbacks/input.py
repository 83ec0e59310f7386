import tensorflow as tf
from sklearn.datasets import load_diabetes

x, y = load_diabetes(return_X_y=True, scaled=True)
y = (y - y.mean()) / y.std()
x_train, y_train = x[:350], y[:350]
x_valid, y_valid = x[350:], y[350:]


def scheduler(epoch, lr):
    return lr if epoch < 3 else lr * 0.9


inputs = tf.keras.Input(shape=(10,))
x = tf.keras.layers.Dense(24, activation="relu")(inputs)
outputs = tf.keras.layers.Dense(1, activation="linear")(x)
net = tf.keras.Model(inputs=inputs, outputs=outputs)

net.compile(
    optimizer=tf.keras.optimizers.SGD(learning_rate=0.5),
    loss=tf.keras.losses.Huber(),
    metrics=[tf.keras.metrics.RootMeanSquaredError(name="rmse"), "mae"],
)

callbacks = [
    # slower and slower
    tf.keras.callbacks.LearningRateScheduler(scheduler),
    tf.keras.callbacks.EarlyStopping(
        monitor="val_rmse", patience=3, mode="min", restore_best_weights=True
    ),
]
hist = net.fit(
    x_train,
    y_train,
    epochs=10,
    validation_data=(x_valid, y_valid),
    callbacks=callbacks,
    verbose=2,
)
epochs_run = len(hist.epoch)
best = min(hist.history["val_rmse"])
print(f"{epochs_run} epochs, best {best:.3f}")
