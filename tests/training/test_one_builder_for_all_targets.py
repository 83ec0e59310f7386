"""Models of one builder with different criteria: of one-hot rows and of other targets."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.utils import to_categorical

rng = np.random.default_rng(0)
x, labels = rng.normal(size=(60, 6)), rng.integers(0, 3, 60)


def build(n):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(n, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model


"""
FIT = "{{}} = {{}}.fit(x, {}, epochs=2, verbose=0, shuffle=False).history['loss']\n"
SOFT = FIT.format("np.eye(3)[labels] * 0.9 + 0.1 / 3")
HARD = FIT.format("to_categorical(labels)")
MADE = "criterion = nn.CrossEntropyLoss()"


def trained(names: str, form: str) -> str:
    return "".join(
        f"{name} = build(3)\n{(HARD if name in 'hn' else SOFT).format(f'losses_{name}', name)}"
        for name in names
    ).replace("\n", f"\n{form}")


PROGRAMS = {
    "soft first": f"{trained('sh', '')}",
    "hard first": f"{trained('hs', '')}",
    "in turn": f"{trained('shnt', '')}",
    "one name": trained("sh", "").replace("h = ", "s = ", 1).replace("h.fit", "s.fit"),
    "in a function": f"def run():\n    {trained('sh', '    ')}return losses_s, losses_h\n\n\n"
    "first, second = run()\n",
    "together": f"h = build(3)\ns = build(3)\n{SOFT.format('p', 's')}{HARD.format('q', 'h')}",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_has_its_own(program: str, scripts: Scripts) -> None:
    text = f"{HEAD}{PROGRAMS[program]}"
    conversion = convert(text, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert conversion.text.count(MADE) == 1
    differences = scripts.compare(text, conversion.text)
    assert len(differences) > 4
    assert max(differences.values()) < 1e-5, differences


def test_the_first_may_not_have_what_others_have_of_it() -> None:
    made = f"s = build(3)\nh = build(3)\n{HARD.format('q', 'h')}{SOFT.format('p', 's')}"
    said = [d.message for d in convert(f"{HEAD}{made}", Options(exact=True)).diagnostics]
    assert any("the models that `build` gives differ in their loss" in one for one in said), said
