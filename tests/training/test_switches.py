"""Branches on settings: they stay where they can; else it is said that one side is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, of_file
from transpiler.options import Options
from transpiler.pipeline import convert

SETTINGS = {
    "a class": ("class CFG:\n    debug = False\n    opt = 'adam'\n", "CFG.debug", "CFG.opt"),
    "a dict": ("CFG = {'debug': False, 'opt': 'adam'}\n", "CFG['debug']", "CFG['opt']"),
    "names": ("DEBUG = False\nOPT = 'adam'\n", "DEBUG", "OPT"),
}
PROGRAM = """\
import numpy as np
from tensorflow import keras

{settings}

x = np.random.RandomState(0).rand(24, 4)
y = x.sum(1)
if {debug}:
    x, y = x[:8], y[:8]
    print("few")
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
if {debug}:
    model.summary()
    model.load_weights("old.weights.h5")
model.fit(x, y)
"""


@pytest.mark.parametrize("kind", SETTINGS)
def test_what_only_asks_a_model_stays(kind: str) -> None:
    settings, debug, _ = SETTINGS[kind]
    text = converted(PROGRAM.format(settings=settings, debug=debug), Options(exact=True))
    assert f'if {debug}:\n    x, y = x[:8], y[:8]\n    print("few")\n' in text
    assert f"if {debug}:\n    print(model)\n    model.load_state_dict(" in text


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize(
    "branch",
    [
        "if {test}:\n    model.compile('adam', 'mse')\nelse:\n    model.compile('sgd', 'mae')\n",
        "def optimizer():\n    if {test}:\n        return keras.optimizers.Adam()\n"
        "    return keras.optimizers.SGD()\n\n\nmodel.compile(optimizer(), 'mse')\n",
        "model.compile(keras.optimizers.Adam() if {test} else keras.optimizers.SGD(), 'mse')\n",
    ],
    ids=["statements", "a function", "an expression"],
)
def test_what_is_gone_is_said(kind: str, branch: str, tmp_path: Path) -> None:
    settings, debug, opt = SETTINGS[kind]
    test = f"{opt} == 'adam'"
    program = PROGRAM.format(settings=settings, debug=debug).replace(
        'model.compile("sgd", "mse")\n', branch.format(test=test)
    )
    found = convert(program, Options(exact=True))
    assert "torch.optim.SGD" not in found.text
    switch = f"`if {test} else`" if " else keras" in branch else f"`if {test}`"
    said = [one.message for one in found.diagnostics if "was decided by" in one.message]
    assert any(message.startswith(switch) for message in said), said


def test_what_a_builder_leaves_out_is_said(tmp_path: Path) -> None:
    program = (
        "from tensorflow import keras\n\n\nclass CFG:\n    norm = False\n\n\ndef build():\n"
        "    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])\n"
        "    if CFG.norm:\n        model.add(keras.layers.BatchNormalization())\n"
        "    return model\n\n\nmodel = build()\n"
    )
    _, errors, said = of_file(program, tmp_path)
    assert not errors
    assert any("`if CFG.norm` was decided by the value of CFG" in one for one in said), said
