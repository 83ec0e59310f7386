"""Loops that say layer by layer what is trainable: by its name, its place, its kind."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(64, 6).astype("float32")
y = np.random.RandomState(1).rand(64, 1).astype("float32")
"""
SEQUENTIAL = """\
base = keras.Sequential([
    keras.Input((6,)), layers.Dense(5, name="block1"), layers.Dense(4, name="block2"),
    layers.Activation("tanh"), layers.Dense(3),
])
"""
CHAIN = """\
first = keras.Input((6,))
h = layers.Dense(5, name="block1")(first)
h = layers.Activation("tanh")(layers.Dense(4, name="block2")(h))
base = keras.Model(first, layers.Dense(3)(h))
"""
GIVEN = f"""\
def make_base():
{"".join(f"    {line}" for line in CHAIN.splitlines(True))}    return base


base = make_base()
"""
BASES = {"sequential": SEQUENTIAL, "chain": CHAIN, "given": GIVEN}
MODEL = """\
inputs = keras.Input((6,))
model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
"""
COMPILE = 'model.compile(keras.optimizers.SGD(0.1, momentum=0.5), "mse")\n'
FIT = "history = model.fit(x, y, epochs=2, verbose=0)\n"
FLAG = """\
# thaw the upper part
set_trainable = False
for layer in base.layers:
    # from here on
    if layer.name == "block2":
        set_trainable = True
    if set_trainable:
        layer.trainable = True
    else:
        layer.trainable = False
"""
LOOPS = {
    "flag": FLAG,
    "names": """\
for layer in base.layers:
    if layer.name in ("block1", "other"):
        layer.trainable = False
    else:
        layer.trainable = True
""",
    "start": """\
for layer in base.layers:
    layer.trainable = not layer.name.startswith("block1")
""",
    "part": """\
for layer in base.layers:
    if "block" in layer.name and "1" in layer.name:
        layer.trainable = False
""",
    "number": """\
for number, layer in enumerate(base.layers):
    layer.trainable = number >= {}
""",
    "kind": """\
for layer in base.layers[:2]:
    if isinstance(layer, layers.Dense) and layer.name != "block2":
        layer.trainable = False
""",
    "break": """\
for layer in base.layers:
    if layer.name == "block2":
        break
    layer.trainable = False
""",
    "continue": """\
for layer in base.layers:
    if layer.name != "block1":
        continue
    layer.trainable = False
""",
}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("loop", LOOPS)
def test_layers_are_frozen_one_by_one(loop: str, base: str, scripts: Scripts) -> None:
    told = LOOPS[loop].replace("{}", "1" if base == "sequential" else "2")
    later = f"base.trainable = False\n{COMPILE}{FIT}base.trainable = True\n{told}{COMPILE}{FIT}"
    text = f"{HEAD}{BASES[base]}{MODEL}{later}"
    result = converted(text)
    assert "base.block1.requires_grad_(False)\n" in result
    assert "set_trainable" not in result
    assert result.count("# ") == text.count("# ")
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart
    assert any("weight" in name for name in apart)


@pytest.mark.parametrize("base", ["sequential", "chain"])
def test_they_are_made_so_before_anything_trains(base: str, scripts: Scripts) -> None:
    text = f"{HEAD}{BASES[base]}base.trainable = True\n{FLAG}{MODEL}{COMPILE}{FIT}"
    result = converted(text)
    assert "self.block1 = nn.Linear(6, 5).requires_grad_(False)" in result
    assert result.count("requires_grad_") == 1
    assert "set_trainable" not in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


NORMS = """\
model = keras.Sequential([
    keras.Input((6,)), layers.Dense(5, name="block1"), layers.BatchNormalization(),
    layers.Dense(4), layers.Dense(1),
])
"""


def test_what_normalizes_is_told_apart(scripts: Scripts) -> None:
    loops = [
        "for layer in model.layers:\n    if layer.name.startswith('block1'):\n"
        "        layer.trainable = False\n",
        "for layer in model.layers:\n    if isinstance(layer, layers.BatchNormalization):\n"
        "        layer.trainable = False\n    else:\n        layer.trainable = True\n",
    ]
    rest = "".join(f"{loop}{COMPILE}{FIT}" for loop in loops)
    text = f"{HEAD}{NORMS}{COMPILE}{FIT}{rest}"
    result = converted(text, Options(exact=True))
    assert "for layer in (model.block1, model.dense, model.dense_1):\n" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "loop",
    [
        FLAG.replace("block2", "dense"),  # Keras may call it so, or `dense_1`
        f"{FLAG}print(set_trainable)\n",
        FLAG.replace("        set_trainable = True", "        set_trainable = bool(input())"),
        "for layer in base.layers:\n    if layer.name.endswith('1'):\n"
        "        layer.trainable = False\n",
        "for layer in base.layers:\n    if isinstance(layer, layers.Layer):\n"
        "        layer.trainable = False\n",
    ],
)
def test_what_is_not_certain_is_refused(loop: str) -> None:
    text = f"{HEAD}{SEQUENTIAL}{loop}{MODEL}{COMPILE}{FIT}"
    made = convert(text)
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)
    assert "requires_grad_" not in made.text
