"""Dicts and lists of builders of another file: what is looked up in them is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import read_program

MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build_small(units=4):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(units), layers.Dense(1)])
{compiled}    return model


def build_deep(units=5, depth=2):
    inputs = keras.Input((6,))
    x = inputs
    for _ in range(depth):
        x = layers.Dense(units, activation="tanh")(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
{compiled}    return model
"""
TABLE = '\n\nBUILDERS = {"small": build_small, "deep": build_deep}\n'
TRAIN = """\
import numpy as np
{imports}

x = np.random.RandomState(0).rand(24, 6)
y = x.sum(1)
{before}
model = {builder}
{compiled}model.fit(x, y, epochs=2, shuffle=False, verbose=0)
result = model.evaluate(x, y, verbose=0)
"""
COMPILE = 'model.compile("adam", "mse")\n'
NAMED = 'name = ["small", "deep"][len(x) % 2]'
WAYS = {
    "known": ("from models import BUILDERS", "", 'BUILDERS["deep"](depth=1)', COMPILE),
    "by the module": ("import models", NAMED, "models.BUILDERS[name](units=3)", COMPILE),
    "compiled there": ("from models import BUILDERS", NAMED, "BUILDERS[name]()", ""),
}


def project(way: str, package: bool = False) -> dict[str, str]:
    imports, before, builder, compiled = WAYS[way]
    models = MODELS.format(compiled="" if compiled else f"    {COMPILE}")
    train = TRAIN.format(imports=imports, before=before, builder=builder, compiled=compiled)
    if not package:
        return {"models.py": models + TABLE, "train.py": train}
    table = f"from .nets import build_deep, build_small{TABLE}"
    return {"models/nets.py": models, "models/__init__.py": table, "train.py": train}


@pytest.mark.parametrize(
    ("way", "package"), [*((way, False) for way in WAYS), ("compiled there", True)]
)
def test_trains_what_is_looked_up(
    way: str, package: bool, tmp_path: Path, session: VerifySession
) -> None:
    texts, errors = converted(tmp_path, project(way, package))
    assert not errors
    assert 'BUILDERS = {"small": build_small, "deep": build_deep}' in "".join(texts.values())
    before = read_program(tmp_path / "before" / "train.py")
    after = read_program(tmp_path / "after" / "train.py")
    trained = session.ask("keras3", TrainingRequest(before, whole=True))
    replay = session.ask("torch", TrainingRequest(after, whole=True, trained=trained))
    assert not replay.reason, replay.reason
    names = trained.values.keys() & replay.values.keys()
    assert "result" in names
    far = {n: apart(trained.values[n], replay.values[n]) for n in names} | replay.differences
    assert max(far.values()) < 1e-9, far


LISTS = {
    "pairs": ('[("small", build_small), ("deep", build_deep)]', "name, build"),
    "functions": ("[build_small, build_deep]", "build"),
}
IN_TURN = """\
import numpy as np
from models import BUILDERS

x = np.random.RandomState(0).rand(24, 6)
y = x.sum(1)
scores = []
{changed}for {target} in BUILDERS:
    model = build(3)
    model.compile("adam", "mse")
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    scores.append(model.evaluate(x, y, verbose=0))
result = np.array(scores)
"""


def listed(way: str, changed: str = "") -> dict[str, str]:
    table, target = LISTS[way]
    models = MODELS.format(compiled="") + f"\n\nBUILDERS = {table}\n"
    return {"models.py": models, "train.py": IN_TURN.format(target=target, changed=changed)}


@pytest.mark.parametrize("way", LISTS)
def test_trains_what_a_list_has_in_turn(way: str, tmp_path: Path, session: VerifySession) -> None:
    assert not converted(tmp_path, listed(way))[1]
    before = read_program(tmp_path / "before" / "train.py")
    after = read_program(tmp_path / "after" / "train.py")
    trained = session.ask("keras3", TrainingRequest(before, whole=True))
    replay = session.ask("torch", TrainingRequest(after, whole=True, trained=trained))
    assert not replay.reason, replay.reason
    assert apart(trained.values["result"], replay.values["result"]) < 1e-9


@pytest.mark.parametrize("way", LISTS)
@pytest.mark.parametrize("changed", ["BUILDERS.reverse()", "BUILDERS[0] = BUILDERS[1]"])
def test_lists_that_change_are_said(changed: str, way: str, tmp_path: Path) -> None:
    _, errors = converted(tmp_path, listed(way, f"{changed}\n"))
    assert any("which model that is, is not known" in error for error in errors), errors


CHANGES = {
    "set here": ("train.py", 'BUILDERS["small"] = BUILDERS["deep"]'),
    "changed here": ("train.py", 'BUILDERS.update(small=BUILDERS["deep"])'),
    "by another name": ("train.py", 'table = BUILDERS\ntable["small"] = table["deep"]'),
    "at home": ("models.py", 'def swap():\n    BUILDERS["small"] = build_deep'),
    "elsewhere": ("more.py", 'from models import BUILDERS\n\nBUILDERS.pop("small")'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_tables_that_change_are_said(change: str, tmp_path: Path) -> None:
    name, text = CHANGES[change]
    files = project("compiled there")
    held = files.get(name, "")
    files[name] = held.replace("\nname =", f"\n{text}\nname =") if "train" in name else held + text
    _, errors = converted(tmp_path, files)
    assert any("which model that is, is not known" in error for error in errors), errors


def test_dicts_of_blocks_are_still_said(tmp_path: Path) -> None:
    blocks = (
        "from tensorflow.keras import layers\n\n\ndef dense(x):\n"
        '    return layers.Dense(4)(x)\n\n\nBLOCKS = {"dense": dense}\n'
    )
    train = TRAIN.format(
        imports="from tensorflow import keras\nfrom blocks import BLOCKS",
        before="inputs = keras.Input((6,))",
        builder='keras.Model(inputs, BLOCKS["dense"](inputs))',
        compiled=COMPILE,
    )
    _, errors = converted(tmp_path, {"blocks.py": blocks, "train.py": train})
    assert any("`BLOCKS` stays" in error for error in errors), errors


PLAIN = """\
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense

SEEN = {}


def double(x):
    return 2 * x


STEPS = {"double": double}


def make_net(size):
    inputs = Input((size,))
    return Model(inputs, Dense(1)(inputs))


BUILDERS = {"net": make_net}
"""


@pytest.mark.parametrize(
    "main",
    [
        "from nets import BUILDERS, SEEN, STEPS, make_net\n\nnet = make_net(3)\n",
        "from nets import *\n\nSEEN['a'] = STEPS['double'](2)\n",
        "import nets\n",
    ],
)
def test_dicts_without_parts_of_the_framework_stay(main: str, tmp_path: Path) -> None:
    texts, errors = converted(tmp_path, {"nets.py": PLAIN, "main.py": main})
    assert not errors
    for line in ("SEEN = {}", 'STEPS = {"double": double}', 'BUILDERS = {"net": make_net}'):
        assert f"\n{line}\n" in texts["nets.py"]
