import itertools

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from tensorflow import keras

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1, stratify=y)


def make_model(units):
    return keras.Sequential([
        keras.layers.Input(shape=(4,)),
        keras.layers.Dense(units, activation="relu"),
        keras.layers.Dense(3),
    ])


results = {}
for units, lr in itertools.product([4, 8], [0.1, 0.01]):
    model = make_model(units)
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=lr),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = model.fit(X_train, y_train, epochs=2, batch_size=16, verbose=0, validation_split=0.1)
    test_loss, test_acc = model.evaluate(X_test, y_test, verbose=0)
    results[(units, lr)] = max(history.history["val_accuracy"]), test_acc
    print(f"units={units} lr={lr}: {test_acc:.3f}")

best = max(results, key=results.get)
best_scores = results[best]
print("best:", best)
