"""What a model says decides what comes next: in heads of loops and conditions, and in lambdas."""

from sklearn.datasets import load_breast_cancer
from tensorflow import keras

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
x_train, y_train, x_test, y_test = x[:400], y[:400], x[400:], y[400:]

model = keras.Sequential([
    keras.layers.Dense(16, activation="relu", input_shape=(30,)),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])

rounds, loss = 0, 10
while loss > 0.2 and rounds < 4:
    history = model.fit(x_train, y_train, verbose=0)
    loss = history.history["loss"][-1]
    rounds += 1

if model.evaluate(x_test, y_test, verbose=0)[1] > 0.8:  # good enough
    model.fit(x_train, y_train, epochs=2, verbose=0)

wrong = []
for number, (chance, target) in enumerate(zip(model.predict(x_test, verbose=0), y_test)):
    # the numbers of what it takes for something else
    if (chance[0] > 0.5) != target:
        wrong.append(number)

if history.history["accuracy"][0] > 0.99:
    level = 2
elif model.predict(x_test[:1], verbose=0)[0, 0] > 0.5:
    level = 1
else:
    level = 0

chance_of = lambda sample: model.predict(sample[None], verbose=0)[0, 0]
chances = [chance_of(sample) for sample in x_test[:3]]
