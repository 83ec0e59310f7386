import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras import layers

wine = load_wine()
X = StandardScaler().fit_transform(wine.data)
y = wine.target
order = [i * 5 % 178 for i in range(178)]
X_train, y_train = X[order[:140]], y[order[:140]]
X_test, y_test = X[order[140:]], y[order[140:]]


def create_model(lr=0.05, hidden=16):
    model = keras.Sequential(
        [
            layers.Dense(hidden, activation="relu", input_shape=(13,)),
            layers.Dense(3),
        ]
    )
    # the outputs are logits
    model.compile(
        optimizer=keras.optimizers.SGD(lr / 2, momentum=0.9),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


small = create_model(hidden=8)
large = create_model(0.01 + 0.02, hidden=32)
small.fit(X_train, y_train, epochs=3, verbose=0)
large.fit(X_train, y_train, epochs=3, verbose=0)
print(small.evaluate(X_test, y_test, verbose=0), large.evaluate(X_test, y_test, verbose=0))

# An untrained model, to compare with
untrained = create_model()
print("untrained: {:.3f}".format(untrained.evaluate(X_test, y_test, verbose=0)[1]))

scores = []
for rate in [0.1, 0.01]:
    model = create_model(rate)
    history = model.fit(X_train, y_train, epochs=2, validation_data=(X_test, y_test), verbose=0)
    scores.append(history.history["val_accuracy"][-1])
print(np.round(scores, 3))
