"""Digits on all GPUs of the machine."""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

strategy = tf.distribute.MirroredStrategy()
print("Number of devices:", strategy.num_replicas_in_sync)

BATCH_SIZE_PER_REPLICA = 32
BATCH_SIZE = BATCH_SIZE_PER_REPLICA * strategy.num_replicas_in_sync

digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32") / 16.0
labels = digits.target
x_train, y_train = images[:640], labels[:640]
x_test, y_test = images[640:960], labels[640:960]

# all variables are made on all replicas
with strategy.scope():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )

history = model.fit(
    x_train, y_train, batch_size=BATCH_SIZE, epochs=3, validation_data=(x_test, y_test)
)
loss, accuracy = model.evaluate(x_test, y_test)
print(history.history["loss"], accuracy)
