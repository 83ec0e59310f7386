"""A regression on a table that is downloaded once."""

import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import get_file

URL = "https://archive.ics.uci.edu/ml/machine-learning-databases/wine-quality/winequality-red.csv"
path = get_file("winequality-red.csv", origin=URL)
table = np.loadtxt(path, delimiter=";", skiprows=1)
letters = open(get_file(origin="https://example.com/texts/letters.txt", cache_dir=".")).read()

model = Sequential()
model.add(Dense(16, activation="relu", input_shape=(11,)))
model.add(Dense(1))
