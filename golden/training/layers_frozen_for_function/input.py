"""A function that compiles and trains, called before and after the features are frozen."""

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_digits(return_X_y=True)
x = (x / 16.0).reshape(-1, 8, 8, 1)
low = y < 5


def train_model(model, images, labels, epochs=2):
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    for epoch in range(epochs):
        model.fit(images, labels, batch_size=64, epochs=1, verbose=0)
    score = model.evaluate(images, labels, verbose=0)
    print("accuracy:", score[1])


features = [
    layers.Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)),
    layers.Flatten(),
]
head = [layers.Dense(16, activation="relu"), layers.Dense(5, activation="softmax")]
model = keras.Sequential(features + head)
train_model(model, x[low], y[low])

# what was found stays
for layer in features:
    layer.trainable = False
train_model(model, x[~low], y[~low] - 5)
