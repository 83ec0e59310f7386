"""Classify handwritten digits with a small convolutional network."""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

EPOCHS = 5
BATCH_SIZE = 64

# 1,797 images of 8x8 pixels with values 0 to 16
digits = load_digits()
x = digits.images[..., np.newaxis].astype("float32") / 16.0
y = keras.utils.to_categorical(digits.target, 10)
x_train, y_train = x[:1500], y[:1500]
x_test, y_test = x[1500:], y[1500:]

model = keras.Sequential(
    [
        keras.Input(shape=(8, 8, 1)),
        layers.Conv2D(32, 3, activation="relu"),  # edges and strokes
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dropout(0.25),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])

history = model.fit(
    x_train,
    y_train,
    batch_size=BATCH_SIZE,
    epochs=EPOCHS,
    validation_split=0.1,
    callbacks=[keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)],
)
print("best val_loss:", min(history.history["val_loss"]))

test_loss, test_acc = model.evaluate(x_test, y_test)
print(f"test accuracy: {test_acc:.3f}")

probabilities = model.predict(x_test[:5])
print(probabilities.argmax(axis=-1), digits.target[1500:1505])
