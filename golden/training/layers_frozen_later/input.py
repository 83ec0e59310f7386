"""Learn the digits below five, freeze what finds their features, and go on with the others."""

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_digits(return_X_y=True)
x = (x / 16.0).reshape(-1, 8, 8, 1)
low = y < 5

feature_layers = [
    layers.Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)),
    layers.MaxPooling2D(),
    layers.Flatten(),
]
classification_layers = [
    layers.Dense(16, activation="relu", name="hidden"),
    layers.Dense(5, activation="softmax"),
]
model = keras.Sequential(feature_layers + classification_layers)
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[low], y[low], batch_size=64, epochs=2, verbose=0)

# freeze the features
for l in feature_layers:
    l.trainable = False
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[~low], y[~low] - 5, batch_size=64, epochs=2, verbose=0)

# only the last layer, slowly
model.get_layer("hidden").trainable = False
slow = keras.optimizers.SGD(0.001)
model.compile(slow, "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[~low], y[~low] - 5, batch_size=64, epochs=1, verbose=0)

for layer in model.layers[:-1]:
    layer.trainable = True  # all of it again
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[~low], y[~low] - 5, batch_size=64, epochs=1, verbose=0)
score = model.evaluate(x[~low], y[~low] - 5, verbose=0)
