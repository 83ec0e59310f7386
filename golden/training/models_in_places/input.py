"""An ensemble in the style of many notebooks: a list of models, each at its place."""
import numpy as np
from keras.layers import Dense, Input
from keras.models import Sequential

rng = np.random.default_rng(0)
x_train = rng.normal(size=(96, 6))
y_train = np.eye(3)[np.argmax(x_train[:, :3], axis=1)]
x_test = rng.normal(size=(32, 6))

# BUILD THE NETWORKS
nets = 3
model = [0] * nets
for j in range(nets):
    model[j] = Sequential()
    model[j].add(Input((6,)))
    model[j].add(Dense(8, activation="relu"))
    model[j].add(Dense(3, activation="softmax"))
    # COMPILE WITH PLAIN GRADIENT DESCENT
    model[j].compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])

# TRAIN THE NETWORKS
history = [0] * nets
epochs = 3
for j in range(nets):
    history[j] = model[j].fit(
        x_train, y_train, epochs=epochs, batch_size=16, validation_split=0.25, verbose=0
    )
    print(f"CNN {j + 1}: Train accuracy={max(history[j].history['accuracy']):.5f}")

# ENSEMBLE PREDICTIONS
results = np.zeros((x_test.shape[0], 3))
for j in range(nets):
    results = results + model[j].predict(x_test)
labels = np.argmax(results, axis=1)
