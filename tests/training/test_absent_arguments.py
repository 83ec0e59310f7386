"""Arguments that a function leaves out by default: None, or nothing to validate on."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.options import Options

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(70, 6))
y = rng.integers(0, 3, size=70)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])


def train(x, y, {parameters}):
    {before}
    return model.fit(x, y, epochs=2, verbose=0, {argument})


without = train(x, y)
given = train(x, y, {given})
answer = model.predict(x, verbose=0)
"""
PAIR = "(x_val, y_val) if x_val is not None else None"
BRANCH = "val = None\n    if x_val is not None:\n        val = (x_val, y_val)"
CLASS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(70, 6))
y = rng.normal(size=(70, 1))


class Trainer:
    def __init__(self, size=None, val=None):
        self.size = size
        self.val = val
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def fit(self, x, y):
        return self.model.fit(
            x, y, epochs=2, verbose=0, batch_size=self.size, validation_data=self.val
        )


without = Trainer().fit(x, y)
given = Trainer(16, (x[:9], y[:9])).fit(x, y)
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("parameters", "before", "argument", "given"),
    [
        ("x_val=None, y_val=None", f"val = {PAIR}", "validation_data=val", "x[:9], y[:9]"),
        ("x_val=None, y_val=None", BRANCH, "validation_data=val", "x[:9], y[:9]"),
        ("x_val=None, y_val=None", "pass", f"validation_data={PAIR}", "x[:9], y[:9]"),
        ("share=0.0", "pass", "validation_split=share", "share=0.3"),
        ("share=None", "pass", "validation_split=share", "share=0.3"),
        ("size=None", "pass", "batch_size=size", "size=16"),
        ("weights=None", "pass", "class_weight=weights", "{0: 2.0, 2: 0.5}"),
        ("weights=None", "pass", "sample_weight=weights", "weights=np.arange(len(x)) / 9"),
    ],
    ids=["pair", "branch", "inline", "no share", "None as share", "size", "weights", "rows"],
)
def test_functions_are_called_with_and_without_them(
    scripts: Scripts, parameters: str, before: str, argument: str, given: str
) -> None:
    text = PROGRAM.format(parameters=parameters, before=before, argument=argument, given=given)
    equal(scripts, text)


def test_attributes_may_be_none(scripts: Scripts) -> None:
    equal(scripts, CLASS)


def equal(scripts: Scripts, text: str) -> None:
    apart = scripts.compare(text, converted(text, Options(keras="3", exact=True)))
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    assert {"without", "given"} <= apart.keys()


STEPS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(24, 6))
y = rng.normal(size=(24, 2, 1))
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2), keras.layers.Reshape((2, 1))])
model.compile("sgd", "mse")
for weights in (None, rng.uniform(size=(24, 2))):
    model.fit(x, y, sample_weight=weights, verbose=0)
"""


def test_weights_of_steps_that_may_be_none_are_refused() -> None:
    assert "`fit` is left as it is: sample_weight may be None" in dict(errors(STEPS)).values()


PAIRS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y, w = rng.normal(size=(24, 6)), rng.normal(size=(24, 1)), rng.uniform(size=24)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
for weighed in (False, True):
    model.fit(x, y, validation_data=(x, y, w) if weighed else (x, y), verbose=0)
"""


def test_pairs_that_may_have_weights_are_refused() -> None:
    assert any("or have weights as well" in said for said in dict(errors(PAIRS)).values())


NO_SIZE = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(70, 6)), rng.normal(size=(70, 1))
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", run_eagerly=True)


def run(batch_size=0):
    fitted = model.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0)
    return fitted.history["loss"]


first = model.fit(x, y, batch_size=0, shuffle=False, verbose=0).history["loss"]
losses = run() + run(16)
score = model.evaluate(x, y, batch_size=0, verbose=0)
"""


def test_no_samples_in_a_batch_are_the_default_of_keras_3(scripts: Scripts) -> None:
    apart = scripts.compare(NO_SIZE, converted(NO_SIZE))
    assert {"first", "losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
    for text in (
        NO_SIZE.replace("from tensorflow import keras", "import tf_keras as keras"),
        NO_SIZE.replace("batch_size=0, shuffle", "batch_size=-8, shuffle"),
    ):
        assert any("which Keras refuses" in message for _, message in errors(text))


WATCHED = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(70, 6)), rng.normal(size=(70, 1))


def build():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def train(model, val=None):
    callbacks = [{callbacks}]
    return model.fit(
        x, y, epochs=5, validation_data=val, callbacks=callbacks, shuffle=False, verbose=0
    )


first, second = build(), build()
without = train(first)
given = train(second, (x[:9] + 3.0, y[:9]))
loss, losses = without.history["loss"], given.history["val_loss"]
"""
STOPS = 'keras.callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)'
REDUCES = "keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.3)"
SAVES = 'keras.callbacks.ModelCheckpoint("best.weights.h5", save_best_only=True, {more})'
RATES = "keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9)"


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "callbacks",
    [
        (STOPS,),
        (REDUCES,),
        (SAVES.format(more="save_weights_only=True"),),
        (SAVES.format(more="save_weights_only=True"), STOPS, REDUCES),
        (STOPS, 'keras.callbacks.EarlyStopping("loss", min_delta=0.01)', RATES),
    ],
)
def test_callbacks_that_have_no_validation_to_look_at(
    callbacks: tuple[str, ...], scripts: Scripts
) -> None:
    text = WATCHED.format(callbacks=", ".join(callbacks))
    if "ModelCheckpoint" in text:  # what it has saved last
        text += 'second.load_weights("best.weights.h5")\n'
        text = text.replace("given = ", 'first.load_weights("best.weights.h5")\ngiven = ')
    made = converted(text, Options(keras="3", exact=True))
    apart = scripts.compare(text, made)
    assert {"without", "given", "loss", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
    assert made.count("val is not None:") <= 5


def test_callbacks_of_which_that_is_not_known_are_refused() -> None:
    text = WATCHED.format(callbacks='keras.callbacks.ModelCheckpoint("{epoch}-{val_loss}.keras")')
    (told,) = {message for _, message in errors(text) if message.startswith("`fit`")}
    assert told.endswith("a callback that looks at a validation which some epochs lack")
