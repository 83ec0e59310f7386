"""Digits under a strategy, from data sets."""

import tensorflow as tf
from sklearn.datasets import load_digits

strategy = tf.distribute.MirroredStrategy()
BATCH_SIZE = 16 * strategy.num_replicas_in_sync
AUTOTUNE = tf.data.AUTOTUNE

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32").reshape(-1, 8, 8, 1)


def scaled(image, label):
    return 2.0 * image - 1.0, label


train_ds = tf.data.Dataset.from_tensor_slices((x[:1200], y[:1200])).map(scaled)
train_ds = train_ds.cache().shuffle(1500).batch(BATCH_SIZE).prefetch(AUTOTUNE)
test_ds = tf.data.Dataset.from_tensor_slices((x[1200:], y[1200:])).map(scaled).batch(BATCH_SIZE)

with strategy.scope():
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Conv2D(16, 3, activation="relu", input_shape=(8, 8, 1)),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(10),
        ]
    )
    model.compile(
        optimizer="sgd",
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
history = model.fit(train_ds, epochs=3, validation_data=test_ds)
score = model.evaluate(test_ds)
losses = history.history["loss"]
