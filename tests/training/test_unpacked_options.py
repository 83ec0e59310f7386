"""Dicts of arguments that functions get, and unpack where they train a model."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

TRAIN = "\ndef train(model, options{}):\n{}    return model.fit(x, y, verbose=0, **{})\n"
TRIALS = {
    "literal": (
        TRAIN.format("", "", "options"),
        'first = train(model, {"epochs": 2, "batch_size": 8, "shuffle": False})',
    ),
    "or-none": (
        TRAIN.format("=None", "    options = options or {}\n", "options"),
        "first = train(model, dict(epochs=2, shuffle=False))",
    ),
    "is-none": (
        TRAIN.format("=None", "    if options is None:\n        options = {}\n", "options"),
        "first = train(model, options=dict(epochs=2, shuffle=False))",
    ),
    "with-others": (
        TRAIN.format("", '    more = {**options, "epochs": 3}\n', "more"),
        'FIT = {"epochs": 2, "validation_split": 0.3, "shuffle": False}\nfirst = train(model, FIT)',
    ),
    "a function": (
        "def options(size):\n    return dict(epochs=2, batch_size=size, shuffle=False)\n\n",
        "first = []\nfor n in (8, 16):\n    first += model.fit(x, y, **options(n)).history['loss']",
    ),
    "several-calls": (
        TRAIN.format("", "", "options"),
        "first = train(model, dict(epochs=2, batch_size=8, shuffle=False))\n"
        "second = train(model, dict(shuffle=False, batch_size=4, epochs=1))",
    ),
}


@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    function, calls = TRIALS[name]
    text = Trial(fit="", after=f"{function}{calls}\n").text
    distance, apart = farthest(scripts, text)
    assert "first" in apart
    assert distance < 1e-9, apart


REFUSED = {
    "other-keys": (
        TRAIN.format("", "", "options"),
        "train(model, dict(epochs=2))\ntrain(model, dict(batch_size=4, epochs=1))",
        "trains the model in several ways",
    ),
    "changed": (
        TRAIN.format("", '    options["epochs"] = 3\n', "options"),
        "train(model, dict(epochs=2, batch_size=3))",
        "has changed since",
    ),
    "with-objects": (
        TRAIN.format("", "", "options"),
        "train(model, dict(callbacks=[keras.callbacks.TerminateOnNaN()]))",
        "not known one by one",
    ),
    "nobody-gives-any": (
        TRAIN.format("=None", "    options = options or {}\n", "options"),
        "train(model)",
        "not known one by one",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    function, calls, reason = REFUSED[name]
    found = convert(Trial(fit="", after=f"{function}{calls}\n").text).diagnostics
    assert any(reason in d.message for d in found), found
