"""What a program draws, or takes out of something, is drawn and taken in the converted one, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

np.random.seed(0)
rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
rates = [0.3, 0.2, 0.1]
steps = iter(rates)
{before}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
{after}
history = model.fit(x, y, epochs=2, verbose=0).history
left = len(rates)
"""
UNUSED = {
    "optimizer": "slow = keras.optimizers.SGD(rates.pop())",
    "callback": 'stop = keras.callbacks.EarlyStopping("loss", patience=next(steps))',
    "loss": "huber = keras.losses.Huber(rng.uniform())",
}


def errors(text: str) -> list[str]:
    found = convert(text).diagnostics
    return [d.message for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize("before", UNUSED.values(), ids=UNUSED)
def test_what_nothing_uses_is_not_left_out_in_silence(before: str) -> None:
    found = errors(PROGRAM.format(before=before, after=""))
    assert any("is not evaluated any more" in one for one in found), found


def test_a_compile_that_another_one_replaces() -> None:
    again = 'model.compile(keras.optimizers.SGD(rates.pop()), "mse")\n'
    found = errors(PROGRAM.format(before="", after=again + again.replace("rates.pop()", "0.1")))
    assert "`rates.pop()` is not evaluated any more, which changes what comes after it" in found


@pytest.mark.parametrize("first", ["rates.pop()", "f'{rates.pop()}'", "next(steps)"])
def test_a_plain_value_that_a_part_follows_stays(first: str, scripts: Scripts) -> None:
    made = 'stop = keras.callbacks.EarlyStopping("loss", patience=3)'
    text = PROGRAM.format(before=f"stop = {first}", after=made)
    text = text.replace("epochs=2", "epochs=2, callbacks=[stop]")
    assert f"stop = {first}" in converted(text)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_what_is_still_drawn_is_no_error() -> None:
    text = PROGRAM.format(before="weights = rng.uniform(size=24)\nrates.pop()", after="")
    assert not errors(text.replace("epochs=2", "epochs=2, sample_weight=weights"))


@pytest.mark.parametrize(
    ("made", "into"),
    [
        ("keras.optimizers.SGD", ("keras.optimizers.SGD(0.1)", "made")),
        ("keras.losses.Huber", ('"mse")', "made)")),
    ],
)
@pytest.mark.parametrize("acting", [True, False])
def test_a_function_of_the_program_that_changes_something(
    made: str, into: tuple[str, str], acting: bool
) -> None:
    act = "rates.append(0.1)" if acting else "len(rates)"
    function = f"def rate():\n    {act}\n    return 0.1\n\n" + f"made = {made}(rate())\n" * 2
    found = errors(PROGRAM.format(before=function, after="").replace(*into))
    lost = [one for one in found if "`rate()` is not evaluated any more" in one]
    assert len(lost) == acting, found


RATES = """\
class Rates:
    def __init__(self):
        self.asked = 0

    def following(self):
        {act}
        return 0.1


RATES = Rates()


def rate():
    return RATES.following()
"""


@pytest.mark.parametrize(
    ("imports", "called"),
    [
        ("from rates import rate", "rate()"),
        ("import rates", "rates.rate()"),
        ("import rates as r", "r.RATES.following()"),
        ("from rates import Rates\nof_run = Rates()", "of_run.following()"),
    ],
)
@pytest.mark.parametrize("acting", [True, False])
def test_a_function_of_another_file_that_changes_something(
    imports: str, called: str, acting: bool, tmp_path: Path
) -> None:
    act = "self.asked += 1" if acting else "print(self.asked)"
    (tmp_path / "rates.py").write_text(RATES.format(act=act))
    made = f"{imports}\n" + f"made = keras.optimizers.SGD({called})\n" * 2
    text = PROGRAM.format(before=made, after="").replace("keras.optimizers.SGD(0.1)", "made")
    found = [one.message for one in convert(text, path=str(tmp_path / "main.py")).diagnostics]
    lost = [one for one in found if f"`{called}` is not evaluated any more" in one]
    assert len(lost) == acting, found
