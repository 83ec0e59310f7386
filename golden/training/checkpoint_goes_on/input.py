"""A checkpoint that keeps the best weights of two trainings, and one that begins anew."""

import os
import tempfile

from sklearn.datasets import load_breast_cancer
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
x_train, y_train, x_val, y_val = x[:400], y[:400], x[400:], y[400:]
os.chdir(tempfile.mkdtemp())

model = keras.Sequential([
    keras.layers.Dense(16, activation="relu", input_shape=(30,)),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="binary_crossentropy",
              metrics=["accuracy"])
checkpoint = ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True)
stopping = EarlyStopping(monitor="val_loss", patience=2)
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=4, verbose=0,
          callbacks=[checkpoint, stopping])
# too fast: nothing gets better
model.optimizer.learning_rate = 3.0
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=4, verbose=0,
          callbacks=[checkpoint, stopping])
model.load_weights("best.weights.h5")
best = model.evaluate(x_val, y_val, verbose=0)

for rate in (0.1, 0.01):
    last = ModelCheckpoint("last.weights.h5", monitor="val_accuracy", save_best_only=True,
                           save_weights_only=True)
    model.optimizer.learning_rate = rate
    model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=2, verbose=0,
              callbacks=[last])
model.load_weights("last.weights.h5")
score = model.evaluate(x_val, y_val, verbose=0)
