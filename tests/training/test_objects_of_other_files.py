"""Objects that keep objects of classes of other files, which make and compile models."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import read_program

NET = """\
from tensorflow import keras


class Net:
    def __init__(self, size, rate=0.01):
        inputs = keras.Input((size,))
        self.model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
        self.model.compile(keras.optimizers.Adam(rate), "mse")
"""
WRAPPER = """\
import numpy as np

from {module} import Net

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


class Wrapper:
    def __init__(self, rate=0.01):
        self.net = Net(6, rate)

    def train(self, epochs=2):
        fitted = self.net.model.fit(x, y, epochs=epochs, shuffle=False, verbose=0)
        return fitted.history

    def predict(self):
        return self.net.model.predict(x, verbose=0)
{more}

"""
USES = {
    "one": "wrapper = Wrapper()\nhistory = wrapper.train()\nresult = wrapper.predict()\n",
    "two": "first, second = Wrapper(0.1), Wrapper()\nhistory = first.train()\n"
    "more = second.train()\nhistory = first.train()\nresult = second.predict()\n",
    "in turn": "losses = []\nfor rate in (0.1, 0.01):\n    wrapper = Wrapper(rate)\n"
    "    losses += wrapper.train()['loss']\nresult = np.array(losses)\n",
    "inside of another": "class Agent:\n    def __init__(self):\n        self.inner = Wrapper()\n\n"
    "    def run(self):\n        return self.inner.train()\n\n\nagent = Agent()\n"
    "history = agent.run()\nresult = agent.inner.net.model.predict(x, verbose=0)\n",
    "besides": "wrapper, net = Wrapper(), Net(6, 0.1)\nhistory = wrapper.train()\n"
    "net.model.fit(x, y, shuffle=False, verbose=0)\nhistory = wrapper.train()\n"
    "result = net.model.predict(x, verbose=0)\n",
}


def project(use: str, more: str = "", package: bool = False) -> dict[str, str]:
    module = ".net" if package else "net"
    wrapper = WRAPPER.format(module=module, more=more)
    if not package:
        return {"net.py": NET, "main.py": wrapper + use}
    main = f"import numpy as np\n\nfrom nets.wrapper import Wrapper, x, y\n\n{use}"
    return {"nets/net.py": NET, "nets/wrapper.py": wrapper, "nets/__init__.py": "", "main.py": main}


def test_they_may_be_in_a_package(tmp_path: Path) -> None:
    texts, errors = converted(tmp_path, project(USES["one"], package=True))
    assert not errors
    assert "self.net.optimizer" in texts["nets/wrapper.py"]


@pytest.mark.parametrize("use", USES)
def test_their_models_are_trained(use: str, tmp_path: Path, session: VerifySession) -> None:
    texts, errors = converted(tmp_path, project(USES[use]))
    assert not errors
    assert "self.net.optimizer" in "".join(texts.values())
    before = read_program(tmp_path / "before" / "main.py")
    after = read_program(tmp_path / "after" / "main.py")
    trained = session.ask("keras3", TrainingRequest(before, whole=True))
    replay = session.ask("torch", TrainingRequest(after, whole=True, trained=trained))
    assert not replay.reason, replay.reason
    names = trained.values.keys() & replay.values.keys()
    assert {"result", "history"} & names
    far = {n: apart(trained.values[n], replay.values[n]) for n in names} | replay.differences
    assert max(far.values()) < 1e-9, far


CHANGED = {
    "from outside": ("", "wrapper = Wrapper()\nwrapper.net = Net(6, 0.1)\nwrapper.train()\n"),
    "by a method": (
        "\n    def reset(self):\n        self.net = Net(6, 0.1)\n",
        "wrapper = Wrapper()\nwrapper.reset()\nwrapper.train()\n",
    ),
    "compiled again": (
        '\n    def again(self):\n        self.net.model.compile("sgd", "mae")\n',
        "wrapper = Wrapper()\nwrapper.train()\nwrapper.again()\nwrapper.train()\n",
    ),
}


@pytest.mark.parametrize("way", CHANGED)
def test_what_changes_is_said(way: str, tmp_path: Path) -> None:
    more, use = CHANGED[way]
    _, errors = converted(tmp_path, project(use, more))
    assert any("is left as it is" in error for error in errors), errors
