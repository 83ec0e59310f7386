import numpy as np
from sklearn.datasets import load_wine
from tensorflow import keras
from tensorflow.keras import layers


def build_model(hidden, features=13):
    model = keras.Sequential()
    model.add(layers.Dense(hidden, activation="relu", input_shape=(features,)))
    model.add(layers.Dense(3, activation="softmax"))
    return model


def compile_model(net, lr=0.01, momentum=0.0):
    """Set how a model learns."""
    # the larger the batches, the larger the rate
    opt = keras.optimizers.SGD(learning_rate=lr * 2, momentum=momentum)  # twice
    # labels are integers
    net.compile(optimizer=opt, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return net


def announce(model, lr):
    print("rate", lr)
    model.compile(
        keras.optimizers.SGD(lr),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    print("ready")


def train_model(model, x, y, epochs=2):
    return model.fit(x, y, epochs=epochs, batch_size=16, shuffle=False, verbose=0).history["loss"]


wine = load_wine()
x = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = wine.target
small = compile_model(build_model(8))
large = build_model(32)
# the large one goes slower
large = compile_model(large, lr=0.005, momentum=0.9)
third = build_model(4)
announce(third, 0.1)
losses = train_model(small, x, y)
more = train_model(large, x, y)
print(losses, more, train_model(third, x, y, epochs=1))
print(large.evaluate(x, y, verbose=0))
rates = {}
for rate in (0.1, 0.01):
    model = build_model(8)
    compile_model(model, rate)
    rates[rate] = train_model(model, x, y)
    score = model.evaluate(x, y, verbose=0)
    print(score[1])
