"""How many elements a data set has, where TensorFlow knows that: else it says -2, and an error."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

START = "import numpy as np\nimport tensorflow as tf\n\nds = tf.data.Dataset.range(10)\n"
KNOWN = START + """\
few = tf.data.Dataset.range(3)
chained = int(ds.concatenate(few).cardinality().numpy())
zipped = int(tf.data.Dataset.zip((ds, ds.map(lambda v: v * 2))).cardinality().numpy())
even = int(ds.batch(3, drop_remainder=True).cardinality().numpy())
numbered = int(tf.data.experimental.cardinality(ds.cache().enumerate()).numpy())
part = int(ds.map(lambda v: v + 1).shard(3, 1).cardinality().numpy())
both = tf.data.Dataset.zip((ds.filter(lambda v: v > 3), few))
pairs = [a + b for a, b in both.as_numpy_iterator()]
"""
UNKNOWN = {
    "filter": "kept = ds.filter(lambda v: v > 3)",
    "taken": "kept = ds.filter(lambda v: v > 3).take(3)",
    "batches": "kept = ds.filter(lambda v: v > 3).skip(1).batch(2)",
    "part": "kept = ds.filter(lambda v: v > 3).shard(2, 0)",
    "chained": "kept = ds.concatenate(ds.filter(lambda v: v > 3))",
    "function": "def only(data):\n    return data.filter(lambda v: v > 3)\nkept = only(ds)",
    "method": "class Data:\n    def __init__(self):\n"
    "        self.kept = ds.filter(lambda v: v > 3)\nkept = Data().kept",
    "windows": "kept = ds.window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))",
    "in turn": "kept = ds.interleave(lambda v: tf.data.Dataset.range(3), cycle_length=2)",
}


def test_the_numbers_that_tensorflow_knows(scripts: Scripts) -> None:
    apart = scripts.compare(KNOWN, converted(KNOWN))
    assert {"chained", "zipped", "even", "numbered", "part", "pairs"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("made", UNKNOWN)
@pytest.mark.parametrize("asked", ["kept.cardinality()", "tf.data.experimental.cardinality(kept)"])
def test_those_that_it_does_not_know_are_refused(made: str, asked: str) -> None:
    given = convert(f"{START}{UNKNOWN[made]}\nnumber = int({asked}.numpy())\n")
    said = [d.message for d in given.diagnostics if d.severity is Severity.ERROR]
    assert any("ardinality` is left as it is" in message for message in said), said


def test_parameters_that_get_one_are_refused() -> None:
    text = f"{START}def number(data):\n    return int(data.cardinality().numpy())\n"
    for given in ("ds.filter(lambda v: v > 3)", "kept"):
        code = f"{text}kept = ds.filter(lambda v: v > 3)\nn = number({given})\n"
        found = convert(code).diagnostics
        assert any(d.severity is Severity.ERROR for d in found), code
