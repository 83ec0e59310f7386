"""Settings that the operations of a model read, and that change once the model is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from types import SimpleNamespace
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4))
y = rng.normal(size=(40, 1))
ALPHA = 0.5
cfg = {{"alpha": 0.5, "units": 3}}
args = SimpleNamespace(alpha=0.5)
holder = {{"args": args}}
{made}
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
"""
LAYERS = """\
inputs = keras.Input((4,))
h = keras.layers.Dense(3)(inputs) * {read}
model = keras.Model(inputs, keras.layers.Dense(1)(h))
{changed}
"""
BUILDER = """\


def build({takes}):
    inputs = keras.Input((4,))
    h = keras.layers.Dense(3)(inputs) * {read}
    return keras.Model(inputs, keras.layers.Dense(1)(h))


model = build({given})
{changed}
"""
SCRIPTS = {
    "attribute": ("args.alpha", "args.alpha = 3.0"),
    "through another dict": ("args.alpha", "for one in holder.values():\n    one.alpha = 3.0"),
    "of what a lambda gives": ("args.alpha", "give = lambda: args\ngive().alpha = 3.0"),
    "entry": ('cfg["alpha"]', 'cfg["alpha"] = 3.0'),
}
BUILDERS = {
    "global": ("", "ALPHA", "", "ALPHA = 3.0"),
    "global in several lines": ("", "ALPHA", "", "(\n    ALPHA,\n    other,\n) = 3.0, 1.0"),
    "global in parentheses": ("", "ALPHA", "", "if len(x):\n    (ALPHA) = 3.0"),
    "entry in several lines": ("", 'cfg["alpha"]', "", 'cfg[\n    "alpha"\n] = 3.0'),
    "several entries": ("", 'cfg["alpha"]', "", '(cfg["alpha"], other) = 3.0, 1.0'),
    "global by an operator": ("", "ALPHA", "", "ALPHA **= 3"),
    "entry": ("", 'cfg["alpha"]', "", 'cfg["alpha"] = 3.0'),
    "entry by an operator": ("", 'cfg["alpha"]', "", 'cfg["alpha"] += 3.0'),
    "parameter": ("cfg", 'cfg["alpha"]', "cfg", 'cfg["alpha"] = 3.0'),
    "keyword": ("*, options", 'options["alpha"]', "options=cfg", 'cfg["alpha"] = 3.0'),
    "attribute": ("args", "args.alpha", "args", "args.alpha = 3.0"),
    "loop": ("cfg", 'cfg["alpha"]', "cfg", 'for a in (1.0, 2.0):\n    cfg["alpha"] = a\n'
             "    last = build(cfg)\nfound = last.predict(x, verbose=0)"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(SCRIPTS))
def test_scripts(case: str, scripts: Scripts) -> None:
    read, changed = SCRIPTS[case]
    program = PROGRAM.format(made=LAYERS.format(read=read, changed=changed))
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("case", list(BUILDERS))
def test_builders(case: str, scripts: Scripts) -> None:
    takes, read, given, changed = BUILDERS[case]
    made = BUILDER.format(takes=takes, read=read, given=given, changed=changed)
    program = PROGRAM.format(made=made)
    text = converted(program, Options(exact=True))
    assert f"        self.alpha = {read}\n" in text
    apart = scripts.compare(program, text)
    assert max(apart.values()) < 1e-9, apart


def test_what_stays_as_it_is_is_kept_too() -> None:
    made = BUILDER.format(takes="cfg", read='cfg["alpha"]', given="cfg", changed="")
    text = converted(PROGRAM.format(made=made))
    assert '        self.alpha = cfg["alpha"]\n' in text
    assert "* self.alpha\n" in text


def test_lists_that_change_are_refused() -> None:
    made = BUILDER.format(takes="", read="sum(scales)", given="", changed="scales[0] = 3.0")
    program = PROGRAM.format(made=f"scales = [0.5, 1.0]\n{made}")
    said = [d.message for d in convert(program).diagnostics if d.severity is Severity.ERROR]
    assert any("`scales` changes once the model is made" in message for message in said), said


NETS = """\
from tensorflow import keras
import conf


def scaled(h, cfg):
    return keras.layers.Dense(4)(h) * cfg["alpha"]


def build(cfg):
    inputs = keras.Input((4,))
    h = keras.layers.Dense(3)(inputs) * cfg["alpha"] + conf.BETA
    return keras.Model(inputs, keras.layers.Dense(1)(scaled(h, cfg)))
"""
MAIN = """\
import conf
from nets import build

cfg = dict(alpha=0.5)
models = []
for alpha in (0.1, 2.0):
    cfg["alpha"] = conf.BETA = alpha
    models.append(build(cfg))
"""


def test_those_of_other_files_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files = {"conf.py": "BETA = 1.0\n", "nets.py": NETS, "main.py": MAIN}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    text = convert(NETS, Options(), str(tmp_path / "nets.py")).text
    assert "        self.beta = conf.BETA\n" in text
    assert text.count('        self.alpha = cfg["alpha"]\n') == 2


UNCHANGED = """\
import numpy as np
from tensorflow import keras

NAMES = ["a", "b"]
rng = np.random.default_rng(0)
table = {name: rng.normal(size=40) for name in NAMES}


def columns(frame):
    found = {name: frame[name] for name in NAMES}
    found["sum"] = sum(found.values())
    return found


class Trainer:
    def __init__(self, config):
        self.config = config

    def build(self):
        model = keras.Sequential([keras.Input((3,))])
        for units in self.config["hidden"]:
            model.add(keras.layers.Dense(units))
        model.add(keras.layers.Dense(1))
        model.compile("sgd", "mse")
        return model


inputs, parts = [], []
for name in NAMES:
    one = keras.Input((1,), name=name)
    inputs.append(one)
    parts.append(keras.layers.Dense(2)(one))
model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.concatenate(parts)))
config = {"hidden": [4, 2], "epochs": 2}
trainer = Trainer(config)
other = trainer.build()
config["epochs"] = 3
data = np.stack(list(columns(table).values()), axis=1)
losses = other.fit(data, data[:, 0], epochs=config["epochs"], verbose=0).history["loss"]
"""


def test_lists_that_stay_are_gone_over(scripts: Scripts) -> None:
    apart = scripts.compare(UNCHANGED, converted(UNCHANGED, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_an_annotated_variable_may_get_another_value(scripts: Scripts) -> None:
    made = BUILDER.format(takes="", read="ALPHA", given="", changed="ALPHA = 3.0")
    program = PROGRAM.format(made=made).replace("ALPHA = 0.5", "ALPHA: float = 0.5")
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart
