"""What functions and methods of other files read that a program calls for its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

SETTINGS = """\
CFG = {"lr": 0.1, "bs": 8}
SCALE = 1.0


class C:
    lr = 0.1
    bs = 8

    def __init__(self, rate=0.1):
        self.own = rate

    def rate(self):
        return self.lr

    def mine(self):
        return self.own

    @classmethod
    def of_class(cls):
        return cls.lr

    @property
    def half(self):
        return self.lr / 2


cfg = C()


def get(key):
    return CFG[key]


def scaled(rate):
    return _times(rate)


def _times(rate):
    return SCALE * rate


def slow():
    global SCALE
    SCALE = 0.5
    CFG.update(lr=0.05)
    C.lr = 0.05
    cfg.own = 0.05
    cfg.bs = 16
"""
#: A file between the two.
PLANS = """\
import settings
from settings import C, cfg, get


class Plan:
    def __init__(self, config):
        self.config = config

    def rate(self):
        return self.config.lr

    @property
    def half(self):
        return self.config.lr / 2


def planned():
    return settings.get("lr")


def rated(config=cfg):
    return config.lr


plan = Plan(C)
"""
MAIN = """\
import numpy as np
import settings
from plans import plan, planned, rated
from settings import C, CFG, cfg, get, scaled, slow
from tensorflow import keras
from tensorflow.keras import layers

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)


def build():
    return keras.Sequential([keras.Input((5,)), layers.Dense(1)])


def own():
    return get("lr")


def of_plan():
    return planned()


class Holder:
    @property
    def lr(self):
        return C.lr


holder = Holder()


"""
OPTIMIZER = """\
opt = keras.optimizers.SGD({read})
{change}
m = build()
m.compile(opt, "mse")
h = m.fit(x, y, epochs=2, verbose=0).history
"""
CALLBACK = """\
early = keras.callbacks.ReduceLROnPlateau("loss", patience=0, min_delta=5.0, factor={read})
{change}
m = build()
m.compile("sgd", "mse")
h = m.fit(x, y, epochs=2, verbose=0, callbacks=[early]).history
"""
READS = [
    "get('lr')", "settings.get('lr')", "scaled(0.1)", "cfg.rate()", "cfg.mine()", "C.of_class()",
    "own()", "cfg.half", "planned()", "of_plan()", "plan.rate()", "plan.half", "rated(C)",
    "rated()", "holder.lr",
]  # fmt: skip
CHANGES = [
    "slow()",
    "settings.slow()",
    "CFG['lr'] = 0.05\nC.lr = 0.05\nsettings.SCALE = 0.5\ncfg.own = 0.05",
]


@pytest.mark.parametrize("form", [OPTIMIZER, CALLBACK], ids=["optimizer", "callback"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("read", READS)
def test_it_is_not_read_behind_a_change(
    read: str, change: str, form: str, tmp_path: Path, session: VerifySession
) -> None:
    main = MAIN + form.format(read=read, change=change)
    _, errors = converted(tmp_path, {"main.py": main, "settings.py": SETTINGS, "plans.py": PLANS})
    if not errors:
        assert_equal(tmp_path, "main.py", session)


@pytest.mark.parametrize("form", [OPTIMIZER, CALLBACK], ids=["optimizer", "callback"])
@pytest.mark.parametrize("read", READS)
def test_it_is_read_where_nothing_changes_it(
    read: str, form: str, tmp_path: Path, session: VerifySession
) -> None:
    """Though a function could, which nobody calls."""
    main = MAIN + form.format(read=read, change="print(len(x))")
    _, errors = converted(tmp_path, {"main.py": main, "settings.py": SETTINGS, "plans.py": PLANS})
    assert not errors
    assert_equal(tmp_path, "main.py", session)


OWN = """\
class D:
    lr = 0.1

    @classmethod
    def rate(cls):
        return cls.lr


def slower():
    D.lr = 0.05


"""


@pytest.mark.parametrize("change", ["slower()", "D.lr = 0.05", "print(len(x))"])
def test_class_methods_of_the_file(change: str, tmp_path: Path, session: VerifySession) -> None:
    main = MAIN + OWN + OPTIMIZER.format(read="D.rate()", change=change)
    _, errors = converted(tmp_path, {"main.py": main, "settings.py": SETTINGS, "plans.py": PLANS})
    assert bool(errors) == ("print" not in change)
    if not errors:
        assert_equal(tmp_path, "main.py", session)


AGAIN = """\
m = build()
m.compile(keras.optimizers.SGD(0.1), "mse")
h = m.fit(x, y, epochs=2, batch_size=cfg.bs, verbose=0).history
{change}
h2 = m.fit(x, y, epochs=2, batch_size=cfg.bs, verbose=0).history
"""


@pytest.mark.parametrize("change", ["slow()", "settings.slow()", "cfg.bs = 16", "print(len(x))"])
def test_batches_are_of_the_size_by_then(
    change: str, tmp_path: Path, session: VerifySession
) -> None:
    main = MAIN + AGAIN.format(change=change)
    _, errors = converted(tmp_path, {"main.py": main, "settings.py": SETTINGS, "plans.py": PLANS})
    assert not errors
    assert_equal(tmp_path, "main.py", session)


IN_BUILDER = """\
def compiled():
    m = keras.Sequential([keras.Input((5,)), layers.Dense(1, activation="sigmoid")])
    metric = keras.metrics.BinaryAccuracy(threshold=cfg.own)
    m.compile("sgd", "binary_crossentropy", metrics=[metric])
    return m


m = compiled()
{change}
h = m.fit(x, np.round(y), epochs=2, verbose=0).history
"""


@pytest.mark.parametrize("change", ["print(len(x))", "cfg.own = 0.9"])
def test_builders_read_objects_of_other_files(change: str, tmp_path: Path) -> None:
    main = MAIN + IN_BUILDER.format(change=change)
    texts, errors = converted(
        tmp_path, {"main.py": main, "settings.py": SETTINGS, "plans.py": PLANS}
    )
    assert bool(errors) == ("print" not in change)
    assert ("> cfg.own" in texts["main.py"]) == ("print" in change)


IN_CLASS = """\
class Trainer:
    def __init__(self):
        self.opt = keras.optimizers.SGD({read})
        self.m = build()

    def run(self):
        self.m.compile(self.opt, "mse")
        return self.m.fit(x, y, epochs=2, verbose=0).history


trainer = Trainer()
{change}
h = trainer.run()
"""
WEIGHTS = """\
i = keras.Input((5,))
m = keras.Model(i, [layers.Dense(1, name="a")(i), layers.Dense(1, name="b")(i)])
given = {given}
{change}
m.compile("sgd", ["mse", "mse"], {told})
h = m.fit(x, [y, y * 2], epochs=2, verbose=0).history
"""
TOLD = {
    "[1.0, get('lr')]": "loss_weights=given",
    "dict(loss_weights=[1.0, get('lr')])": "**given",
}


@pytest.mark.parametrize("change", ["slow()", "print(len(x))"])
@pytest.mark.parametrize(
    "form",
    [IN_CLASS.replace("{read}", "get('lr')"), IN_CLASS.replace("{read}", "cfg.half")]
    + [WEIGHTS.replace("{given}", given).replace("{told}", told) for given, told in TOLD.items()],
)
def test_nor_is_what_a_class_or_list_has_read(form: str, change: str, tmp_path: Path) -> None:
    files = {"main.py": MAIN + form.replace("{change}", change), "settings.py": SETTINGS}
    _, errors = converted(tmp_path, {**files, "plans.py": PLANS})
    assert any("changed since" in error for error in errors) is (change == "slow()")


#: What the file imports, how it reads a setting, how it changes it, and what a package has.
NAMES = {
    "star": ("from settings import *", "{}", ""),
    "package": ("from conf import CFG, C, cfg, get, slow", "{}", "from .settings import *\n"),
    "star of a package": ("from conf import *", "{}", "from .settings import *\n"),
    "module of a package": (
        "import conf",
        "conf.{}",
        "from .settings import CFG, cfg, get, slow\n",
    ),
    "alias of a package": (
        "import conf as c",
        "c.{}",
        "from .settings import CFG, cfg, get, slow\n",
    ),
    "dotted": ("import conf.settings", "conf.settings.{}", "\n"),
    "module": ("import settings", "settings.{}", ""),
}
SHORT = MAIN.split("def own")[0]


def _named(name: str, read: str, change: str) -> dict[str, str]:
    imports, way, package = NAMES[name]
    main = (
        SHORT.replace("import settings\n", "")
        .replace("from plans", "#")
        .replace("from settings import C, CFG, cfg, get, scaled, slow", imports)
    )
    main += OPTIMIZER.format(read=way.format(read), change=way.format(change) if change else "")
    home = "conf/settings.py" if package else "settings.py"
    files = {"main.py": main, home: SETTINGS.replace("    cfg.bs", "    cfg.grow()\n    cfg.bs")}
    files[home] = files[home].replace(
        "    @classmethod",
        "    def grow(self, by=2):\n        self.own = by\n\n    @classmethod",
        1,
    )
    return {**files, "conf/__init__.py": package} if package else files


@pytest.mark.parametrize("read", ["get('lr')", "CFG['lr']", "cfg.own", "cfg.mine()"])
@pytest.mark.parametrize("change", ["slow()", "cfg.grow(0.01)", ""])
@pytest.mark.parametrize("name", NAMES)
def test_whichever_way_a_name_has_come(
    name: str, change: str, read: str, tmp_path: Path, session: VerifySession
) -> None:
    _, errors = converted(tmp_path, _named(name, read, change))
    assert change or not errors
    if not errors:
        assert_equal(tmp_path, "main.py", session)
