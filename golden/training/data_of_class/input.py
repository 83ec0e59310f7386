import numpy as np
import tensorflow as tf

rng = np.random.default_rng(0)
features = rng.normal(size=(120, 6)).astype("float32")
labels = (features.sum(axis=1) > 0).astype("int64")


class DataModule:
    """Training and validation data for a model."""

    def __init__(self, x, y, batch_size=16):
        self.x = x
        self.y = y
        self.batch_size = batch_size

    def train_dataset(self):
        ds = tf.data.Dataset.from_tensor_slices((self.x[:90], self.y[:90]))
        ds = ds.shuffle(len(self.x)).batch(self.batch_size)
        return ds.prefetch(tf.data.AUTOTUNE)

    def val_dataset(self, repeat=False):
        ds = tf.data.Dataset.from_tensor_slices((self.x[90:], self.y[90:]))
        ds = ds.batch(self.batch_size)
        if repeat:
            ds = ds.repeat(2)
        return ds


data = DataModule(features, labels)
train_ds = data.train_dataset()

model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(8, activation="relu", input_shape=(6,)),
        tf.keras.layers.Dense(2, activation="softmax"),
    ]
)
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train_ds, validation_data=data.val_dataset(), epochs=3, verbose=0)
