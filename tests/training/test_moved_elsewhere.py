"""Models that other files build and compile: they are moved to the device where they are given."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
from pathlib import Path

import pytest

from tests.training.pretended_gpu import pretended_gpu
from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

NET = """\
from tensorflow import keras


def build(n):
    inputs = keras.Input((n,))
    hidden = keras.layers.Dense(4, activation="relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(hidden))


def ready(model, rate=1e-2):
    model.compile(keras.optimizers.SGD(rate), loss="mse")
    return model
"""
HEAD = """\
import numpy as np
{imports}

x, y = np.random.RandomState(1).rand(20, 3), np.ones((20, 1))
"""
FIT = "model.fit(x, y, batch_size=10, epochs=2, shuffle=False)\n"
PROGRAMS = {
    "at once": (
        "from net import build, ready",
        f"model = ready(build(3), rate=0.1)\n{FIT}",
        "model = build(3).to(device)\n",
    ),
    "modules": (
        "import net",
        f"model = net.ready(net.build(3))\n{FIT}",
        "model = net.build(3).to(device)\n",
    ),
    "by name": (
        "from net import build, ready",
        f"first = build(3)\nmodel = ready(first)\n{FIT}",
        "first = build(3).to(device)\n",
    ),
    "function": (
        "from net import build, ready",
        f"def run(rate):\n    model = ready(build(3), rate)\n    {FIT}    return model\n\n\n"
        "model = run(0.1)\nmodel.predict(x)\n",
        "    model = build(3).to(device)\n",
    ),
    "object": (
        "from net import build, ready",
        "class Trainer:\n    def __init__(self):\n        self.model = ready(build(3))\n\n"
        f"    def fit(self, x, y):\n        return self.{FIT}\n\n"
        "trainer = Trainer()\ntrainer.fit(x, y)\n",
        "        self.model = build(3).to(device)\n",
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_model_is_moved_that_another_file_compiles(
    program: str, tmp_path: Path, session: VerifySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports, body, moved = PROGRAMS[program]
    train = f"{HEAD.format(imports=imports)}{body}"
    texts, errors = converted(tmp_path, {"net.py": NET, "train.py": train})
    assert not errors
    assert moved in texts["train.py"]
    if program not in ("object", "by name"):
        assert_equal(tmp_path, "train.py", session)
    monkeypatch.syspath_prepend(str(tmp_path / "after"))
    with contextlib.redirect_stdout(io.StringIO()), pretended_gpu() as gpu:
        try:
            runpy.run_path(str(tmp_path / "after" / "train.py"))
        finally:
            sys.modules.pop("net", None)
    assert gpu.steps == 4
