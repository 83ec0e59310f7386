"""Callbacks that functions get with a model, and put into one list with their own."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

C = "keras.callbacks"
STOP = f'{C}.EarlyStopping(monitor="loss", min_delta=0.5, patience=1)'
PLATEAU = f'{C}.ReduceLROnPlateau("loss", factor=0.5, patience=0, min_delta=0.3)'
FIT = "    return model.fit(x, y, epochs=6, callbacks={}, verbose=0)\n"


def program(function: str, calls: str) -> str:
    return Trial(fit="", after=f"\n{function}\n{calls}\n").text


TRIALS = {
    "default-none": (
        f"def train(model, more=None):\n    found = [{STOP}]\n"
        f"    if more is not None:\n        found = found + more\n{FIT.format('found')}",
        f"history = train(model, more=[{PLATEAU}])",
    ),
    "nobody-gives-any": (
        f"def train(model, found=None, *, epochs=6):\n    found = found or []\n"
        f"    found.append({STOP})\n{FIT.format('found')}",
        "history = train(model)",
    ),
    "in-the-call": (
        f"def train(model, more):\n{FIT.format(f'[{STOP}, *more]')}",
        f"mine = [{PLATEAU}]\nhistory = train(model, mine)",
    ),
    "extends-its-own": (
        f"def train(model, more=()):\n    found = list(more)\n    found.extend([{STOP}])\n"
        f"{FIT.format('found')}",
        "history = train(model)",
    ),
    "of-a-function": (
        f"def given(patience):\n    return [{PLATEAU.replace('=0,', '=patience,')}]\n"
        f"def train(model, more=None):\n{FIT.format(f'(more or []) + [{STOP}]')}",
        "history = train(model, more=given(0))",
    ),
    "twice": (
        f"def train(model, more=[]):\n{FIT.format(f'[{STOP}] + more')}",
        "first = train(model)\nsecond = train(model, [])",
    ),
    "no-none-in-it": (
        f"def train(model, early=True, slower=False):\n"
        f"    found = [{STOP} if early else None, {PLATEAU} if slower else None]\n"
        f"    found = [c for c in found if c is not None]\n{FIT.format('found')}",
        "history = train(model)",
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    distance, apart = farthest(scripts, program(*TRIALS[name]))
    assert distance < 1e-9, apart


def test_the_parameter_goes() -> None:
    text = converted(program(*TRIALS["default-none"]))
    assert "def train(model, criterion, optimizer):" in text
    assert "history = train(model, criterion, optimizer)" in text
    assert "more" not in text


REFUSED = {
    "kept-from-call-to-call": (
        f"def train(model, found=[]):\n    found.append({STOP})\n{FIT.format('found')}",
        "train(model)",
        "does more with `found`",
    ),
    "one-call-gives-some": (
        f"def train(model, more=()):\n{FIT.format(f'[{STOP}, *more]')}",
        f"train(model)\ntrain(model, [{PLATEAU}])",
        "trains the model in several ways",
    ),
    "read-otherwise": (
        f"def train(model, more=()):\n    print(len(more))\n{FIT.format(f'[{STOP}, *more]')}",
        "train(model)",
        "does more with `more`",
    ),
    "made-of-a-variable-there": (
        f"def train(model, more):\n{FIT.format(f'[{STOP}, *more]')}"
        f"def run():\n    wait = 3\n    train(model, [{C}.EarlyStopping(patience=wait)])\n",
        "run()",
        "variables of another place",
    ),
    "changed-for-its-caller": (
        f"def train(model, found):\n    found.append({STOP})\n{FIT.format('found')}",
        f"mine = [{PLATEAU}]\ntrain(model, mine)\nmodel.fit(x, y, callbacks=mine)",
        "only known at run time",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    function, calls, reason = REFUSED[name]
    found = convert(program(function, calls)).diagnostics
    assert any(reason in d.message for d in found), found
