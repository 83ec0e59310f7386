"""Functions that train in a `try`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(50, 5)), rng.normal(size=(50, 1))


def build():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def train(model, epochs=3):
    losses = []
    try:
        history = model.fit(x, y, epochs=epochs, verbose=0)
        losses = history.history["loss"]
    except KeyboardInterrupt:
        print("interrupted")
    finally:
        model.save_weights("w.weights.h5")
    return losses


class Trainer:
    def __init__(self):
        self.model = build()

    def fit(self, x, y):
        try:
            self.history = self.model.fit(x, y, epochs=2, verbose=0)
        except (ValueError, RuntimeError) as error:
            print(error)
        return self


model = build()
losses = train(model)
history = Trainer().fit(x, y).history
"""


def test_functions_train_in_a_try(scripts: Scripts) -> None:
    result = converted(PROGRAM, Options(keras="3"))
    assert "\n\n    except" not in result
    apart = scripts.compare(PROGRAM, result)
    assert {"losses", "history"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


LEFT = {
    "by the History": ("self.history = self.model.fit", "return self.model.fit"),
    "by a handler": (
        "            print(error)\n",
        "            print(error)\n            return None\n",
    ),
    "before the end": (
        '= history.history["loss"]\n',
        '= history.history["loss"]\n        return losses\n',
    ),
    "by the end": ("    return losses\n", "        return losses\n"),
}


@pytest.mark.parametrize("way", LEFT)
def test_functions_are_left_in_a_try(way: str, scripts: Scripts) -> None:
    text = PROGRAM.replace(*LEFT[way])
    apart = scripts.compare(text, converted(text, Options(keras="3")))
    assert {"losses", "history"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_a_function_that_gives_the_model_that_it_makes_in_a_try_is_refused() -> None:
    text = PROGRAM.replace("    model = keras", "    try:\n        model = keras", 1)
    text = text.replace(
        "    return model", "        return model\n    except OSError:\n        raise"
    )
    text = text.replace('    model.compile("sgd", "mse")', '        model.compile("sgd", "mse")')
    assert (
        "`model.compile` is left as it is: so is what gives `model`, in line 10"
        in dict(errors(text)).values()
    )


LOADING = """\
import numpy as np
from tensorflow import keras

x, y = np.ones((8, 6)), np.ones((8, 1))
model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(8)])
model.save_weights("a.weights.h5")


def prepared():
    other = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(9)])
    other.compile("sgd", "mse")
    try:
        other.load_weights("a.weights.h5")
        print("loaded")
    except ValueError as error:
        print("other shapes", error)
    other.fit(x, np.ones((8, 9)), verbose=0, shuffle=False)


second = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(9)])
second.compile("sgd", "mse")
try:
    second.load_weights("a.weights.h5")
    found = 1
except ValueError:
    found = 0
second.fit(x, np.ones((8, 9)), verbose=0, shuffle=False)
"""


def test_what_torch_raises_is_caught_where_weights_have_other_shapes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = converted(LOADING)
    assert "    found = 1\nexcept (ValueError, RuntimeError):\n" in text
    assert "    except (ValueError, RuntimeError) as error:\n" in text
    monkeypatch.chdir(tmp_path)
    known: dict[str, Any] = {}
    exec(text, known)
    assert known["found"] == 0


def test_clauses_that_catch_it_stay() -> None:
    for clause in ("Exception", "(OSError, RuntimeError, ValueError)", "KeyError"):
        text = converted(LOADING.replace("except ValueError:", f"except {clause}:"))
        assert f"    found = 1\nexcept {clause}:\n" in text
    text = converted(LOADING.replace("except ValueError:", "except (OSError, ValueError):"))
    assert "    found = 1\nexcept (OSError, ValueError, RuntimeError):\n" in text


LENGTHS = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(37, 4), np.random.RandomState(1).rand(37, 1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
count = 37
try:
    history = model.fit(x, y[:30], verbose=0)
except ValueError:
    count = 30
history = model.fit(x[:count], y[:count], verbose=0)
losses = history.history["loss"]
"""


def test_arrays_of_other_lengths_are_caught(scripts: Scripts) -> None:
    text = converted(LENGTHS)
    assert "except (ValueError, AssertionError, RuntimeError):" in text
    apart = scripts.compare(LENGTHS, text)
    assert max(apart.values()) < 1e-9, apart


FORMER = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(50, 5)), rng.normal(size=(50, 1))
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
{before}
try:
    history = model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0){asked}
except KeyboardInterrupt:
    print("stopped")
found = -1.0 if history is None else {read}["loss"][-1]
"""


@pytest.mark.parametrize(("asked", "read"), [("", "history.history"), (".history", "history")])
def test_a_variable_is_what_it_was_until_the_training_ends(
    asked: str, read: str, scripts: Scripts
) -> None:
    text = FORMER.format(before="history = None", asked=asked, read=read)
    result = converted(text, Options(exact=True))
    assert 'history["loss"].append' not in result  # which would be there if it is stopped
    apart = scripts.compare(text, result)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart
    alone = converted(
        text.replace("history = None\n", "").replace("-1.0 if history is None else ", "")
    )
    assert 'history["loss"].append' in alone


WRONG_SIZES = """\
import numpy as np
from tensorflow import keras

x = np.random.default_rng(0).normal(size=(50, 5))
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
found = 1.0
try:
    model.predict(x[:, :3], verbose=0)
except ValueError:
    found = 2.0
"""


def test_inputs_of_other_sizes_are_caught(scripts: Scripts) -> None:
    result = converted(WRONG_SIZES, Options(exact=True))
    assert "except (ValueError, RuntimeError):" in result
    apart = scripts.compare(WRONG_SIZES, result)
    assert apart["found"] < 1e-9


WARM = """
import numpy as np
from tensorflow import keras

x, y = np.ones((8, 3)), np.ones((8, 1))


def make(width):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(width), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


a, b = make(4), make(6)
a.fit(x, y, verbose=0)
try:
    b.set_weights(a.get_weights())
    warm = True
except ValueError:
    {handled}
b.fit(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    ("handled", "said"), [("warm = False", True), ("raise", False), ("exit(1)", False)]
)
def test_weights_that_are_set_in_part(handled: str, said: bool) -> None:
    made = convert(WARM.format(handled=handled))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any("torch has taken those that do" in d.message for d in made.diagnostics) is said
    assert "except (ValueError, RuntimeError):" in made.text
    if said:
        known: dict[str, Any] = {}
        exec(made.text, known)
        assert known["warm"] is False


def test_the_older_optimizers_may_fail() -> None:
    """Keras 3 has their names only: making one raises an ImportError."""
    text = """\
import numpy as np
from tensorflow import keras

x, y = np.ones((50, 5)), np.ones((50, 1))
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
try:
    optimizer = keras.optimizers.legacy.SGD(0.1, decay=0.1)
except (AttributeError, ImportError):
    optimizer = keras.optimizers.SGD(0.1)
model.compile(optimizer, "mse")
model.fit(x, y)
"""
    assert any("`optimizer` is set in a `try`" in message for _, message in errors(text))
