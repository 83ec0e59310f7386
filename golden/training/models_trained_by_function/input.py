from sklearn.datasets import load_digits
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD

digits = load_digits()
x, y = digits.data[:600] / 16.0, digits.target[:600]


def shallow(rate):
    model = Sequential([Dense(10, activation="softmax", input_shape=(64,))])
    model.compile(SGD(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def deep(width=24):
    model = Sequential()
    model.add(Dense(width, activation="tanh", input_shape=(64,)))
    model.add(Dense(10, activation="softmax"))
    model.compile(SGD(0.2), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(model, inputs, epochs):
    history = model.fit(inputs, y, epochs=epochs, batch_size=50, verbose=0)
    return history.history["loss"]


slow = shallow(0.1)
fast = shallow(1 - 0.5)
wide = deep()
losses = [train(slow, x, 2), train(fast, x, 2)]
losses.append(train(wide, x, epochs=3))
for _ in range(2):
    losses.append(train(slow, x + 0.1, epochs=1))
print(losses)
print(slow.evaluate(x, y, verbose=0), fast.evaluate(x, y, verbose=0)[1], wide.predict(x)[0])
