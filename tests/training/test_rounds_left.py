"""Loops that are left behind, or before, the model that each of their rounds makes."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras
from keras import layers

x = np.random.default_rng(0).normal(size=(40, 3))
losses = []
"""
MADE = """\
    model = keras.Sequential([layers.Input((3,)), layers.Dense(2 + k), layers.Dense(1)])
"""
TRAINED = """\
    model.compile("sgd", "mse")
    losses.append(model.fit(x, x[:, :1], epochs=2, shuffle=False, verbose=0).history["loss"])
"""
FORMS = {
    "behind": f"for k in range(3):\n{MADE}{TRAINED}    if k == 1:\n        break\n",
    "behind, by a result": f"for k in range(3):\n{MADE}{TRAINED}"
    "    if losses[-1][-1] > 0:\n        print(k)\n        break\n",
    "before": f"for k in range(3):\n    if k == 2:\n        break\n{MADE}{TRAINED}",
    "endless": f"k = 0\nwhile True:\n{MADE}{TRAINED}    k += 1\n    if k == 2:\n        break\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_class_has_nothing_of_it(form: str, scripts: Scripts) -> None:
    text = HEAD + FORMS[form]
    emitted = converted(text, Options(exact=True))
    made = emitted[emitted.index("class Model") : emitted.index("def init_like_keras")]
    assert "break" not in made
    assert "if " not in made
    assert scripts.compare(text, emitted)["losses"] < 1e-9


@pytest.mark.parametrize(
    "made",
    [
        "    model = keras.Sequential([layers.Input((3,)), layers.Dense(2)])\n{left}"
        "    model.add(layers.Dense(1))\n",
        "    inputs = layers.Input((3,))\n    h = layers.Dense(2)(inputs)\n{left}"
        "    model = keras.Model(inputs, layers.Dense(1)(h))\n",
    ],
)
def test_a_model_that_may_lack_layers_is_refused(made: str) -> None:
    left = "    if k == 1:\n        break\n"
    script = f"{HEAD}for k in range(3):\n{made.format(left=left)}{TRAINED}"
    errors = [d.message for d in convert(script).diagnostics if d.severity is Severity.ERROR]
    assert any("before a model of its round has all of its layers" in one for one in errors), errors
