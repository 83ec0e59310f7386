"""Train the last layers of a small network first, then compare with all of it."""
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

digits = load_digits()
x, y = digits.data[:600] / 16.0, digits.target[:600]


def build(units):
    model = keras.Sequential()
    model.add(layers.Dense(units, activation="relu", input_shape=(64,)))
    model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.layers[0].trainable = False
    return model


scores = []
for units in (8, 12):
    model = build(units)
    model.compile(
        keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(x, y, epochs=2, batch_size=50, verbose=0)
    scores.append(model.evaluate(x, y, verbose=0)[0])

net = keras.Sequential(
    [
        layers.Input((64,)),
        layers.Dense(16, activation="tanh"),
        layers.LayerNormalization(),
        layers.Dense(10, activation="softmax"),
    ]
)
# the features stay
net.layers[0].trainable = False
net.compile("sgd", "sparse_categorical_crossentropy")
history = net.fit(x, y, epochs=2, batch_size=50, verbose=0)
losses = history.history["loss"]
