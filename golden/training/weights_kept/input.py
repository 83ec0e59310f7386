import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_wine(return_X_y=True)
x = StandardScaler().fit_transform(x)

model = keras.Sequential(
    [
        keras.Input(shape=(13,)),
        layers.Dense(16, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile("sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
print("parameters:", model.count_params())

# every fold begins with the same weights
initial_weights = model.get_weights()
scores = []
for train, test in KFold(3).split(x):
    model.set_weights(initial_weights)
    model.fit(x[train], y[train], epochs=2, verbose=0)
    loss, accuracy = model.evaluate(x[test], y[test], verbose=0)
    scores.append(accuracy)
print(np.mean(scores))
