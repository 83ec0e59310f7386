import numpy as np
from scikeras.wrappers import KerasClassifier, KerasRegressor
from sklearn.model_selection import GridSearchCV
from tensorflow import keras


def build_classifier(meta=None, hidden=8):
    model = keras.Sequential()
    model.add(keras.layers.Input((8,)))
    model.add(keras.layers.Dense(hidden, activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    return model


def build_regressor():
    return keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])


X = np.random.rand(64, 8)
y = (X.sum(axis=1) > 4).astype(int)
classifier = KerasClassifier(
    model=build_classifier,
    loss="binary_crossentropy",
    optimizer="adam",
    epochs=5,
    hidden=8,
)
search = GridSearchCV(classifier, {"hidden": [4, 8]}, cv=3)
search.fit(X, y)
for size in (8, 16):
    regressor = KerasRegressor(build_regressor, loss="mse", batch_size=size, verbose=0)
    regressor.fit(X, X.sum(axis=1))
