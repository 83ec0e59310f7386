"""Arrays for several inputs to validate on, which callers give, or not."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow.keras import Input, Model, layers

rng = np.random.default_rng(0)
u, i = rng.normal(size=(40, 2)), rng.normal(size=(40, 3))
y, w = u[:, 0] > i[:, 0], np.linspace(0.5, 1.5, 40)
a, b = Input((2,), name="user"), Input((3,), name="item")
model = Model([a, b], layers.Dense(1, activation="sigmoid")(layers.concatenate([a, b])))
model.compile("sgd", "binary_crossentropy")
"""
METHOD = """\


class Recommender:
    def __init__(self):
        self.model = model

    def fit(self, users, items, labels, val=None):
        fit = self.model.fit(
            [users, items], labels, validation_data=val, epochs=2, shuffle=False, verbose=0
        )
        return fit.history


recommender = Recommender()
history = recommender.fit(u, i, y, val=([u[:9], i[:9]], y[:9]))
losses = history["val_loss"]
{more}
"""
FUNCTION = """\


def train(x, y, x_val=None, y_val=None):
    {validation}
    fit = model.fit(x, y, validation_data=validation, epochs=2, shuffle=False, verbose=0)
    return fit.history


losses = train([u, i], y, [u[:9], i[:9]], y[:9])["val_loss"]
"""
SWITCHED = "validation = None\n    if x_val is not None:\n        validation = (x_val, y_val)"
OTHERWISE = "validation = (x_val, y_val) if x_val is not None else None"


@pytest.mark.parametrize(
    "text",
    [
        METHOD.format(more=""),
        METHOD.format(more="without = recommender.fit(u, i, y)['loss']"),
        FUNCTION.format(validation=SWITCHED),
        FUNCTION.format(validation=OTHERWISE),
    ],
    ids=["a method", "with and without", "a branch", "an expression"],
)
def test_pairs_of_lists_are_seen(scripts: Scripts, text: str) -> None:
    apart = scripts.compare(HEAD + text, converted(HEAD + text, Options(exact=True)))
    assert max(apart.values()) < 1e-9
    assert "losses" in apart


@pytest.mark.parametrize(
    "more",
    [
        "one = recommender.fit(u, i, y, val=(u, y))",
        "other = getattr(recommender, 'fit')(u, i, y, (np.stack([u, u]), y))",
        "run = recommender.fit\nrun(u, i, y, (np.stack([u, u]), y))",
    ],
)
def test_others_are_refused(more: str) -> None:
    said = convert(HEAD + METHOD.format(more=more)).diagnostics
    assert any(one.severity is Severity.ERROR for one in said)
