"""What else stands in the branches and loops that add the last layers of a Sequential."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors

HEAD = """\
import numpy as np
import keras
from keras import layers

FLAG = True
seen = np.zeros(4)
width = 2
model = keras.Sequential()
model.add(keras.Input((3,)))
"""
USE = """\
x = np.arange(30.0).reshape(10, 3) / 10
model.compile("sgd", "mse")
history = model.fit(x, np.ones((10, SIZE)), epochs=2, verbose=0).history
"""
BRANCH = """\
if FLAG:
    seen[0] = 1.0
    width = 5
    model.add(layers.Dense(width))
    seen[1] = width
else:
    model.add(layers.Dense(1))
"""
LOOP = """\
for i in range(3):
    width = 2 * width
    seen[i] = i + 1.0
    model.add(layers.Dense(width))
"""
ATTEMPT = """\
try:
    seen[0] = 4.0
    model.add(layers.Dense(2))
except ValueError:
    seen[1] = 1.0
"""


@pytest.mark.parametrize(("ending", "size"), [(BRANCH, "5"), (LOOP, "16")])
def test_what_else_is_done_stays(ending: str, size: str, scripts: Scripts) -> None:
    text = HEAD + ending + USE.replace("SIZE", size)
    apart = scripts.compare(text, converted(text))
    assert {"seen", "history"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_an_attempt_may_add_is_refused() -> None:
    found = errors(HEAD + ATTEMPT + USE.replace("SIZE", "2"))
    assert "the model is another one where an attempt fails" in dict(found).values()


def test_what_only_layers_read_goes() -> None:
    """The class has the sizes; a loop that only computes them would be of no use."""
    loop = "for i in range(3):\n    units = 2 * i + 2\n    model.add(layers.Dense(units))\n"
    result = converted(HEAD + loop + USE.replace("SIZE", "6"))
    assert result.count("for i in range(3)") == result.count("units = ") == 1


def test_a_model_that_is_not_made_yet_is_said() -> None:
    text = HEAD + LOOP + "    seen[3] = seen[3] + id(model)\n" + USE.replace("SIZE", "16")
    assert (14, "`model` is made below it, where all layers are known") in errors(text)
