"""Metrics that a program keeps in a config: the strings of its one list of that name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

CONFIG = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
CONFIG = {"rate": 0.1, "loss": "mse", "metrics": ["mae"]}


class Settings:
    metrics = ["mae"]


def build(config, settings, metrics=None):
    if metrics is None:
        metrics = ["mae"]
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    rate = keras.optimizers.SGD(config["rate"])
    model.compile(optimizer=rate, loss=config["loss"], metrics=WANTED)
    return model


model = build(CONFIG, Settings())
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
WAYS = ['config["metrics"]', 'config.get("metrics")', "settings.metrics", "metrics"]


@pytest.mark.parametrize("way", WAYS[:1] + WAYS[2:])
def test_its_one_list_is_taken(way: str, scripts: Scripts) -> None:
    text = CONFIG.replace("WANTED", way)
    result = convert(text)
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    said = [d.message for d in result.diagnostics if d.severity is Severity.WARNING]
    assert any("has no other list of that name" in message for message in said)
    apart = scripts.compare(text, result.text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


FILLED = '    if metrics is None:\n        metrics = ["mae"]\n'
INSTEAD = [
    ('    metrics = metrics or ["mae"]\n', "metrics"),
    ('    metrics = ["mae"] if metrics is None else metrics\n', "metrics"),
    ("", 'metrics or ["mae"]'),
]


@pytest.mark.parametrize(("filled", "way"), INSTEAD)
def test_what_stands_for_nothing_is_such_a_list(filled: str, way: str, scripts: Scripts) -> None:
    text = CONFIG.replace(FILLED, filled).replace("WANTED", way)
    result = convert(text)
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert max(scripts.compare(text, result.text).values()) < 1e-9


@pytest.mark.parametrize(("filled", "way"), INSTEAD)
def test_another_list_may_stand_for_nothing(filled: str, way: str) -> None:
    text = CONFIG.replace(FILLED, filled).replace("WANTED", way)
    text = text.replace("build(CONFIG, Settings())", 'build(CONFIG, Settings(), metrics=["mape"])')
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "more",
    [
        'CONFIG["metrics"] = Settings.metrics = ["mse", "mae"]\nmetrics = ["acc"]',
        "CONFIG['metrics'].append('mse')\nSettings.metrics.append('mse')\nmetrics += ['mse']",
        "CONFIG.update(metrics=read())\nSettings.metrics = read()\nmetrics = read()",
    ],
)
def test_one_of_several_is_refused(way: str, more: str) -> None:
    text = CONFIG.replace("WANTED", way).replace("\nmodel = build", f"\n{more}\nmodel = build")
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('        metrics = ["mae"]', "        pass"),  # then there are none
        ("build(CONFIG, Settings())", 'build(CONFIG, Settings(), ["mape"])'),
        ("\nmodel = build", '\nparser.add_argument("--metrics")\nmodel = build'),
    ],
)
def test_a_variable_may_get_another_list(old: str, new: str) -> None:
    text = CONFIG.replace("WANTED", "metrics").replace(old, new)
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


CHANGED = {
    "a function that is given it": "names = ['mae']\ndef add(l):\n    l.append('mse')\nadd(names)",
    "a key in a variable": (
        "config = {'metrics': ['mae']}\nfor k in ['metrics']:\n    config[k] = ['mse']"
    ),
    "a class by place": (
        "from typing import NamedTuple\nclass Config(NamedTuple):\n    lr: float = 0.1\n"
        "    metrics: list = ['mae']\nconfig = Config(0.1, ['mse'])"
    ),
    "another name of a function": (
        "def build(lr, metrics=['mae']):\n    model.compile('sgd', 'mse', metrics=metrics)\n"
        "make = build\nmake(0.1, ['mse'])"
    ),
}
READ = {
    "a function that is given it": "names",
    "a key in a variable": "config['metrics']",
    "a class by place": "config.metrics",
}


@pytest.mark.parametrize("how", CHANGED)
def test_a_list_that_something_else_changes_is_not_taken_for_the_one(how: str) -> None:
    compiled = f"model.compile('sgd', 'mse', metrics={READ[how]})\n" if how in READ else ""
    found = convert(
        "import numpy as np\nfrom tensorflow import keras\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
        f"{CHANGED[how]}\n{compiled}model.fit(np.ones((8, 4)), np.ones(8))\n"
    ).diagnostics
    assert any(d.severity is Severity.ERROR and "`compile` is left" in d.message for d in found)


CLASS = """\
class Net:
    def __init__(self, n, optimizer="adam", metrics=None):
        if metrics is None:
            metrics = ["mae"]
        self.model = keras.Sequential([keras.Input((n,)), keras.layers.Dense(1)])
        self.model.compile(optimizer=optimizer, loss="mse", metrics=metrics)


first, second = Net(6), CALL
history = second.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""


@pytest.mark.parametrize("call", ['Net(6, "sgd", names)', 'Net(6, metrics=["mae", *names])'])
def test_an_object_may_get_another_one(call: str) -> None:
    head = CONFIG.partition("CONFIG = ")[0]
    said = convert(f"{head}names = read()\n{CLASS.replace('CALL', call)}").diagnostics
    assert any(d.severity is Severity.ERROR for d in said)


def test_a_call_may_give_none(tmp_path: Path) -> None:
    head, replaced = CONFIG.partition("CONFIG = ")[0], "        if metrics is None:\n"
    kept = CLASS.replace(f'{replaced}            metrics = ["mae"]\n', "")
    program = head + kept.replace("CALL", 'Net(6, metrics=["mae"])')
    (tmp_path / ".git").mkdir()
    (tmp_path / "train.py").write_text(program)
    said = convert(program, path=str(tmp_path / "train.py")).diagnostics
    assert any(d.severity is Severity.ERROR for d in said)


BASE = """\
from tensorflow import keras


def train(x, y, settings, metrics=None):
    if metrics is None:
        metrics = ["mae"]
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=WANTED)
    return model.fit(x, y, epochs=2, verbose=0).history


DEFAULT = {"metrics": ["mae"]}
"""


@pytest.mark.parametrize(
    ("wanted", "call", "alike"),
    [
        ("metrics", "train(x, y, {}, names)", "train(x, y, {})"),
        ("metrics", "train(x, y, {}, metrics=names)", 'train(x, y, {}, metrics=["mae"])'),
        (
            'settings["metrics"]',
            'train(x, y, {"metrics": names})',
            'train(x, y, {"metrics": ["mae"]})',
        ),
    ],
)
def test_another_file_may_give_another_one(
    wanted: str, call: str, alike: str, tmp_path: Path
) -> None:
    main = f"import numpy as np\nfrom base import train\n\nx = y = names = read()\nh = {call}\n"
    files = {"base.py": BASE.replace("WANTED", wanted), "main.py": main}
    assert converted(tmp_path, files)[1]
    files["main.py"] = main.replace(call, alike)
    (tmp_path / "alike").mkdir()
    assert not converted(tmp_path / "alike", files)[1]
