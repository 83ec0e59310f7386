"""Variables of a script that a loop sets which becomes a part of a class."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

SCRIPT = """\
from tensorflow import keras
from tensorflow.keras import layers

{before}inputs = keras.Input((6,))
x = {first}
for width in {widths}:
    x = layers.Dense(width)(x)
{between}model = keras.Model(inputs, layers.Dense(1)(x))
{after}"""


def _said(**parts: str) -> list[str]:
    given = {"before": "", "first": "inputs", "widths": "(16, 8)", "between": "", "after": ""}
    made = convert(SCRIPT.format(**(given | parts)))
    return [d.message for d in made.diagnostics if d.severity is Severity.ERROR]


def test_what_a_class_reads_before_its_loop_sets_it_is_refused() -> None:
    said = _said(before="width = 4\n", first="layers.Dense(width)(inputs)")
    assert any("`width` is read in the class before a loop there sets it" in one for one in said)


@pytest.mark.parametrize(
    "after",
    [
        "print(width)\n",
        "total = width + 1\n",
        "def show():\n    print(width)\n",
        "if width > 3:\n    width = 2\n",
    ],
)
def test_what_is_read_behind_the_loop_is_said_to_be_another(after: str) -> None:
    said = _said(before="width = 4\n", after=after)
    assert ["still has the value from before the loop" in one for one in said] == [True]


@pytest.mark.parametrize(
    "parts",
    [
        {"before": "width = 4\nprint(width)\n"},
        {"before": "width = 4\n", "after": "width = 5\nprint(width)\n"},
        {"before": "width = 4\n", "after": "for width in range(3):\n    print(width)\n"},
        {"before": "widths = (16, 8)\n", "widths": "widths", "after": "print(widths)\n"},
        {"before": "widths = (16, 8)\n", "widths": "[width for width in widths]"},
    ],
)
def test_other_programs_are_converted(parts: dict[str, str]) -> None:
    assert not _said(**parts)
