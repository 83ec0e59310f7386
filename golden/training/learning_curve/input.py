import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras

X, y = load_digits(return_X_y=True)
X = X / 16.0
X_test, y_test = X[1500:], y[1500:]

train_scores, test_scores = [], []
for size in [200, 400, 800]:
    model = keras.models.Sequential()
    model.add(keras.layers.Dense(20, activation="relu", input_dim=64))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["acc"])
    model.fit(X[:size], y[:size], epochs=2, batch_size=20, verbose=0)
    train_scores.append(model.evaluate(X[:size], y[:size], verbose=0)[1])
    test_scores.append(model.evaluate(X_test, y_test, verbose=0)[1])
for size, a, b in zip([200, 400, 800], train_scores, test_scores):
    print(size, round(a, 3), round(b, 3))
