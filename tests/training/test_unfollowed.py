"""Files without a word of the framework that ask models which nobody sees them get."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.options import Options
from transpiler.pipeline import convert

TRAINER = """\
import hooks
from tensorflow import keras


class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def train(self, x, y):
        self.model.fit(x, y, epochs=1)
        for hook in hooks.HOOKS.values():
            hook(self)
"""
HOOKS = """\
HOOKS = {{}}


def register(hook):
    HOOKS[hook.__name__] = hook
    return hook


@register
def record(trainer):
    return {asked}
"""


def said(folder: Path, trainer: str, hooks: str) -> list[str]:
    """What is said of the hooks, with the lines."""
    (folder / ".git").mkdir()
    (folder / "trainer.py").write_text(trainer, encoding="utf-8")
    path = folder / "hooks.py"
    path.write_text(hooks, encoding="utf-8")
    made = convert(hooks, Options(), str(path))
    assert made.text == hooks
    return [f"{d.line}: {d.message}" for d in made.diagnostics]


@pytest.mark.parametrize(
    "asked",
    [
        "trainer.model.get_weights",
        "trainer.model.optimizer.learning_rate",
        "trainer.model.predict",
        "trainer.model.layers",
        "trainer.stop_training",
    ],
)
def test_what_is_asked_as_of_models_is_said(asked: str, tmp_path: Path) -> None:
    (found,) = said(tmp_path, TRAINER, HOOKS.format(asked=asked))
    assert found.startswith(f"11: `{asked}` is left as it is: perhaps of a model")


@pytest.mark.parametrize(
    ("trainer", "hooks"),
    [
        (TRAINER, HOOKS.format(asked="trainer.history")),
        (TRAINER, HOOKS.format(asked="trainer.predict")),
        (TRAINER, "import torch\n\n" + HOOKS.format(asked="trainer.model.get_weights")),
        (TRAINER, "import sklearn\n\n" + HOOKS.format(asked="trainer.model.predict")),
        ("import hooks\n", HOOKS.format(asked="trainer.model.get_weights")),
        (
            TRAINER + "\n    def get_weights(self):\n        return [0.0]\n",
            HOOKS.format(asked="trainer.get_weights"),
        ),
    ],
)
def test_what_others_have_is_not(trainer: str, hooks: str, tmp_path: Path) -> None:
    assert said(tmp_path, trainer, hooks) == []


def test_what_is_converted_there_is_not_said(tmp_path: Path) -> None:
    hooks = "def record(model):\n    return model.get_weights()\n"
    trainer = TRAINER.replace(
        "for hook in hooks.HOOKS.values():\n            hook(self)", "hooks.record(self.model)"
    )
    results, errors = converted(tmp_path, {"trainer.py": trainer, "hooks.py": hooks})
    assert not errors
    assert "return [to_array(model.dense.weight.T)" in results["hooks.py"]
    path = tmp_path / "before" / "hooks.py"
    assert convert(hooks, Options(), str(path)).diagnostics == ()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("a.model, b.model = b.model, a.model", ["`a.model` gets perhaps another model", "`b."]),
        ("a.history = b.history", []),
        ("a.models = b", []),
    ],
)
def test_objects_that_get_other_models(body: str, found: list[str], tmp_path: Path) -> None:
    told = said(tmp_path, TRAINER, f"HOOKS = {{}}\n\n\ndef swap(a, b):\n    {body}\n")
    assert [one[3:][: len(begin)] for one, begin in zip(told, found, strict=True)] == found


def test_an_object_that_is_called(tmp_path: Path) -> None:
    lift = "class Lift:\n    def __call__(self, model, x):\n        return model.predict(x).max()\n"
    main = TRAINER.replace("import hooks", "from lift import Lift").replace(
        "for hook in hooks.HOOKS.values():\n            hook(self)", "print(Lift()(self.model, x))"
    )
    _, errors = converted(tmp_path, {"main.py": main, "lift.py": lift})
    assert any("it has `model.predict`" in error for error in errors), errors


NET = """\
from tensorflow import keras


class Net:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")
"""
WRAPPER = """\
from lib.{folder}.net import Net


class Wrapper:
    def __init__(self):
        self.net = Net()

    def train(self, x, y):
        self.net.model.fit(x, y, epochs=2)
"""


@pytest.mark.parametrize("folder", ["nets", "keras", "tensorflow_nets"])
@pytest.mark.parametrize("above", ["", "# as keras does\n", '"""Nets of tensorflow."""\n'])
def test_a_word_of_the_framework_is_no_import(above: str, folder: str, tmp_path: Path) -> None:
    wrapper = above + WRAPPER.format(folder=folder)
    files = {f"lib/{folder}/net.py": NET, f"lib/{folder}/wrapper.py": wrapper}
    files["main.py"] = f"from lib.{folder}.wrapper import Wrapper\n\nwrapper = Wrapper()\n"
    texts, errors = converted(tmp_path, files)
    assert errors or ".fit(" not in texts[f"lib/{folder}/wrapper.py"], texts
