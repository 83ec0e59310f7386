"""Pairs of arrays that a call unpacks: `model.evaluate(*test)`."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(50, 5)), rng.normal(size=(50, 1))
train = (x[:40], y[:40])
test = x[40:], y[40:]
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(*train, epochs=2, validation_data=test, verbose=0)
score = model.evaluate(*test, verbose=0)
print(history.history)
"""


def test_pairs_are_unpacked(scripts: Scripts) -> None:
    apart = scripts.compare(PROGRAM, converted(PROGRAM))
    assert {"history", "score"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_what_holds_too_much_or_is_no_pair_is_refused() -> None:
    for changed in ("test = 8", "test = x, y, 8, 0, None, 1, None, False, 3"):
        text = PROGRAM.replace("test = x[40:], y[40:]", changed).replace(
            "validation_data=test, ", ""
        )
        assert [line for line, _ in errors(text)] != []


OF_CALLS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)


def load(count=20):
    x = rng.normal(size=(count, 5))
    return (x, x[:, :1]), (x[:8] + 1, x[:8, 1:2])


def build():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"], run_eagerly=True)
    return model


def run(train, test):
    model = build()
    fitted = model.fit(*train, epochs=2, validation_split=0.25, shuffle=False, verbose=0)
    return fitted.history["val_loss"] + model.evaluate(*test, verbose=0)


class Trainer:
    def __init__(self, train, test):
        self.train, self.test = train, test
        self.model = build()

    def fit(self):
        return self.model.fit(*self.train, shuffle=False, verbose=0).history["mae"]

    def score(self):
        return self.model.evaluate(*self.test, verbose=0)


train, test = load()
first = run(train, test)
folds = [load(), load(12)]
model = build()
scores = []
for train, test in folds:
    model.fit(*train, batch_size=8, validation_data=test, shuffle=False, verbose=0)
    scores.extend(model.evaluate(*test, verbose=0))
model.fit(*folds[0][0], epochs=2, shuffle=False, verbose=0)
both = np.array([model.evaluate(*train, verbose=0), model.evaluate(*test, verbose=0)])
test = train
again = model.evaluate(*test, verbose=0)
trainer = Trainer(*load())
told = trainer.fit() + trainer.score()
"""


def test_pairs_of_which_nothing_is_known_get_names(scripts: Scripts) -> None:
    conversion = convert(OF_CALLS)
    assert "x_train, y_train = train\n" in conversion.text
    assert "x_test, y_test = self.test\n" in conversion.text
    assert any("`self.test` is taken for a pair" in d.message for d in conversion.diagnostics)
    apart = scripts.compare(OF_CALLS, converted(OF_CALLS))
    assert {"first", "scores", "both", "again", "told"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_pairs_of_tables_are_such_of_arrays(scripts: Scripts) -> None:
    data = """rows = rng.random((20, 6))
df = pd.DataFrame(rows, columns=list("abcdef")).sample(frac=1, random_state=1)
train = df[list("abcde")], df["f"]
first = run(train, train)
"""
    text = (
        OF_CALLS.partition("class Trainer")[0].replace(
            "import numpy", "import pandas as pd\nimport numpy"
        )
        + data
    )
    result = converted(text)
    assert "torch.as_tensor(np.asarray(x_train[:split])" in result
    apart = scripts.compare(text, result)
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_no_pair_raises_where_it_is_unpacked() -> None:
    """What a third element would be for Keras, nobody knows; calls are not made once more."""
    assert "x_train, y_train = train\n" in converted(OF_CALLS.replace("load())", "load(9))"))
    for other in ("*load()[0]", "x, *train", "*(train + (8,))"):
        assert errors(OF_CALLS.replace("model.fit(*train, epochs", f"model.fit({other}, epochs"))


def test_two_pairs_are_not_taken_for_one(scripts: Scripts) -> None:
    """Their parts have the same names, one after the other."""
    head, _, _ = OF_CALLS.partition("first = ")
    assert "train, test = load()" in head
    text = head + (
        "model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])\n"
        'model.compile("sgd", "mse", metrics=["mae"])\n'
        "both = np.array([model.evaluate(*train, verbose=0), model.evaluate(*test, verbose=0)])\n"
        "scores = [model.evaluate(*train, verbose=0)]\n"
        "scores += [model.evaluate(*test, verbose=0)]\n"
    )
    apart = scripts.compare(text, converted(text))
    assert {"both", "scores"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


@pytest.mark.parametrize(
    "choice", ["[x[:9], y[:9]] if len(x) < 50 else [x[9:], y[9:]]", "test and [x[:9], y[:9]]"]
)
def test_lists_that_an_expression_picks_for_validation(choice: str, scripts: Scripts) -> None:
    text = PROGRAM.replace("validation_data=test", f"validation_data={choice}")
    result = converted(text)
    assert f"x_val, y_val = {choice}\n" in result
    apart = scripts.compare(text, result)
    assert apart["history"] < 1e-9
