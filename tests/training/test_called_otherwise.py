"""What changes settings, arrays and weights is called by other names than its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted

SETTINGS = """\
import numpy as np

CFG = {"lr": 0.1, "units": 8}
CW = {0: 1.0, 1: 1.0}
DX = np.arange(200.0).reshape(40, 5)
DY = DX[:, :1] > 90


class Settings:
    lr = 0.1

    @classmethod
    def slow(cls):
        cls.lr = 0.01


def rate():
    return CFG["lr"]


def configure(**kw):
    CFG.update(kw)
    CW[1] = 5.0
    DX[:9] = 0


def update(**kw):
    configure(**kw)


def with_stage(function):
    function(lr=0.01)
"""
STAGE = """\
import settings
from settings import configure as change


def second():
    change(lr=0.01)


def each_of(functions):
    for function in functions:
        function(lr=0.01)


HOOKS = {}


def register(function):
    HOOKS["begin"] = function


def fire():
    HOOKS["begin"](lr=0.01)


def later():
    settings.update(lr=0.01)


class Stage:
    def __enter__(self):
        change(lr=0.01)

    def __exit__(self, *found):
        return False


class Runner:
    def on_finish(self, hook):
        self._hook = hook

    def finish(self):
        self._hook(lr=0.01)

    def stage_last(self):
        change(lr=0.01)


def run(name):
    getattr(Runner(), f"stage_{name}")()


def refresh():
    settings = {}
    settings.update(lr=0.01)
    return settings
"""
PACKAGE = "from settings import DX, DY, CFG, CW, Settings, rate, configure as begin\n"
#: What a file imports, and how it has the settings changed.
CALLED = {
    "import": ("from settings import configure as setup", "setup(lr=0.01)"),
    "package": ("from conf import begin", "begin(lr=0.01)"),
    "variable": ("from settings import configure\n\nsetup = configure", "setup(lr=0.01)"),
    "partial": (
        "from functools import partial\nfrom settings import configure\n\n"
        "setup = partial(configure, lr=0.01)",
        "setup()",
    ),
    "table": (
        'from settings import configure\n\nSTAGES = {"second": configure}',
        'STAGES["second"](lr=0.01)',
    ),
    "loop": ("from settings import configure", "for each in [configure]:\n    each(lr=0.01)"),
    "another file": ("from stage import second", "second()"),
    "handed": ("from settings import configure, with_stage", "with_stage(configure)"),
    "by keyword": (
        "from settings import configure, with_stage",
        "with_stage(function=configure)",
    ),
    "in a list": (
        "from stage import each_of\nfrom settings import configure",
        "each_of([configure])",
    ),
    "registered": (
        "from stage import fire, register\nfrom settings import configure\n\nregister(configure)",
        "fire()",
    ),
    "a method of dicts": ("from stage import later", "later()"),
    "kept by an object": (
        "from settings import configure\nfrom stage import Runner\n\nrunner = Runner()\n"
        "runner.on_finish(configure)",
        "runner.finish()",
    ),
    "put into a list": (
        "from settings import configure\n\nLATER = []\nLATER.append(configure)",
        "for each in LATER:\n    each(lr=0.01)",
    ),
    "added to a list": (
        "from settings import configure\n\nLATER = []\nLATER += [configure]",
        "for each in LATER:\n    each(lr=0.01)",
    ),
    "put into a table": (
        "from settings import configure\n\nLATER = {}\nLATER.update(end=configure)",
        'LATER["end"](lr=0.01)',
    ),
    "by a part of its name": ("from stage import run", 'run("last")'),
    "by its text": (
        "from stage import Runner",
        'name = "last"\ngetattr(Runner(), f"stage_{name}")()',
    ),
    "entered": ("from stage import Stage", "with Stage():\n    pass"),
}
HEAD = """\
from tensorflow import keras
from tensorflow.keras import layers
{imports}
from settings import DX, DY, CFG, CW, rate

"""
MODEL = 'model = keras.Sequential([keras.Input((5,)), layers.Dense(1, activation="sigmoid")])\n'
FIT = "model.fit(DX, DY, epochs=1, verbose=0, shuffle=False{more})\n"
LOSS = '"binary_crossentropy"'


@pytest.mark.parametrize("read", ["rate()", 'CFG["lr"]'])
@pytest.mark.parametrize("way", [way for way in CALLED if way != "by its text"])
def test_an_optimizer_has_the_rate_of_before(way: str, read: str, tmp_path: Path) -> None:
    imports, change = CALLED[way]
    main = HEAD.format(imports=imports) + MODEL + f"optimizer = keras.optimizers.SGD({read})\n"
    main += f"{change}\nmodel.compile(optimizer, {LOSS})\n" + FIT.format(more="")
    assert _errors(tmp_path, main), main


@pytest.mark.parametrize("more", ["", ", class_weight=CW"])
@pytest.mark.parametrize("way", CALLED)
def test_a_second_fit_has_what_it_reads_anew(way: str, more: str, tmp_path: Path) -> None:
    imports, change = CALLED[way]
    main = HEAD.format(imports=imports) + MODEL + f'model.compile("sgd", {LOSS})\n'
    fit = FIT.format(more=more)
    texts, errors = converted(tmp_path, _files(main + fit + f"{change}\n" + fit))
    assert errors or texts["main.py"].count("TensorDataset(\n") == 2, texts["main.py"]


@pytest.mark.parametrize("module", ["settings", "conf"])
def test_settings_of_a_class_change_by_its_method(module: str, tmp_path: Path) -> None:
    main = HEAD.format(imports=f"from {module} import Settings") + MODEL
    main += "optimizer = keras.optimizers.SGD(Settings.lr)\nSettings.slow()\n"
    main += f"model.compile(optimizer, {LOSS})\n" + FIT.format(more="")
    assert _errors(tmp_path, main), main


def test_what_changes_nothing_is_no_matter(tmp_path: Path) -> None:
    main = HEAD.format(imports="from settings import rate as get_rate") + MODEL
    main += "optimizer = keras.optimizers.SGD(get_rate())\nprint(get_rate())\n"
    main += f"model.compile(optimizer, {LOSS})\n" + FIT.format(more="")
    assert not _errors(tmp_path, main), main


def _files(main: str) -> dict[str, str]:
    files = {"settings.py": SETTINGS, "stage.py": STAGE, "conf/__init__.py": PACKAGE}
    return {**files, "main.py": main}


def _errors(folder: Path, main: str) -> list[str]:
    return [str(one) for one in converted(folder, _files(main))[1]]


BY_CALLBACKS = {
    "a callback": """\
class Change(keras.callbacks.Callback):
    def on_train_end(self, logs=None):
        CW[1] = 5.0
""",
    "a method of dicts": """\
class Change(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        CW.update({1: 5.0})
""",
    "a function of another file": """\
class Change(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        configure(lr=0.01)
""",
    "a schedule": """\
def change(epoch, rate):
    CW[1] = 5.0
    return rate


def Change():
    return keras.callbacks.LearningRateScheduler(change)
""",
}


@pytest.mark.parametrize("way", BY_CALLBACKS)
def test_weights_of_classes_that_a_callback_changes(way: str, tmp_path: Path) -> None:
    main = HEAD.format(imports="from settings import configure")
    if "configure(" not in BY_CALLBACKS[way]:
        main = main.replace(" CW,", "") + "CW = {0: 1.0, 1: 1.0}\n"
    main += BY_CALLBACKS[way] + MODEL + f'model.compile("sgd", {LOSS})\n'
    main += FIT.format(more=", class_weight=CW, callbacks=[Change()]")
    texts, errors = converted(tmp_path, _files(main + FIT.format(more=", class_weight=CW")))
    assert errors or texts["main.py"].count("TensorDataset(\n") == 2, texts["main.py"]
