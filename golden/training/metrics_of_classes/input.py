"""Which kinds of flowers are told apart: scores of each class, and at several thresholds."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, metrics

KINDS = ["setosa", "versicolor", "virginica"]

rng = np.random.default_rng(0)
sizes = rng.normal(size=(150, 4))
kinds = np.eye(3)[rng.integers(0, 3, size=150)]

model = keras.Sequential([layers.Input((4,)), layers.Dense(16, activation="relu")])
model.add(layers.Dense(3, activation="softmax"))
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss="categorical_crossentropy",
    metrics=[metrics.F1Score(name="f1"), metrics.Recall(thresholds=[0.25, 0.5])],
)
history = model.fit(sizes, kinds, validation_split=0.2, epochs=3)

# the F1 score of each kind after the last epoch
for kind, score in zip(KINDS, history.history["val_f1"][-1]):
    print(f"{kind}: {score:.3f}")
loss, scores, recalls = model.evaluate(sizes, kinds, verbose=0)
print("F1 scores:", scores, "recalls:", recalls)
