import os
import tempfile

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

digits = load_digits()
X = digits.data / 16.0
y = keras.utils.to_categorical(digits.target)
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.25, random_state=42)

model = keras.models.Sequential([
    keras.layers.Dense(32, activation="relu", input_shape=(64,)),
    keras.layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy",
              metrics=["accuracy"])

path = os.path.join(tempfile.mkdtemp(), "best.keras")
early = EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True, verbose=1)
checkpoint = ModelCheckpoint(path, monitor="val_accuracy", save_best_only=True, verbose=1)
plateau = ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, min_lr=1e-5)

history = model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=8,
                    batch_size=64, callbacks=[early, checkpoint, plateau])



def plot(epochs, train, val, title):
    """A plot for the terminal."""
    print(title)
    for epoch, a, b in zip(epochs, train, val):
        print(f"{epoch:3d} {'*' * int(20 * a)} {'o' * int(20 * b)}")


# Plot training & validation accuracy values
plot(history.epoch, history.history["accuracy"], history.history["val_accuracy"], "accuracy")
plot(history.epoch, history.history["loss"], history.history["val_loss"], "loss")

best_epoch = int(np.argmin(history.history["val_loss"]))
y_pred = np.argmax(model.predict(X_val), axis=1)
accuracy = np.mean(y_pred == y_val.argmax(axis=1))
