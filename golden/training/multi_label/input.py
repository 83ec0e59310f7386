"""Multi-label tagging: which properties does a digit have?"""
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score
from tensorflow.keras import Sequential
from tensorflow.keras.layers import Activation, BatchNormalization, Dense
from tensorflow.keras.metrics import AUC, Precision, Recall

TAGS = ["even", "round", "small"]
x, digit = load_digits(return_X_y=True)
x = (x - x.mean()) / x.std()
tags = np.stack(
    [digit % 2 == 0, np.isin(digit, [0, 3, 6, 8, 9]), digit < 4], axis=1
).astype(np.float32)

n_train = 1200
model = Sequential()
model.add(Dense(32, input_shape=(x.shape[1],)))
model.add(Activation("relu"))
model.add(Dense(len(TAGS)))
model.add(Activation("sigmoid"))
model.compile("sgd", "binary_crossentropy", metrics=["binary_accuracy", Precision(name="precision"), Recall(name="recall")])
model.fit(x[:n_train], tags[:n_train], 64, 3, validation_data=(x[n_train:], tags[n_train:]))
predicted = (model.predict(x[n_train:]) > 0.5).astype(int)
score = f1_score(tags[n_train:], predicted, average="macro")
for tag, column in zip(TAGS, predicted.T):
    print(tag, column.mean())
