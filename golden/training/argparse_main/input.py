"""Train an MLP on the wine data."""
import argparse

import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras import layers


def build_model(input_dim, hidden, n_classes):
    model = keras.Sequential()
    model.add(keras.Input(shape=(input_dim,)))
    for units in hidden:
        model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(n_classes, activation="softmax"))
    return model


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--lr", type=float, default=0.05)
    return parser.parse_args([])


def main():
    args = parse_args()
    x, y = load_wine(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0)

    model = build_model(13, [16, 8], 3)
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=args.lr),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.summary()
    history = model.fit(
        x_train,
        y_train,
        epochs=args.epochs,
        batch_size=args.batch_size,
        validation_data=(x_test, y_test),
        verbose=2,
    )
    loss, acc = model.evaluate(x_test, y_test, verbose=0)
    print("Test loss: %.4f, accuracy: %.4f" % (loss, acc))
    return history.history


if __name__ == "__main__":
    result = main()
    losses = result["loss"]
