"""Train."""

import argparse
import tensorflow as tf
from sklearn.datasets import load_digits


def load():
    x, y = load_digits(return_X_y=True)
    return x / 16.0, y


def build_dataset(split, batch_size):
    x, y = load()
    n = 1500
    if split == "train":
        ds = tf.data.Dataset.from_tensor_slices((x[:n], y[:n]))
        ds = ds.shuffle(2000)
    else:
        ds = tf.data.Dataset.from_tensor_slices((x[n:], y[n:]))
    return ds.batch(batch_size)


def build_model():
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(16, activation="relu", input_shape=(64,)),
            tf.keras.layers.Dense(10),
        ]
    )
    model.compile(
        optimizer="sgd",
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def main():
    train_ds = build_dataset("train", 32)
    val_ds = build_dataset("val", 32)
    model = build_model()
    history = model.fit(train_ds, validation_data=val_ds, epochs=2, verbose=0)
    loss, acc = model.evaluate(val_ds, verbose=0)
    return history.history["loss"], acc


if __name__ == "__main__":
    losses, acc = main()
