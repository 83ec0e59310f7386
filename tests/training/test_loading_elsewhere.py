"""Models that are loaded from files which functions have written that got the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import test_several_files as several
from tests.training.programs import Trial, converted
from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

CHECKPOINT = "keras.callbacks.ModelCheckpoint(PATH, save_best_only=True, mode='max')"
FIT = f"model.fit(x, y, validation_split=0.2, epochs=2, callbacks=[{CHECKPOINT}])"
TRAIN = f"\ndef train(model):\n    {FIT}\n    model.fit(x, y, epochs=2)\n"
ASKED = "later = best.evaluate(x, y, verbose=0)\nguess = best.predict(x, verbose=0)\n"
LOADED = f"train(model)\nbest = keras.models.load_model(PATH)\n{ASKED}"

TRIALS = {
    "a-constant": f'PATH = os.path.join(".", "best.keras")\n{TRAIN}{LOADED}',
    "a-literal": (TRAIN + LOADED).replace("PATH", '"best.keras"'),
    "a-parameter": (
        f"{TRAIN}{LOADED}".replace("train(model):", "train(model, where='best.keras'):")
        .replace("PATH, save", "where, save")
        .replace("PATH", "'best.keras'")
    ),
    "an-argument": (
        f"folder = 'best'\nplace = folder + '.keras'\n{TRAIN}{LOADED}".replace(
            "train(model)\n", "train(model, place)\n"
        )
        .replace("train(model):", "train(model, where):")
        .replace("PATH, save", "where, save")
        .replace("PATH", "place")
    ),
    "saved": (
        "PATH = 'best.keras'\ndef train(model):\n    model.save(PATH)\n    model.fit(x, y)\n"
        f"{LOADED}"
    ),
    "loaded-in-there": (
        f"PATH = 'best.keras'\n{TRAIN}    best = keras.models.load_model(PATH)\n    return best\n"
        f"best = train(model)\n{ASKED}"
    ),
    "under-its-own-name": (
        f"PATH = 'best.keras'\n{TRAIN}    model = keras.models.load_model(PATH)\n    return model\n"
        f"best = train(model)\n{ASKED}other = model.evaluate(x, y, verbose=0)\n"
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", TRIALS)
def test_the_weights_are_those_of_the_file(name: str, scripts: Scripts, tmp_path: Path) -> None:
    trial = Trial(targets="rows", fit="", after=TRIALS[name])
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{trial.text}"
    new = converted(text)
    apart = scripts.compare(text, new)
    assert {"later", "guess"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
    without = "\n".join(line for line in new.split("\n") if ".load_state_dict(" not in line)
    assert scripts.compare(text, without)["guess"] > 1e-3


MORE = f"PATH = 'best.keras'\n{TRAIN}    best = keras.models.load_model(PATH)\n    return best\n"
REFUSED = {
    "another-file": (
        f"PATH = 'best.keras'\n{TRAIN}{LOADED}".replace("load_model(PATH)", "load_model('a')"),
        "a file of Keras holds a model",
    ),
    "a-path-that-changes": (
        f"{TRAIN}{LOADED}".replace("train(model)", "train(model, a)")
        .replace("    model.fit", "    a = a + '.keras'\n    model.fit")
        .replace("PATH, save", "a, save")
        .replace("train(model, a)\nbest", "train(model, 'best')\nbest")
        .replace("PATH", "'best'"),
        "a file of Keras holds a model",
    ),
    "trained-on": (f"{MORE}model = train(model)\nmodel.fit(x, y)\n", "is a copy, or loaded"),
    "trained-on-by-its-name": (
        f"{MORE}found = train(model)\nfound.fit(x, y)\n",
        "is a copy, or loaded",
    ),
    "loaded-on-one-way": (
        MORE.replace("    best =", "    if len(x) > 60:\n        return model\n    best =")
        + "model = train(model)\nmodel.fit(x, y)\n",
        "is left as it is",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_is_said(name: str) -> None:
    after, reason = REFUSED[name]
    text = f"import os\n\n{Trial(targets='rows', fit='', after=after).text}"
    found = convert(text).diagnostics
    assert any(reason in d.message for d in found), found


FINDING = """\
import glob
import os
import re
from pathlib import Path


def latest(folder, ending=".weights.h5"):
    return {}
"""


@pytest.mark.parametrize(
    ("found", "keeps"),
    [
        ("glob.glob(os.path.join(folder, '*.h5'))[-1]", True),
        ("[os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(ending)][-1]", True),
        ("[str(p) for p in Path(folder).iterdir() if re.search(r'w.*\\.h5', p.name)][-1]", True),
        ("str(next(Path(folder).glob('*.weights.h5')))", True),
        ("os.path.join(folder, os.listdir(folder)[-1])", False),
    ],
)
def test_files_that_another_file_looks_for_keep_their_endings(
    found: str, keeps: bool, tmp_path: Path, session: VerifySession
) -> None:
    finding = FINDING.format(found)
    if not keeps:
        finding = finding.replace(', ending=".weights.h5"', "")
    kept = tmp_path / "kept"
    main = (
        "import os\nimport shutil\nimport numpy as np\nfrom tensorflow import keras\n"
        "from finding import latest\n\n"
        f"shutil.rmtree({str(kept)!r}, ignore_errors=True)\nos.makedirs({str(kept)!r})\n"
        "x = np.random.default_rng(0).normal(size=(20, 3))\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
        'model.compile("sgd", "mse")\n'
        f"model.save_weights({str(kept / 'w.weights.h5')!r})\n"
        'loss = model.fit(x, x[:, 0], shuffle=False, verbose=0).history["loss"]\n'
        f"model.load_weights(latest({str(kept)!r}))\n"
        "prediction = model.predict(x, verbose=0)\n"
    )
    texts, errors = several.converted(tmp_path, {"finding.py": finding, "main.py": main})
    assert not errors
    assert (".weights.h5" in texts["main.py"]) is keeps
    assert_alike(tmp_path, session)


BUILDER = """\
import os

from tensorflow import keras
from tensorflow.keras import layers
import config


def build(weights=None, resume=False):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)])
    COMPILE
    LOAD
    return model
"""
COMPILE = "model.compile(keras.optimizers.Adam(0.1), 'mse')"
BUILDERS = {
    "a-path-or-none": (f"if weights:\n        model.load_weights(weights)\n    {COMPILE}", ""),
    "compiled-before": (COMPILE, "if weights is not None:\n        model.load_weights(weights)"),
    "of-settings": (
        COMPILE,
        "if resume and os.path.exists(config.BEST):\n        model.load_weights(config.BEST)",
    ),
    "compiled-by-the-caller": ("", "if weights:\n        model.load_weights(weights)"),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", BUILDERS)
def test_a_builder_of_another_file_loads(name: str, tmp_path: Path, session: VerifySession) -> None:
    compiled, load = BUILDERS[name]
    compiles = "" if COMPILE in compiled else "NAME.compile('sgd', 'mse')\n"
    main = (
        "import os\nimport numpy as np\nfrom tensorflow import keras\n"
        "import config\nfrom nets import build\n\n"
        "x = np.random.default_rng(0).normal(size=(20, 3))\n"
        f"model = build()\n{compiles.replace('NAME', 'model')}"
        "checkpoint = keras.callbacks.ModelCheckpoint(config.BEST, save_weights_only=True)\n"
        "model.fit(x, x[:, 0], epochs=2, shuffle=False, verbose=0, callbacks=[checkpoint])\n"
        f"again = build(config.BEST, True)\n{compiles.replace('NAME', 'again')}"
        "prediction = again.predict(x, verbose=0)\n"
        'loss = again.fit(x, x[:, 0], shuffle=False, verbose=0).history["loss"]\n'
    )
    config = f"import os\n\nBEST = os.path.join({str(tmp_path)!r}, 'best.weights.h5')\n"
    nets = BUILDER.replace("COMPILE", compiled).replace("LOAD", load)
    files = {"config.py": config, "nets.py": nets, "main.py": main}
    texts, errors = several.converted(tmp_path, files)
    assert not errors
    assert "load_state_dict" in texts["nets.py"]
    assert "optimizer" not in texts["nets.py"]
    assert_alike(tmp_path, session)


WRITES = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(20, 4)


def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


def run(kind):
    model = build()
    model.compile("adam", "mse")
    model.fit(x, x[:, :1], epochs=2, verbose=0)
    model.save_weights({path})
"""
READS = """\
import os

os.chdir({folder!r})

from writes import build, run, x

run("conv")
model = build()
model.load_weights("conv.weights.h5")
guess = model.predict(x, verbose=0)
"""


@pytest.mark.parametrize(
    "path", ['f"{kind}.weights.h5"', 'kind + ".weights.h5"', "f\"{'conv'}.weights.h5\""]
)
def test_a_file_has_the_name_that_another_file_puts_together(path: str, tmp_path: Path) -> None:
    files = {
        "writes.py": WRITES.format(path=path),
        "reads.py": READS.format(folder=str(tmp_path)),
    }
    made, errors = several.converted(tmp_path, files)
    assert not errors
    assert f"torch.save(model.state_dict(), {path})" in made["writes.py"]
    assert 'torch.load("conv.weights.h5", map_location=device)' in made["reads.py"]
    files["writes.py"] = WRITES.format(path='"conv.weights.h5"')
    made, _ = several.converted(tmp_path / "literal", files)
    assert 'torch.load("conv.pt", map_location=device)' in made["reads.py"]
