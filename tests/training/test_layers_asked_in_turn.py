"""Layers that loops ask a model for by name, and those that loops make with such names."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.layers_asked_in_turn import layers_asked_in_turn

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))
NAMES = ("hidden_0", "hidden_1")

inputs = keras.Input((5,))
hidden = inputs
{made}
model = keras.Model(inputs, layers.Dense(1, name="last")(hidden))
{asked}
model.compile("adam", "mse")
losses = model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0).history["loss"]
{after}
"""
ONE_BY_ONE = """\
hidden = layers.Dense(4, activation="tanh", name="hidden_0")(hidden)
hidden = layers.Dense(3, activation="tanh", name="hidden_1")(hidden)"""
IN_A_LOOP = """\
for number, units in enumerate([4, 3]):
    # wide, then narrow
    hidden = layers.Dense(units, name={})(hidden)
    hidden = layers.Activation("tanh")(hidden)"""
FREEZE = """\
for name in NAMES:
    layer = model.get_layer(name)
    layer.trainable = False
    print(name, "is frozen")"""
WEIGHTS = """\
norms = {}
for name in ["hidden_1", "last"]:
    kernel, bias = model.get_layer(name).get_weights()
    norms[name] = np.abs(kernel).sum()
means = [float(model.get_layer("hidden_" + str(n)).get_weights()[0].mean()) for n in range(2)]"""
NUMBERED = """\
for k in range(0, 2):
    model.get_layer({}).trainable = False"""


@pytest.mark.parametrize(
    ("made", "asked", "after", "wanted"),
    [
        (ONE_BY_ONE, FREEZE, "", 'print("hidden_1", "is frozen")'),
        (ONE_BY_ONE, "", WEIGHTS, 'norms["last"] = '),
        (IN_A_LOOP.format('f"hidden_{number}"'), FREEZE, WEIGHTS, "self.hidden_1 = "),
        (IN_A_LOOP.format('"hidden_%d" % number'), NUMBERED.format('"hidden_{}".format(k)'), "",
         "self.hidden_1 = nn.Linear(4, 3).requires_grad_(False)"),
        (IN_A_LOOP.format('"hidden_" + str(number)'), NUMBERED.format('name=f"hidden_{k}"'),
         'kernel = model.get_layer("hidden_0").get_weights()[0]', "# wide, then narrow"),
    ],
)  # fmt: skip
def test_each_by_itself(made: str, asked: str, after: str, wanted: str, scripts: Scripts) -> None:
    text = PROGRAM.format(made=made, asked=asked, after=after)
    emitted = converted(text, Options(exact=True))
    assert wanted in emitted
    assert "get_layer" not in emitted
    apart = scripts.compare(text, emitted)
    assert max(apart.values()) < 1e-9, apart


LOOP = """\
for name in ["a", "b"]:
    model.get_layer(name).trainable = False
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["a", "b"]', "names"),
        ('["a", "b"]', '["a", other]'),
        ("trainable = False", "trainable = False\n    if name == 'a': break"),
        ("trainable = False\n", "trainable = False\nprint(name)\n"),
        ("trainable = False\n", "trainable = False\ndef told():\n    return name\n"),
        ("trainable = False", "trainable = False\n    name = 'c'"),
        ("trainable = False", "trainable = False\n    kept.append(lambda: name)"),
        ("trainable = False\n", "trainable = False\nelse:\n    print()\n"),
        ("get_layer(name)", "get_layer('a')"),
        ("get_layer(name)", "get_layer(NAMES[name])"),
        ("get_layer(name)", "get_layer('%s%%' % name)"),
        ('["a", "b"]', str([*"abcdefghijklmn"])),
    ],
)  # fmt: skip
def test_loops_that_stay(old: str, new: str) -> None:
    assert layers_asked_in_turn(LOOP) is not None
    assert old in LOOP
    assert layers_asked_in_turn(LOOP.replace(old, new)) is None


def test_a_variable_of_several_loops() -> None:
    found = layers_asked_in_turn(LOOP + "for name in others:\n    print(name)\n")
    assert found is not None
    assert found.text.startswith(
        'model.get_layer("a").trainable = False\nmodel.get_layer("b").trainable = False\nfor name'
    )


def test_outputs_by_computed_names() -> None:
    listed = layers_asked_in_turn("outs = [m.get_layer(f'a_{k}').output for k in range(2)]\n")
    assert listed is not None
    assert listed.text == 'outs = [m.get_layer("a_0").output, m.get_layer("a_1").output]\n'
    assert layers_asked_in_turn("outs = [m.get_layer(k).output for k in ['a', 'b']]\n") is None


def test_layers_that_nobody_asks_for_stay_in_their_loop() -> None:
    made = "for k in range(2):\n    x = Dense(3, name=f'{}_{{k}}')(x)\n"
    found = layers_asked_in_turn(made.format("c") + made.format("a") + "m.get_layer('a_1')\n")
    assert found is not None
    assert "name=f'c_{k}'" in found.text
    assert 'name="a_1"' in found.text
