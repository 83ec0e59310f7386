"""How many weights a model has that nests one of another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

NETS = """\
from tensorflow.keras import Input, Model, Sequential, layers


def trunk():
    inputs = Input((5,))
    return Model(inputs, {made})
"""
FROZEN = "layers.Dense(4, trainable=False)(inputs)"
NORMS = "layers.BatchNormalization()(layers.Dense(4)(inputs))"
BUILDER = """\
def build():
    base = trunk()
    inputs = Input((5,))
    return Model(inputs, layers.Dense(1)(base(inputs)))


model = build()
"""
WAYS = {
    "nested": "base = trunk()\ninputs = Input((5,))\n"
    "model = Model(inputs, layers.Dense(1)(base(inputs)))\n",
    "sequential": "base = trunk()\nmodel = Sequential([base, layers.Dense(1)])\n",
    "builder": BUILDER,
    "given": BUILDER.replace("    base = trunk()\n", "").replace("build():", "build(base):")
    .replace("build()", "build(trunk())"),
}  # fmt: skip
MAIN = """\
import numpy as np
from tensorflow.keras import Input, Model, Sequential, layers
from nets import trunk

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40)
{made}
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=1, batch_size=10, shuffle=False, verbose=0)
loss = history.history["loss"]
trained, still = len(model.trainable_weights), len(model.non_trainable_weights)
numbers = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
every, counted = len(model.weights), model.count_params()
"""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("made", [FROZEN, NORMS])
def test_what_another_file_freezes_is_not_counted(
    made: str, way: str, tmp_path: Path, session: VerifySession
) -> None:
    files = {"nets.py": NETS.format(made=made), "main.py": MAIN.format(made=WAYS[way])}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert ("w.requires_grad" in texts["main.py"]) is (made == FROZEN)
    assert_alike(tmp_path, session)


def test_what_another_file_freezes_later_is_refused(tmp_path: Path) -> None:
    nets = NETS.format(made="layers.Dense(4)(inputs)").replace("return Model", "made = Model")
    nets += "    made.trainable = False\n    return made\n"
    main = MAIN.format(made=WAYS["nested"])
    texts, errors = converted(tmp_path, {"nets.py": nets, "main.py": main})
    assert len(errors) == 3
    assert all("trainable_weights`" in error or "n_trainable" in error for error in errors)
    assert "every, counted = len(list(model.parameters()))" in texts["main.py"]
