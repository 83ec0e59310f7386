"""Tables of optimizers whose names are read, too; and TensorFlow's names of what Keras has."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import argparse

import numpy as np
import tensorflow as tf
from tensorflow.keras import Input, Sequential, layers

x, y = np.random.RandomState(0).rand(40, 4), np.arange(40) / 40.0
KINDS = {{"sgd": tf.optimizers.SGD, "rmsprop": tf.keras.optimizers.RMSprop}}

{names}

def run(name, rate=0.05):
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile(KINDS[name](rate), "mse")
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


results = [run("sgd"), run("rmsprop")]
"""
READS = {
    "sorted": "names = sorted(KINDS)",
    "keys": "names = list(KINDS.keys())",
    "choices": 'argparse.ArgumentParser().add_argument("--opt", choices=KINDS)',
    "joined": 'print(", ".join(KINDS), len(KINDS))',
    "looped": "for name in KINDS:\n    print(name)",
    "asked": 'assert "sgd" in KINDS and "adam" not in KINDS.keys()',
    "formatted": 'print(f"one of {list(KINDS)}")',
}


@pytest.mark.parametrize("name", READS)
def test_names_alone_stay(name: str, scripts: Scripts) -> None:
    text = PROGRAM.format(names=f"{READS[name]}\n")
    result = converted(text, Options(exact=True))
    assert 'KINDS = ["sgd", "rmsprop"]' in result
    assert ".keys()" not in result
    assert "tensorflow" not in result
    apart = scripts.compare(text, result)
    assert "results" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "names",
    [
        "print(KINDS)",
        "kinds = list(KINDS.values())",
        "print(sorted(KINDS)[0], KINDS['sgd'])",
        "print(KINDS | {})",
    ],
)
def test_a_table_of_which_more_is_read_stays(names: str) -> None:
    found = convert(PROGRAM.format(names=f"{names}\n"))
    assert 'KINDS = {"sgd": tf.optimizers.SGD, ' in found.text
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert errors == ["`tf.optimizers.SGD` is left as it is: `KINDS` is read at run time"]


@pytest.mark.parametrize(
    ("loss", "metric"), [("MeanSquaredError", "MeanAbsoluteError"), ("Huber", "Mean")]
)
def test_losses_and_metrics_of_tensorflow(loss: str, metric: str, scripts: Scripts) -> None:
    trial = Trial(
        loss=f"tf.losses.{loss}()",
        optimizer="tf.optimizers.SGD(0.1)",
        before="import tensorflow as tf\n\n"
        "for wanted in [tf.losses.Huber(), tf.losses.Poisson()]:\n"
        "    other = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])\n"
        '    other.compile("sgd", loss=wanted)\n'
        "    other.fit(x, y, epochs=1, shuffle=False, verbose=0)\n",
        after=f"seen = tf.metrics.{metric}()\n" if metric == "Mean" else "",
        metrics="" if metric == "Mean" else f"[tf.metrics.{metric}()]",
    )
    distance, apart = farthest(scripts, trial.text)
    assert "losses" in apart
    assert distance < 1e-9, apart
