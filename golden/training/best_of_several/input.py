from sklearn.datasets import load_iris
from tensorflow import keras

X, y = load_iris(return_X_y=True)
X, y = X[::2], y[::2]


def build(units):
    model = keras.Sequential()
    model.add(keras.Input(shape=(4,)))
    model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(3))
    return model


best = None
best_loss = float("inf")
for units in (4, 8, 16):
    model = build(units)
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(X, y, epochs=2, verbose=0)
    loss = model.evaluate(X, y, verbose=0)
    if loss < best_loss:
        best, best_loss = model, loss

# The best of them goes on
final_loss = best.evaluate(X, y, verbose=0)
logits = best.predict(X, verbose=0)
print(final_loss == best_loss, logits.argmax(-1))
