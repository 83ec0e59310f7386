"""Two models with the same metrics: Keras numbers those of the second."""
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras.metrics import AUC, Precision, Recall

x, y = load_breast_cancer(return_X_y=True)
x = StandardScaler().fit_transform(x)

small = keras.Sequential([keras.layers.Input((30,)), keras.layers.Dense(1, activation="sigmoid")])
small.compile("sgd", "binary_crossentropy", metrics=["accuracy", Precision(), Recall()])
first = small.fit(x, y, epochs=2, validation_split=0.2, verbose=0)

large = keras.Sequential(
    [
        keras.layers.Input((30,)),
        keras.layers.Dense(8, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
large.compile(
    "sgd", "binary_crossentropy", metrics=[AUC(name="area"), Precision(), Precision(0.7), AUC()]
)
stop = keras.callbacks.EarlyStopping("val_precision_1", mode="max", patience=2)
second = large.fit(x, y, epochs=5, validation_split=0.2, verbose=0, callbacks=[stop])

precisions = [first.history["precision"][-1], second.history["precision_1"][-1]]
strict = second.history["val_precision_2"][-1]
areas = second.history["auc"]
