# an ensemble of networks for the wines
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score


# fit a model on the dataset
def fit_model(x, y, nodes=8):
    # define it
    model = Sequential()
    model.add(Dense(nodes, input_dim=13, activation="relu"))
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
    # fit it
    model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)
    return model


def fit_and_tell(x, y):
    model = Sequential([Dense(1, input_dim=13)])
    model.compile(loss="mse", optimizer="sgd", metrics=["mae"])
    history = model.fit(x, y, epochs=2, batch_size=32, shuffle=False, verbose=0)
    return model, history


# the mean of what all members say
def ensemble_predictions(members, x):
    yhats = np.array([model.predict(x, verbose=0) for model in members])
    summed = np.sum(yhats, axis=0)
    return np.argmax(summed, axis=1)


def evaluate_n_members(members, n_members, x, y):
    # only so many of them
    subset = members[:n_members]
    yhat = ensemble_predictions(subset, x)
    return accuracy_score(y, yhat)


wine = load_wine()
x = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = wine.target
train_x, train_y = x[::2], y[::2]
test_x, test_y = x[1::2], y[1::2]
members = [fit_model(train_x, train_y) for _ in range(3)]
scores = []
for i in range(1, len(members) + 1):
    score = evaluate_n_members(members, i, test_x, test_y)
    print(f"> {score:.3f}")
    scores.append(score)

single = fit_model(train_x, train_y, 16)
_, test_acc = single.evaluate(test_x, test_y, verbose=0)
accuracies = []
for nodes in (2, 4):
    model = fit_model(train_x, train_y, nodes)
    accuracies.append(model.evaluate(test_x, test_y, verbose=0)[1])
color, color_history = fit_and_tell(train_x, train_x[:, 9])
color_losses = color_history.history["loss"]
color_error = color.evaluate(test_x, test_x[:, 9], verbose=0)
# trained on, anew
other = fit_model(train_x, train_y)
other.compile(loss="sparse_categorical_crossentropy", optimizer="sgd")
more = other.fit(train_x, train_y, epochs=2, shuffle=False, verbose=0).history["loss"]
