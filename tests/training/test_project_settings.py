"""What `compile` gets of a module of settings, where a model is compiled or in its builder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.training.test_chosen_builders_elsewhere import (
    IF,
    assert_equal,
    compiled_in,
    models,
    train,
)
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

MODULE = 'RATE = 0.01\nOPTIMIZER = "adam"\nLOSS = "mse"\nMETRICS = ["mae"]\n'
CLASS = (
    'class Config:\n    OPTIMIZER = "adam"\n    LOSS = "mse"\n    METRICS = ["mae"]\n\n\n'
    "CFG = Config()\n"
)
OBJECT = (
    "from types import SimpleNamespace\n\n"
    'CFG = SimpleNamespace(OPTIMIZER="adam", LOSS="mse", METRICS=["mae"])\n'
)
DATA_CLASS = (
    "from dataclasses import dataclass, field\n\n\n@dataclass\nclass Config:\n"
    '    OPTIMIZER: str = "adam"\n    LOSS: str = "mse"\n'
    '    METRICS: list = field(default_factory=lambda: ["mae"])\n\n\nCFG = Config()\n'
)
DICT = 'CFG = {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]}\n'
WAYS = {
    "module": (MODULE, "import config", "{0}.OPTIMIZER, {0}.LOSS, metrics={0}.METRICS", "config"),
    "named": (MODULE, "import config as c", "{0}.OPTIMIZER, {0}.LOSS, metrics={0}.METRICS", "c"),
    "values": (
        MODULE,
        "from config import LOSS, METRICS, OPTIMIZER",
        "OPTIMIZER, LOSS, metrics=METRICS",
        "METRICS",
    ),
    "class": (CLASS, "from config import Config", "{0}.OPTIMIZER, {0}.LOSS, None, {0}.METRICS", ""),
    "instance": (
        CLASS,
        "from config import CFG",
        "{0}.OPTIMIZER, {0}.LOSS, metrics={0}.METRICS",
        "",
    ),
    "object": (
        OBJECT,
        "from config import CFG",
        "{0}.OPTIMIZER, {0}.LOSS, metrics={0}.METRICS",
        "",
    ),
    "data class": (
        DATA_CLASS,
        "from config import CFG",
        "optimizer={0}.OPTIMIZER, loss={0}.LOSS, metrics={0}.METRICS",
        "",
    ),
    "dict": (
        DICT,
        "from config import CFG",
        '{0}["optimizer"], {0}["loss"], metrics={0}["metrics"]',
        "",
    ),
}


HEIR = (
    'class Base:\n    RATE = 0.1\n    LOSS = "mse"\n    METRICS = ["mae"]\n\n\n'
    "class Config(Base):\n    RATE = 0.2\n\n\nCFG = Config()\n"
)
STARTED = (
    "class Config:\n    def __init__(self, rate=0.1):\n        self.RATE = rate\n"
    '        self.LOSS = "mse"\n        self.METRICS = ["mae"]\n\n\nCFG = Config(rate=0.3)\n'
)
GIVEN = "keras.optimizers.SGD({0}.RATE), {0}.LOSS, metrics={0}.METRICS"
#: Settings, what imports them, and what `compile` gets; what a builder takes besides.
BUILDERS = {
    "heir": (HEIR, "from config import Config", GIVEN.format("Config"), ""),
    "object of an heir": (HEIR, "from config import CFG", GIVEN.format("CFG"), ""),
    "by __init__": (STARTED, "from config import CFG", GIVEN.format("CFG"), ""),
    "default": (HEIR, "from config import CFG", GIVEN.format("cfg"), ", cfg=CFG"),
    "object": (HEIR, "from config import Config", GIVEN.format("cfg"), ", cfg=Config()"),
    "get": (
        DICT,
        "from config import CFG",
        'CFG.get("optimizer", "sgd"), CFG.get("loss"), metrics=CFG["metrics"]',
        "",
    ),
    "star": (MODULE, "from config import *", "OPTIMIZER, LOSS, metrics=METRICS", ""),
}
#: What changes a setting of these, and where: in its module, in the builder, or where it trains.
CHANGED = {
    "by a base": (
        "object of an heir",
        ("0.1\n", "0.1\n\n    def __init__(self):\n        self.RATE = 1\n"),
    ),
    "by a method": (
        "by __init__",
        ("\n\n\nCFG", "\n\n    def go(self):\n        self.RATE = 1\n\n\nCFG"),
    ),
    "of the class": ("heir", ("CFG =", "Base.LOSS = 'mae'\nCFG =")),
    "after its start": ("by __init__", ("(rate=0.3)", "(rate=0.3)\nCFG.RATE = 1")),
}


def written(way: str) -> tuple[str, str, str]:
    """The settings, their import, and what `compile` gets of them."""
    settings, brings, given, name = WAYS[way]
    return settings, brings, given.format(name or brings.rpartition(" ")[2])


@pytest.mark.parametrize("way", WAYS)
def test_builders_compile_with_settings(way: str, tmp_path: Path, session: VerifySession) -> None:
    settings, brings, given = written(way)
    files = {
        "config.py": settings,
        "models.py": f"{brings}\n{models(given, given, IF)}",
        "train.py": train("large"),
    }
    texts = assert_equal(tmp_path, session, files)
    assert "config" not in texts["models.py"].lower()
    assert "config" not in texts["train.py"]


@pytest.mark.parametrize("way", WAYS)
def test_models_of_other_files_are_compiled_with_settings(
    way: str, tmp_path: Path, session: VerifySession
) -> None:
    settings, brings, given = written(way)
    program = train("large", compiled_in(given, 0)).replace("from models", f"{brings}\nfrom models")
    files = {"config.py": settings, "models.py": models("", "", IF), "train.py": program}
    texts = assert_equal(tmp_path, session, files)
    assert "config" not in texts["train.py"].lower()


def test_metrics_of_settings_are_kept(tmp_path: Path, session: VerifySession) -> None:
    _, _, given = written("module")
    files = {
        "config.py": MODULE,
        "models.py": f"import config\n{models(given, given, IF)}",
        "train.py": train("large", compiled_in('"sgd", "mse"', 0)),
    }
    assert_equal(tmp_path, session, files)


def test_settings_of_the_file_that_compiles(tmp_path: Path, session: VerifySession) -> None:
    own = models("OPTIMIZER, LOSS, None, METRICS", "OPTIMIZER, LOSS, None, METRICS", IF)
    files = {"models.py": own.replace("\n\n\n", f"\n\n{MODULE}\n\n", 1), "train.py": train("small")}
    assert_equal(tmp_path, session, files)


def test_settings_of_a_package_that_the_caller_has_too(
    tmp_path: Path, session: VerifySession
) -> None:
    given = "keras.optimizers.SGD(config.RATE), config.LOSS, metrics=config.METRICS"
    program = train("large").replace(
        "from models import", "from src import config\nfrom src.models import"
    )
    program += "rate = config.RATE\n"
    files = {
        "src/__init__.py": "",
        "src/config.py": MODULE,
        "src/models.py": f"from . import config\n{models(given, given, IF)}",
        "train.py": program,
    }
    texts = assert_equal(tmp_path, session, files)
    assert "lr=config.RATE" in texts["train.py"]


CHANGES = {
    "at home": ("module", 'METRICS.append("mape")', "", ""),
    "from outside": ("module", "", "import config", 'config.METRICS.append("mape")'),
    "set": ("module", "", "import config", 'config.METRICS = ["mape"]'),
    "grown": ("values", "", "from config import METRICS", 'METRICS += ["mape"]'),
    "by another name": ("module", "", "import config", 'm = config.METRICS\nm.append("mape")'),
    "handed on": ("module", "", "import config", "change(config.METRICS)"),
    "a dict handed on": ("dict", "", "from config import CFG", "change(CFG)"),
    "an object handed on": ("object", "", "from config import CFG", "change(CFG)"),
    "an entry": ("dict", "", "from config import CFG", 'CFG["metrics"] = ["mape"]'),
    "an attribute": ("object", "", "from config import CFG", 'CFG.METRICS = ["mape"]'),
    "any": ("instance", "", "from config import CFG", 'setattr(CFG, "METRICS", ["mape"])'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_settings_that_may_change_are_said(change: str, tmp_path: Path) -> None:
    way, inside, brings, outside = CHANGES[change]
    settings, imported, given = written(way)
    program = train("large").replace(
        "from models", f"from tools import change\n{brings}\nfrom models"
    )
    files = {
        "config.py": f"{settings}{inside}\n",
        "tools.py": "def change(held):\n    held.pop()\n",
        "models.py": f"{imported}\n{models(given, given, IF)}",
        "train.py": program.replace("\nx, y", f"\n{outside}\nx, y"),
    }
    _, errors = converted(tmp_path, files)
    assert any(
        "which its builder gives `compile`, can't be written here" in e for e in errors
    ), errors


def built(way: str) -> dict[str, str]:
    settings, brings, given, taken = BUILDERS[way]
    made = models(given, given, IF)
    if taken:
        made = re.sub(r"def (\w+)\(([^)]*)\)", rf"def \1(\2{taken})", made)
    return {"config.py": settings, "models.py": f"{brings}\n{made}", "train.py": train("large")}


@pytest.mark.parametrize("way", BUILDERS)
def test_more_that_builders_compile_with(way: str, tmp_path: Path, session: VerifySession) -> None:
    assert_equal(tmp_path, session, built(way))


@pytest.mark.parametrize("change", CHANGED)
def test_objects_whose_settings_change_are_said(change: str, tmp_path: Path) -> None:
    way, edit = CHANGED[change]
    files = built(way)
    files["config.py"] = files["config.py"].replace(*edit)
    _, errors = converted(tmp_path, files)
    assert any("can't be written here" in error for error in errors), errors


#: What changes an object in files of which the last does not import it: what is put into the first.
FAR = {
    "by what holds it": (
        "class Holder:\n    def __init__(self, held):\n        self.held = held\n\n\n"
        "holder = Holder(CFG)\n",
        "from holding import holder\n\nholder.held.RATE = 1\n",
    ),
    "by its start": ("CFG.__init__(0.5)\n", "import holding\n"),
}


@pytest.mark.parametrize("change", FAR)
def test_objects_that_change_far_away_are_said(change: str, tmp_path: Path) -> None:
    first, second = FAR[change]
    files = built("by __init__")
    files |= {"holding.py": f"from config import CFG\n\n\n{first}", "far.py": second}
    files["train.py"] = f"import far\n{files['train.py']}"
    _, errors = converted(tmp_path, files)
    assert any("can't be written here" in error for error in errors), errors
