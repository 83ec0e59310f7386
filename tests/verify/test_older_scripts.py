"""Scripts as they were written for years: data sets, freezing, decaying rates, loops around fit."""

from __future__ import annotations

import pytest

from tests.verify.test_training import LEVELS, only, reached, reports
from transpiler.pipeline import convert
from transpiler.verify.records import Program
from transpiler.verify.session import VerifySession
from transpiler.verify.torch_datasets import with_samples

DIGITS = """\
import keras
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Dropout

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.reshape(60000, 784)
x_test = x_test.reshape(10000, 784)
x_train = x_train.astype("float32")
x_test = x_test.astype("float32")
x_train /= 255
x_test /= 255
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)
model = Sequential()
model.add(Dense(8, activation="relu", input_shape=(784,)))
model.add(Dense(10, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=16, epochs=20, validation_data=(x_test, y_test))
"""
REVIEWS = """\
from keras.datasets import imdb
from keras.layers import Dense, Embedding, GlobalAveragePooling1D
from keras.models import Sequential
from keras.preprocessing import sequence

(x_train, y_train), _ = imdb.load_data(num_words=200)
x_train = sequence.pad_sequences(x_train, maxlen=12)
model = Sequential()
model.add(Embedding(200, 4))
model.add(GlobalAveragePooling1D())
model.add(Dense(1, activation="sigmoid"))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=16, epochs=5)
"""
MOVED = """\
import numpy as np
from keras.layers import Conv2D, Dense, Flatten
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.preprocessing.image import ImageDataGenerator

rng = np.random.default_rng(0)
x, y = rng.random((500, 6, 6, 1)), rng.random((500, 2))
features = [Conv2D(2, 3, input_shape=(6, 6, 1)), Flatten()]
model = Sequential(features + [Dense(2)])
for layer in features:
    layer.trainable = False
model.compile(loss="mse", optimizer=RMSprop(lr=0.001, decay=1e-4))
generator = ImageDataGenerator(horizontal_flip=True)
model.fit_generator(generator.flow(x, y, batch_size=8), epochs=9, validation_data=(x, y))
"""
ROUNDS = """\
import numpy as np
from keras import backend as K
from keras.layers import Dense, Lambda
from keras.models import Sequential

rng = np.random.default_rng(0)
x, y = rng.random((200, 4)), rng.random((200, 1))
model = Sequential([Dense(3, input_shape=(4,)), Lambda(lambda a: K.sum(a, axis=1, keepdims=True))])
model.compile(loss="mse", optimizer="sgd")
for round in range(1, 5000):
    model.fit(x, y, batch_size=16, epochs=1)
"""


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (DIGITS, "equal", ""),
        (REVIEWS, "close", "where ids repeat in a batch"),
        (MOVED, "equal", ""),
        (ROUNDS, "equal", ""),
    ],
    ids=["digits", "reviews", "moved", "rounds"],
)
def test_it_is_trained_and_compared(
    session: VerifySession, text: str, status: str, said: str
) -> None:
    report = only(session, text)
    assert (report.status, reached(report)) == (status, LEVELS), report
    assert said in report.reason


def test_what_is_frozen_in_one_program_alone_differs(session: VerifySession) -> None:
    converted = convert(MOVED).text
    assert ".requires_grad_(False)" in converted
    (report,) = reports(session, MOVED, converted.replace(".requires_grad_(False)", ""))
    assert report.status == "different", report


@pytest.mark.parametrize("text", [DIGITS, REVIEWS], ids=["torchvision", "download"])
def test_lines_stay_where_they_are(text: str) -> None:
    converted = convert(text).text
    sampled = with_samples(Program(converted)).text
    before, after = converted.splitlines(), sampled.splitlines()
    changed = [a for a, b in zip(before, after, strict=True) if a != b]
    assert changed[0].startswith("def load_")
    assert sum("keras_datasets import" in line for line in after) == 1
