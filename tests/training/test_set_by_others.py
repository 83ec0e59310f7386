"""Settings of a file that another file of the project changes, before it trains or later on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

MAIN = """\
import numpy as np
{imports}

random = np.random.RandomState(0)
x, y = random.rand(40, 2), random.rand(40, 1)
{before}
model = build()
model.compile("sgd", "mse")
model.fit(x, y, batch_size=16, verbose=0)
"""
NETS = """\
from tensorflow import keras

CFG = {"act": "relu", "scale": 1.0, "norm": False}


class Config:
    act = "relu"


def build():
    inputs = keras.Input((2,))
    hidden = keras.layers.Dense(4, activation=CFG["act"])(inputs)
    hidden = keras.layers.Dense(3, activation=Config.act)(hidden)
    hidden = keras.layers.Lambda(lambda t: t * CFG["scale"])(hidden)
    if CFG["norm"]:
        hidden = keras.layers.LayerNormalization()(hidden)
    return keras.Model(inputs, keras.layers.Dense(1)(hidden))
"""
CHANGES = {
    "an entry": ("from nets import CFG, build", 'CFG["act"] = "tanh"'),
    "of a module": ("import nets\nfrom nets import build", 'nets.CFG["scale"] = 3.0'),
    "by update": ("from nets import CFG as cfg, build", 'cfg.update(norm=True, act="elu")'),
    "in a loop": (
        "import nets\nfrom nets import build",
        'for k, v in {"act": "tanh"}.items():\n    nets.CFG[k] = v',
    ),
    "by a function": (
        "from nets import CFG, build",
        "def override(c, act):\n    c['act'] = act\n\n\noverride(CFG, 'tanh')",
    ),
    "by another name": ("import nets\nfrom nets import build", 'c = nets.CFG\nc["act"] = "tanh"'),
    "of a class": ("from nets import Config, build", 'Config.act = "tanh"'),
}


@pytest.mark.parametrize(("imports", "before"), CHANGES.values(), ids=CHANGES)
def test_they_are_read_when_the_program_runs(
    tmp_path: Path, session: VerifySession, imports: str, before: str
) -> None:
    files = {"nets.py": NETS, "main.py": MAIN.format(imports=imports, before=before)}
    _, errors = converted(tmp_path, files)
    if not errors:
        assert_equal(tmp_path, "main.py", session)


TRAIN = """\
from tensorflow import keras

LOSS, RATE = "mse", 0.1
METRICS = ["mae"]


def run(x, y):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(RATE), LOSS, metrics=METRICS)
    return model.fit(x, y, batch_size=16, verbose=0).history
"""


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ('train.LOSS = "mae"', '{"mse": nn.MSELoss(), "mae": nn.L1Loss()}[LOSS]'),
        ("train.RATE = 0.5", "lr=RATE"),
        ("print(train.METRICS)", 'METRICS = ["mae"]'),
        ('train.METRICS.append("mse")', ""),
    ],
)
def test_parts_of_the_training_are_looked_up(tmp_path: Path, change: str, kept: str) -> None:
    """What another file reads stays; of metrics that it changes it is said."""
    files = {
        "train.py": TRAIN,
        "main.py": f"import train\n\n{change}\ntrain.run([[1.0, 2.0]], [1.0])\n",
    }
    texts, errors = converted(tmp_path, files)
    if kept:
        assert kept in texts["train.py"], texts["train.py"]
    else:
        assert any("a metric is only known at run time" in error for error in errors)


LOSSES = """\
import tensorflow as tf

ALPHA = 1.0


def own(t, p):
    return ALPHA * tf.reduce_mean(tf.square(t - p), axis=-1)
"""
TRAINER = """\
from losses import own
from tensorflow import keras


class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        self.model.compile("sgd", own)

    def fit(self, x, y):
        return self.model.fit(x, y, batch_size=16, verbose=0).history["loss"]
"""
TWICE = """\
import losses
import numpy as np
from trainer import Trainer

x, y = np.ones((20, 2)), np.arange(20.0).reshape(-1, 1)
trainer = Trainer()
{}first = trainer.fit(x, y)
{}second = trainer.fit(x, y)
"""


@pytest.mark.parametrize("change", ["losses.ALPHA = 0.1\n", "losses.ALPHA *= 0.1\n"])
def test_what_keras_has_traced_may_not_change_any_more(tmp_path: Path, change: str) -> None:
    files = {"losses.py": LOSSES, "trainer.py": TRAINER}
    files["main.py"] = TWICE.format("", change)
    _, errors = converted(tmp_path / "later", files)
    assert any("another file changes `ALPHA`" in error for error in errors), errors
    files["main.py"] = TWICE.format(change, "")
    _, errors = converted(tmp_path / "before", files)
    assert not errors


def test_nor_may_what_the_object_of_a_method_has(tmp_path: Path) -> None:
    trainer = TRAINER.replace("from losses import own", "import tensorflow as tf").replace(
        '("sgd", own)', '("sgd", self.own)\n        self.alpha = 1.0'
    )
    trainer += (
        LOSSES.partition("\n\n\n")[2]
        .replace("ALPHA", "self.alpha")
        .replace("def own(t, p):\n    return", "\n    def own(self, t, p):\n        return")
    )
    main = TWICE.replace("import losses\n", "").format("", "trainer.alpha = 0.1\n")
    _, errors = converted(tmp_path, {"trainer.py": trainer, "main.py": main})
    assert any("another file changes `self.alpha`" in error for error in errors), errors


SETTINGS = """\
ALPHA = 1.0
CFG = {"alpha": 1.0}


def set_alpha(value):
    global ALPHA
    ALPHA = value


def update(**values):
    CFG.update(values)
"""
TUNE = "import settings\n\n\ndef tune(name, value):\n    setattr(settings, name, value)\n"


@pytest.mark.parametrize("alias", ["", " as cfg"])
@pytest.mark.parametrize(
    ("read", "change"),
    [
        ("settings.ALPHA", "settings.set_alpha(0.1)"),
        ("settings.ALPHA", 'tune.tune("ALPHA", 0.1)'),
        ('settings.CFG["alpha"]', "settings.update(alpha=0.1)"),
    ],
)
def test_nor_what_a_module_of_the_project_has(
    read: str, change: str, alias: str, tmp_path: Path
) -> None:
    files = {"settings.py": SETTINGS} | ({"tune.py": TUNE} if "tune" in change else {})
    main = "import settings\nimport tune\n" + TWICE.replace("import losses\n", "").replace(
        "from trainer import Trainer", TRAINER.replace("from losses import own\n", "")
    )
    own = LOSSES.partition("\n\n\n")[2].replace("ALPHA", read)
    main = main.replace("class Trainer", f"import tensorflow as tf\n\n\n{own}\n\nclass Trainer")
    if alias:
        main = main.replace("import settings\n", f"import settings{alias}\n")
        main = main.replace(read, read.replace("settings", "cfg"))
        change = change.replace("settings", "cfg")
        tune = TUNE.replace("settings", "cfg").replace("import cfg", f"import settings{alias}")
        files |= {"tune.py": tune} if "tune" in change else {}
    files["main.py"] = main.format("", f"{change}\n")
    _, errors = converted(tmp_path / "later", files)
    assert any(
        f"another file changes `{alias[4:] or 'settings'}." in error for error in errors
    ), errors
    files["main.py"] = main.format(f"{change}\n", "")
    _, errors = converted(tmp_path / "before", files)
    assert not any("another file changes" in error for error in errors), errors


def test_a_function_that_calls_itself_may_change_it_any_time(tmp_path: Path) -> None:
    change = "def halve(n):\n    losses.ALPHA *= 0.5\n    if n:\n        halve(n - 1)\n"
    files = {"losses.py": LOSSES, "trainer.py": TRAINER, "main.py": TWICE.format("", change)}
    _, errors = converted(tmp_path, files)
    assert any("another file changes `ALPHA`" in error for error in errors), errors
