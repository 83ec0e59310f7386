import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import load_wine

x, y = load_wine(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)


def batches(x, y, size=16):
    while True:
        for i in range(0, len(x), size):
            yield x[i : i + size], y[i : i + size]


model = Sequential()
model.add(Dense(8, activation="tanh", input_dim=13))
model.add(Dense(3, activation="softmax"))
model.compile(
    optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
history = model.fit_generator(
    batches(x[:128], y[:128]),
    samples_per_epoch=128,
    nb_epoch=3,
    validation_data=batches(x[128:], y[128:], 25),
    nb_val_samples=50,
    verbose=0,
)
for count in (32, 64):
    # the first of them
    scores = model.evaluate_generator(batches(x, y), val_samples=count)
    print(count, scores)
print(history.history["val_accuracy"])
