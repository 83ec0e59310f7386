"""A function that looks at what training gave, and decides by it."""

from sklearn.datasets import load_breast_cancer
from tensorflow import keras

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)


def train(patience=2):
    model = keras.Sequential([
        keras.layers.Dense(16, activation="relu", input_shape=(30,)),
        keras.layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="binary_crossentropy",
                  metrics=["accuracy"])
    best, wait = float("inf"), 0
    for epoch in range(8):
        history = model.fit(x[:400], y[:400], verbose=0)
        if history.history["loss"][0] > 10:
            continue
        loss, accuracy = model.evaluate(x[400:], y[400:], verbose=0)
        if loss < best:
            best, wait = loss, 0
        else:
            wait += 1
            if wait >= patience:
                break
    found = 0
    for row in model.predict(x, verbose=0):
        if row[0] > 0.5:
            found += 1
    return best, accuracy, found


best, accuracy, found = train()
