import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import confusion_matrix
from sklearn.utils.class_weight import compute_class_weight
from tensorflow import keras

X, y = load_breast_cancer(return_X_y=True)
mean, std = X.mean(axis=0), X.std(axis=0)
X = (X - mean) / std
X_train, X_test = X[:450], X[450:]
y_train, y_test = y[:450], y[450:]

weights = compute_class_weight("balanced", classes=np.unique(y_train), y=y_train)
class_weight = {0: weights[0], 1: weights[1]}

model = keras.Sequential(
    [
        keras.layers.Dense(16, activation="relu", input_shape=(30,)),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
metrics = [
    keras.metrics.TruePositives(name="tp"),
    keras.metrics.FalsePositives(name="fp"),
    keras.metrics.Precision(name="precision"),
    keras.metrics.Recall(name="recall"),
]
model.compile(
    optimizer=keras.optimizers.SGD(1e-1), loss="binary_crossentropy", metrics=metrics
)
history = model.fit(
    X_train,
    y_train,
    batch_size=64,
    epochs=3,
    verbose=2,
    validation_data=(X_test, y_test),
    class_weight=class_weight,
)
predictions = model.predict(X_test)
cm = confusion_matrix(y_test, (predictions > 0.5).astype("int32"))
print(cm)
