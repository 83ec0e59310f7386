"""Variables that functions of another file read there, and that this file changes by a setter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

MAIN = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

import lib

x = np.random.RandomState(0).rand(40, 3)
y = x.sum(1)
{early}
{made}
model.compile("sgd", "mse")
{soon}
model.fit({data}, verbose=0)
{late}
model.fit({data}, verbose=0)
"""
LIB = """\
from tensorflow import keras

SCALE = 1.0
CFG = {{"scale": 1.0}}


def set_scale(scale):
    global SCALE
    SCALE = scale
    CFG["scale"] = scale


def own(x{more}):
    return x * {read}{more}
{build}
"""
BUILD = """

def build():
    inputs = keras.Input((3,))
    return keras.Model(inputs, own(keras.layers.Dense(1)(inputs)))
"""
PLAIN = "model = keras.Sequential([keras.Input((3,)), {}keras.layers.Dense(1)])"
LAMBDA = "keras.layers.Lambda(lambda t: lib.own(t)), "
SET = "ds = tf.data.Dataset.from_tensor_slices((x, y)).map(lib.own).batch(8)\n"
GRAPH = """\
inputs = keras.Input((3,))
model = keras.Model(inputs, lib.own(keras.layers.Dense(1)(inputs)))"""
#: How the function is used.
USES = {
    "data": SET + PLAIN.format(""),
    "lambda": PLAIN.format(LAMBDA),
    "graph": GRAPH,
    "builder": "def build():\n    " + GRAPH.replace("\n", "\n    ")
    + "\n    return model\n\n\nmodel = build()",
    "builder there": "model = lib.build()",
}  # fmt: skip


@pytest.mark.parametrize("read", ["SCALE", 'CFG["scale"]'])
@pytest.mark.parametrize("when", ["early", "soon", "late"])
@pytest.mark.parametrize("use", USES)
def test_they_are_what_they_were_or_refused(
    use: str, when: str, read: str, tmp_path: Path, session: VerifySession
) -> None:
    change = {"early": "", "soon": "", "late": "", when: "lib.set_scale(5.0)"}
    data = "ds" if use == "data" else "x, y, batch_size=8"
    main = MAIN.format(made=USES[use], data=data, **change)
    more = ", y" if use == "data" else ""
    lib = LIB.format(more=more, read=read, build=BUILD if "there" in use else "")
    _, errors = converted(tmp_path, {"lib.py": lib, "main.py": main})
    if when == "early":
        assert not errors
        assert_equal(tmp_path, "main.py", session)
    else:
        name = read.replace('"', "'")
        assert any(f"`{name}`" in one and "gets another value" in one for one in errors), errors
