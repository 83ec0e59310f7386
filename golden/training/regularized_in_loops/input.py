import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import KFold
from tensorflow import keras
from tensorflow.keras import layers, regularizers

CONFIG = {"units": [16, 8], "activation": "tanh", "l2": 0.001, "lr": 0.05}


def build_model(n_features, config):
    inputs = keras.Input(shape=(n_features,))
    x = inputs
    for units in config["units"]:
        x = layers.Dense(
            units,
            activation=config["activation"],
            kernel_regularizer=regularizers.l2(config["l2"]),
        )(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.SGD(config["lr"]),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return model


X, y = load_breast_cancer(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)

scores = []
kfold = KFold(n_splits=3, shuffle=True, random_state=1)
for fold, (train, test) in enumerate(kfold.split(X, y)):
    model = build_model(X.shape[1], CONFIG)
    model.fit(X[train], y[train], epochs=2, batch_size=32, verbose=0)
    loss, accuracy = model.evaluate(X[test], y[test], verbose=0)
    print(f"fold {fold}: {accuracy:.3f}")
    scores.append(accuracy)
print(f"{np.mean(scores):.3f} +- {np.std(scores):.3f}")
