"""Tell handwritten digits apart: the functions of a typical script."""
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits


def build_model(num_classes):
    model = tf.keras.Sequential([
        tf.keras.layers.Input(shape=(64,)),
        tf.keras.layers.Dense(32, activation='relu'),
        tf.keras.layers.Dense(num_classes, activation='softmax'),
    ])
    return model


def train(model, x, y, epochs=3):
    """Compile the model and fit it."""
    model.compile(optimizer=tf.keras.optimizers.SGD(0.1),
                  loss='sparse_categorical_crossentropy',
                  metrics=['accuracy'])
    # the last fifth tells when to stop
    history = model.fit(x, y, epochs=epochs, batch_size=32, validation_split=0.2)
    return history


def show(history):
    for epoch, accuracy in zip(history.epoch, history.history['val_accuracy']):
        print(epoch, accuracy)


def main():
    digits = load_digits()
    x, y = digits.data / 16.0, digits.target
    model = build_model(10)
    history = train(model, x, y)
    show(history)
    loss, acc = model.evaluate(x, y)
    print(acc)
    return history, loss, model.predict(x[:20])


if __name__ == '__main__':
    history, score, prediction = main()
