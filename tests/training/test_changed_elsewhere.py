"""Settings that other files of a project change while a model is trained, or before it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

MAIN = """\
import numpy as np
from tensorflow import keras
{imports}

random = np.random.RandomState(0)
x, y = random.rand(40, 2), random.rand(40, 1)
{early}
optimizer = {optimizer}
{soon}
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1{penalty})])
model.compile(optimizer, "mse"{weights})
model.fit(x, y, batch_size=16, verbose=0)
{late}
model.fit(x, y, batch_size=16, verbose=0)
"""
CONF = """\
class Settings:
    def __init__(self):
        self.rate = 0.3

    def ease(self):
        self.rate = 5.0


rate = 0.3
table = {"rate": 0.3}
settings = Settings()
"""
FUNCTIONS = {
    "conf.py": {
        "relax": "def relax():\n    global rate\n    rate = 5.0\n",
        "update": "def update(**given):\n    table.update(given)\n",
    },
    "util.py": {
        "phase": "def phase(settings):\n    settings.rate = 5.0\n",
        "fill": 'def fill(table):\n    table["rate"] = 5.0\n',
        "change": "import conf\n\n\ndef change():\n    conf.rate = 5.0\n",
    },
    "override.py": {"override": "import conf\n\nconf.rate = 5.0\n"},
}
#: What is imported, what is read, and what changes it.
WAYS = {
    "an argument": (
        "from util import phase\nfrom conf import settings", "settings.rate", "phase(settings)",
    ),
    "a dict": ("import util\nfrom conf import table", 'table["rate"]', "util.fill(table)"),
    "a method": ("from conf import settings", "settings.rate", "settings.ease()"),
    "a global": ("import conf", "conf.rate", "conf.relax()"),
    "an imported dict": ("from conf import table, update", 'table["rate"]', "update(rate=5.0)"),
    "a third file": ("import conf\nimport util", "conf.rate", "util.change()"),
    "an import": ("import conf", "conf.rate", "import override"),
}  # fmt: skip
DECAY = "keras.optimizers.schedules.InverseTimeDecay(0.1, 2, {read})"
PLACES = {
    "schedule": {"optimizer": f"keras.optimizers.SGD({DECAY})"},
    "regularizer": {"penalty": ", kernel_regularizer=keras.regularizers.L2({read})"},
    "clipping": {"optimizer": "keras.optimizers.SGD(0.1, clipvalue={read})"},
    "weights": {"weights": ", loss_weights=[{read}]"},
    "optimizer": {"optimizer": "keras.optimizers.SGD({read})"},
}


def written(place: str, way: str, when: str) -> dict[str, str]:
    imports, read, change = WAYS[way]
    holes = {
        "optimizer": '"sgd"',
        "penalty": "",
        "weights": "",
        "early": "",
        "soon": "",
        "late": "",
    }
    holes |= {name: text.format(read=read) for name, text in PLACES[place].items()}
    main = MAIN.format(imports=imports, **{**holes, when: change})
    files = {"conf.py": CONF, "main.py": main}
    for file, parts in FUNCTIONS.items():
        needed = [text for name, text in parts.items() if name in change]
        files |= {file: "\n\n".join([*filter(None, [files.get(file)]), *needed])} if needed else {}
    return files


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("when", ["late", "soon"])
def test_they_are_what_they_were_or_refused(
    place: str, way: str, when: str, tmp_path: Path, session: VerifySession
) -> None:
    _, errors = converted(tmp_path, written(place, way, when))
    if errors:
        reasons = ("changes later", "has changed since", "changes what it reads while it is built")
        assert any(reason in one for reason in reasons for one in errors), errors
    else:
        assert_equal(tmp_path, "main.py", session)


@pytest.mark.parametrize("way", WAYS)
def test_what_changes_before_is_left_alone(way: str, tmp_path: Path) -> None:
    texts, errors = converted(tmp_path, written("schedule", way, "early"))
    assert not errors
    assert WAYS[way][2] in texts["main.py"]


TRAINER = """\
from tensorflow import keras


class Trainer:
    def __init__(self, settings):
        self.settings = settings
        penalty = keras.regularizers.L2({read})
        layer = keras.layers.Dense(1, kernel_regularizer=penalty)
        self.model = keras.Sequential([keras.Input((2,)), layer])
        self.model.compile(keras.optimizers.SGD(0.1), "mse")

    def fit(self, x, y):
        return self.model.fit(x, y, batch_size=16, verbose=0).history
"""
USER = """\
import numpy as np
from types import SimpleNamespace
{imports}from trainer import Trainer

random = np.random.RandomState(0)
x, y = random.rand(40, 2), random.rand(40, 1)
settings = SimpleNamespace(rate=0.1)
trainer = Trainer(settings)
trainer.fit(x, y)
{change}
trainer.fit(x, y)
"""


@pytest.mark.parametrize("read", ["settings.rate", "self.settings.rate"])
@pytest.mark.parametrize(
    "change", ["settings.rate = 5.0", "trainer.settings.rate = 5.0", "util.phase(settings)"]
)
def test_settings_that_objects_have_got(
    read: str, change: str, tmp_path: Path, session: VerifySession
) -> None:
    imports = "import util\n" if "util" in change else ""
    files = {
        "trainer.py": TRAINER.format(read=read),
        "main.py": USER.format(imports=imports, change=change),
        "util.py": FUNCTIONS["util.py"]["phase"],
    }
    _, errors = converted(tmp_path, files)
    if errors:
        assert any("changes later" in one for one in errors), errors
    else:
        assert_equal(tmp_path, "main.py", session)
