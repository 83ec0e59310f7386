"""Callbacks that a program adds under a condition: their code is under it, too."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

C = "keras.callbacks"
STOP = f'{C}.EarlyStopping(monitor="loss", min_delta=0.5, patience=1)'
FUNCTION = f"""
def train(early, names=(), slowly=True):
    chosen = None
    if early and len(names) < 1:
        chosen = [{C}.TerminateOnNaN()]
        if slowly is not None:
            chosen += [{STOP}]
    return model.fit(x, y, epochs=5, callbacks=chosen, verbose=0)

early = train(True).history["loss"]
named = train(True, ["a"]).history["loss"]
late = train(False).history["loss"]
"""
OPTIONS = """
from types import SimpleNamespace
args = SimpleNamespace(early=True, slowly=False, path=None)
"""


def trial(before: str) -> str:
    text = Trial(before=OPTIONS + before, fit=", callbacks=found").text
    return text.replace("epochs=3", "epochs=6")


TRIALS = [
    f"found = []\nif args.early:\n    found.append({STOP})\n",
    f"found = [{C}.TerminateOnNaN()]\nif args.slowly:\n    found.append({STOP})\n"
    "elif args.path is None:\n"
    f'    found.append({C}.ModelCheckpoint("best.keras", monitor="loss", save_best_only=True))\n',
    f"found = [{STOP}] if args.slowly or args.path else None\n",
    f"found = []\nif args.early:\n    found.append({STOP})\n"
    f"if not args.slowly:\n    found.append({C}.EarlyStopping('loss', patience=2))\n",
    f"if not args.slowly:\n    stop = {STOP}\n    found = [stop]\nelse:\n    found = []\n",
]


RATES = """
def train(slower, plateau):
    chosen = []
    if slower:
        chosen.append({C}.LearningRateScheduler(lambda epoch, rate: rate / 2))
    if plateau:
        chosen.append({P})
    return model.fit(x, y, epochs=3, callbacks=chosen, verbose=0).history

"""
ONE = RATES.format(C=C, P=f"{C}.TerminateOnNaN()")
BOTH = RATES.format(C=C, P=f"{C}.ReduceLROnPlateau('loss', patience=0)")


def test_rates_are_logged_where_a_callback_does(scripts: Scripts) -> None:
    after = 'rates, others = train(True, False)["learning_rate"], sorted(train(False, True))\n'
    text = Trial(fit="", after=f"{ONE}{after}others = len(others)\n").text
    distance, apart = farthest(scripts, text)
    assert {"rates", "others"} <= apart.keys()
    assert distance < 1e-7, apart  # Keras keeps rates in single precision


def test_rates_that_two_may_log_are_refused() -> None:
    found = convert(Trial(fit="", after=f"{BOTH}train(True, True)\n").text).diagnostics
    assert any("several callbacks log" in d.message for d in found), found


@pytest.mark.parametrize("before", TRIALS)
def test_trains_equally(before: str, scripts: Scripts) -> None:
    distance, apart = farthest(scripts, trial(before))
    assert distance < 1e-9, apart


def test_each_call_of_a_function_decides(scripts: Scripts) -> None:
    text = Trial(fit="", after=FUNCTION).text
    distance, apart = farthest(scripts, text)
    assert {"early", "named", "late"} <= apart.keys()
    assert distance < 1e-9, apart


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (
            f"import os\nfound = []\nif os.path.exists('.'):\n    found.append({STOP})\n",
            "asked again",
        ),
        (
            f"found = []\nearly = args.early\nif early:\n    found.append({STOP})\nearly = False\n",
            "has changed since",
        ),
        (
            f"found = [{C}.ReduceLROnPlateau('loss')]\nif args.early:\n"
            f"    found.append({C}.LearningRateScheduler(lambda epoch, rate: rate / 2))\n",
            "several callbacks log",
        ),
        (
            f"found = []\nif args.early:\n    found.append({STOP})\nargs.early = False\n",
            "the program changes later",
        ),
        (
            "found = []\nif args.early:\n"
            f"    found.append({C}.LambdaCallback(on_batch_end=lambda b, logs: print(b)))\n",
            "for each batch",
        ),
        (
            f"found = []\nfor n in (1, 2):\n    if args.early:\n        found.append({STOP})\n",
            "only known at run time",
        ),
    ],
)
def test_what_may_come_out_otherwise_is_refused(before: str, why: str) -> None:
    found = convert(trial(before))
    assert any(d.severity == "error" and why in d.message for d in found.diagnostics), found
    assert "history = model.fit(" in found.text
    assert before.splitlines()[-1] in found.text


def test_a_table_needs_to_know_its_columns() -> None:
    before = (
        "found = []\nif args.early:\n"
        f"    found.append({C}.LearningRateScheduler(lambda epoch, rate: rate / 2))\n"
        f'found.append({C}.CSVLogger("epochs.csv"))\n'
    )
    text = trial(before).replace("history = model", "model").replace("history.history", "history")
    text = text.replace('losses = np.array(history["loss"])\n', "")
    found = convert(text)
    assert any("CSVLogger beside" in d.message for d in found.diagnostics), found


@pytest.mark.parametrize("around", ["for _ in range(2):", "if len(x) > 3:\n  for _ in range(2):"])
def test_a_condition_in_a_loop_goes_with_all_that_is_in_it(around: str) -> None:
    text = f"""\
import numpy as np
from tensorflow import keras

x, y = np.ones((8, 3)), np.ones((8, 1))
{around}
    metrics = ["mae"]
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse", metrics=metrics)
    model.fit(x, y)
    if len(x) > 4:
        metrics = ["mse"]
"""
    found = converted(text)
    assert "len(x) > 4" not in found
    compile(found, "converted.py", "exec")
