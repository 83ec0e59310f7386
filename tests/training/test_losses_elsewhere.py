"""Losses and metrics that are functions of another file: tensor functions there, called here."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
import textwrap
from pathlib import Path

import pytest

from tests.training.pretended_gpu import pretended_gpu
from tests.training.test_several_files import DATA, assert_equal, converted
from transpiler.pipeline import convert
from transpiler.source.modules import generation
from transpiler.verify.session import VerifySession

MODEL = """\
from tensorflow import keras


def build(n):
    return keras.Sequential([keras.Input((n,)), keras.layers.Dense(3, activation="softplus")])
"""
LOSSES = """\
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K

SMOOTH = 1.0


def overlap(y_true, y_pred):
    # one number for all
    both = K.sum(K.flatten(y_true) * K.flatten(y_pred))
    return (2.0 * both + SMOOTH) / (K.sum(y_true) + K.sum(y_pred) + SMOOTH)


def dice_loss(y_true, y_pred):
    return 1.0 - overlap(y_true, y_pred)


def distance(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def power_loss(power=2.0, scale=1.0):
    scale = scale / 2

    def powers(y_true, y_pred):
        return scale * tf.reduce_mean(tf.abs(y_true - y_pred) ** power, axis=-1)

    return powers


class Tilted(keras.losses.Loss):
    def __init__(self, tilt=0.3):
        super().__init__()
        self.tilt = tilt

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return tf.reduce_mean(tf.maximum(self.tilt * error, (self.tilt - 1) * error), axis=-1)
"""
TRAIN = """\
import numpy as np
from data import load_data
{imports}
from model import build

x, labels, x_test, test_labels = load_data()
y, y_test = np.eye(3)[labels], np.eye(3)[test_labels]
model = build(4)
model.compile(optimizer="sgd", loss={loss}, metrics=[{metrics}])
history = model.fit(x, y, batch_size=16, epochs=3, validation_data=(x_test, y_test))
print(model.evaluate(x_test, y_test))
"""
WAYS = {
    "names": ("from losses import dice_loss, overlap", "dice_loss", "overlap"),
    "module": ("import losses", "losses.dice_loss", "losses.overlap, losses.distance"),
    "alias": ("import losses as own", "own.distance", "'mae', own.dice_loss"),
    "names of them": ("from losses import distance as far, overlap", "far", "overlap"),
    "star": ("from losses import *", "distance", "overlap"),
    "given": ("from losses import overlap, power_loss", "power_loss(power=1.5)", "overlap"),
    "of module": ("import losses", "losses.power_loss(3.0, scale=0.5)", "losses.power_loss()"),
    "class": ("from losses import Tilted, distance", "Tilted(0.2)", "distance"),
    "of Keras": ("from losses import distance", '"mse"', "distance"),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("way", WAYS)
def test_a_loss_of_another_file(way: str, tmp_path: Path, session: VerifySession) -> None:
    imports, loss, metrics = WAYS[way]
    train = TRAIN.format(imports=imports, loss=loss, metrics=metrics)
    files = {"model.py": MODEL, "data.py": DATA, "losses.py": LOSSES, "train.py": train}
    if way != "class":  # nothing says which tensors a class gets that nobody uses
        files["losses.py"] = LOSSES[: LOSSES.index("\n\nclass")]
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert imports in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)


def _files(train: str, losses: str = LOSSES, **more: str) -> dict[str, str]:
    files = {"model.py": MODEL, "data.py": DATA, "losses.py": losses, "train.py": train}
    return files | {f"{name}.py": text for name, text in more.items()}


DICE = TRAIN.format(imports="from losses import dice_loss", loss="dice_loss", metrics="")


@pytest.mark.parametrize(
    ("losses", "why"),
    [
        (LOSSES.replace("K.flatten(y_pred)", "tf.unheard_of(y_pred)"), "`dice_loss` is not under"),
        (f"# tf2torch: skip-file\n{LOSSES}", "at run time, or is the program's own"),
        (f"{LOSSES}\n\ndef smooth(by):\n    global SMOOTH\n    SMOOTH = by\n", "may get another"),
        (LOSSES.replace("    # one", "    print('called')\n    # one"), "`dice_loss`"),
    ],
)
def test_why_a_loss_of_another_file_is_left(losses: str, why: str, tmp_path: Path) -> None:
    texts, errors = converted(tmp_path, _files(DICE, losses))
    assert any(e.startswith("train.py:9: `compile` is left as it is: ") for e in errors), errors
    assert any(why in error for error in errors), errors
    assert "loss=dice_loss" in texts["train.py"]


DISTANCE = LOSSES[LOSSES.index("def distance") : LOSSES.index("\n\ndef power")]


def test_what_a_loss_of_another_file_reads_is_set_from_outside(tmp_path: Path) -> None:
    train = TRAIN.format(imports="import losses", loss="losses.dice_loss", metrics="")
    change = "losses.SMOOTH = 3.0\n"
    late = f"{train}{change}model.fit(x, y)\n"
    _, errors = converted(tmp_path / "late", _files(late))
    assert any("another file changes `SMOOTH`, which `dice_loss` reads" in e for e in errors)
    early = train.replace("\nx, labels", f"\n{change}x, labels")
    _, errors = converted(tmp_path / "early", _files(early, LOSSES[: LOSSES.index("\n\nclass")]))
    assert not errors


IMAGES = """\
import numpy as np
from tensorflow import keras
from losses import distance

model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3, padding="same")])
model.compile("sgd", loss=distance)
model.fit(np.ones((8, 4, 4, 1)), np.ones((8, 4, 4, 2)), epochs=2)
"""


def test_one_function_for_several_files(tmp_path: Path, session: VerifySession) -> None:
    train = TRAIN.format(imports="import losses", loss="losses.distance", metrics="")
    functions = LOSSES[: LOSSES.index("SMOOTH")] + DISTANCE
    texts, errors = converted(tmp_path, _files(train, functions, images=IMAGES))
    assert not errors
    assert texts["losses.py"].count("def distance(") == 1
    assert_equal(tmp_path, "train.py", session)
    assert_equal(tmp_path, "images.py", session)


def test_functions_of_several_kinds_are_said(tmp_path: Path) -> None:
    axes = "axis=[1, 2, 3] if K.ndim(y_pred) == 4 else [1]"
    losses = LOSSES[: LOSSES.index("SMOOTH")] + DISTANCE.replace("axis=-1", axes)
    train = TRAIN.format(imports="import losses", loss="losses.distance", metrics="")
    texts, errors = converted(tmp_path, _files(train, losses, images=IMAGES))
    assert texts["losses.py"].count("def distance") == 2
    said = "`compile` is left as it is: `distance` is not converted to a function of tensors in its"
    assert [e.partition(" file")[0] for e in errors if said in e] == [
        f"{place}: {said}" for place in ("train.py:9", "images.py:6")
    ]


def test_losses_that_nothing_uses_get_what_others_get(tmp_path: Path) -> None:
    texts, errors = converted(tmp_path, _files(DICE))
    assert [e.split(": ")[0] for e in errors] == ["losses.py:31"]  # of a class it is not known
    path = tmp_path / "before" / "losses.py"
    said = convert(path.read_text(encoding="utf-8"), path=str(path)).diagnostics
    taken = [d.message for d in said if "which nothing uses" in d.message]
    assert taken == [
        f"`{name}`, which nothing uses, is taken to get such tensors as `dice_loss`"
        for name in ("distance", "power_loss")
    ]
    assert "return (y_true - y_pred).square().mean(dim=-1)" in texts["losses.py"]


def test_a_function_that_a_file_calls_by_hand_is_not_taken_for_a_loss(tmp_path: Path) -> None:
    shows = "from losses import distance\n\nprint(distance([1.0], [2.0]).numpy())\n"
    texts, errors = converted(tmp_path, _files(DICE, shows=shows))
    assert any(e.startswith("losses.py:19: `tf.reduce_mean` is left") for e in errors), errors
    assert "tf.square(y_true - y_pred)" in texts["losses.py"]


COMPILED = """\
    model = keras.Sequential([keras.Input((n,)), keras.layers.Dense(3, activation="softplus")])
    model.compile("sgd", loss={loss}, metrics=[{metrics}])
    return model
"""
FITTED = """\
import numpy as np
from data import load_data
{imports}

x, labels, _, _ = load_data()
model = {build}(4)
history = model.fit(x, np.eye(3)[labels], epochs=3)
"""
BUILT = {
    "beside": ("", "dice_loss", "overlap", "from model import build", "build"),
    "many": ("", "power_loss(1.5)", "distance", "from model import (\n    build,\n)", "build"),
    "module": ("", "dice_loss", "overlap", "import model as nets", "nets.build"),
    "third": (
        "from losses import dice_loss, overlap",
        "dice_loss",
        "overlap",
        "from model import build",
        "build",
    ),
    "known": (
        "import losses",
        "losses.dice_loss",
        "losses.overlap",
        "from losses import overlap\nfrom model import build",
        "build",
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("way", BUILT)
def test_a_loss_of_what_another_file_compiles(
    way: str, tmp_path: Path, session: VerifySession
) -> None:
    own, loss, metrics, imports, build = BUILT[way]
    functions = LOSSES[: LOSSES.index("\n\nclass")]
    functions = functions.replace("    scale = scale / 2\n\n", "")
    head = f"from tensorflow import keras\n{own}\n" if own else functions
    model = f"{head}\n\ndef build(n):\n{COMPILED.format(loss=loss, metrics=metrics)}"
    files = {"model.py": model, "data.py": DATA}
    files |= {"losses.py": functions} if own else {}
    files["train.py"] = FITTED.format(imports=imports, build=build)
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "losses" not in texts["model.py"]
    wanted = {
        "beside": "from model import build, dice_loss, overlap\n",
        "many": "from model import power_loss, distance\n",
        "module": "criterion = nets.dice_loss\n",
        "third": "from losses import dice_loss, overlap\n",
        "known": "from losses import dice_loss\n",
    }
    assert wanted[way] in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)


def test_what_its_file_calls_by_hand_is_not_taken_for_a_loss(tmp_path: Path) -> None:
    shows = "\n\ndef show(y, p):\n    print(distance(y, p).numpy())\n"
    _, errors = converted(tmp_path, _files(DICE, LOSSES + shows))
    assert any(e.startswith("losses.py:19: `tf.reduce_mean` is left") for e in errors), errors


@pytest.mark.parametrize("train", [DICE, DICE.replace('"sgd"', "optimizers.SGD(lr=0.1)")])
def test_a_file_of_losses_is_of_the_generation_of_those_that_train(
    train: str, tmp_path: Path
) -> None:
    older = "lr=" in train
    train = train.replace(
        "import numpy", "from tensorflow.keras import optimizers\nimport numpy", 1
    )
    converted(tmp_path, _files(train))
    path = tmp_path / "before" / "losses.py"
    found = generation(path.read_text(encoding="utf-8"), str(path))
    assert found == ("2" if older else "auto")


def test_a_metric_that_is_a_class_of_another_file_is_said(tmp_path: Path) -> None:
    made = (
        "class Far(keras.metrics.Mean):\n    def update_state(self, y_true, y_pred):\n        pass"
    )
    train = TRAIN.format(imports="from losses import Far", loss='"mse"', metrics="Far()")
    _, errors = converted(tmp_path, _files(train, f"from tensorflow import keras\n\n\n{made}\n"))
    assert any("`Far` is a metric of another file" in error for error in errors), errors
    assert not any("internal error" in error for error in errors), errors


def test_functions_below_a_class_that_takes_any_keywords(
    tmp_path: Path, session: VerifySession
) -> None:
    """Its keywords are gone in another version of the file, in which all below stands elsewhere."""
    head, _, losses = LOSSES.partition("def overlap")
    mean = """\
class Mean(keras.metrics.Metric):
    def __init__(self, name="mean", **kwargs):
        super().__init__(name=name, **kwargs)
        self.inner = keras.metrics.MeanAbsoluteError()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.inner.update_state(y_true, y_pred, sample_weight)

    def result(self):
        return 2 * self.inner.result()

    def reset_state(self):
        self.inner.reset_state()


"""
    losses = f"{head}{mean}def overlap{losses}"
    imports, metrics = "from losses import Mean, dice_loss, overlap", "overlap, Mean()"
    train = TRAIN.format(imports=imports, loss="dice_loss", metrics=metrics)
    losses = losses.partition("\n\ndef power_loss")[0] + "\n"
    files = {"data.py": DATA, "model.py": MODEL, "losses.py": losses, "train.py": train}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "class Mean" in texts["losses.py"]
    assert "keras" not in texts["losses.py"]
    assert_equal(tmp_path, "train.py", session)


WEIGHTED = """\
import tensorflow as tf
from tensorflow.keras import backend as K


def weighted_crossentropy(weights):
    weights = {made}

    def loss(y_true, y_pred):
        y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
        return -K.sum(y_true * K.log(y_pred) * weights, axis=-1)

    return loss
"""
OTHER = WEIGHTED[WEIGHTED.index("\n\ndef") :].replace("weighted_cr", "other_cr")
IN_LIST = "weighted_crossentropy([1.0, 2.0, 0.5])"
TRAIN_WEIGHTED = TRAIN.format(
    imports="from losses import weighted_crossentropy", loss=IN_LIST, metrics=""
)


@pytest.mark.parametrize(
    ("made", "before"),
    [
        ("K.constant(weights)", ""),
        ("K.variable(weights)", "device = 'any'\n"),
        ("tf.constant(weights, dtype=tf.float32)", ""),
    ],
)
def test_tensors_that_are_made_for_a_loss(
    made: str, before: str, tmp_path: Path, session: VerifySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = (WEIGHTED + OTHER).format(made=made).replace("\n\n\ndef", f"\n{before}\n\ndef", 1)
    texts, errors = converted(tmp_path, _files(TRAIN_WEIGHTED, losses))
    assert not errors
    device = "torch_device" if before else "device"
    assert f"\n{device} = torch.device(" in texts["losses.py"]
    tensor = f"    weights = torch.tensor(weights, dtype=torch.float32, device={device})\n"
    assert texts["losses.py"].count(tensor) == 2
    if "variable" in made:
        assert_equal(tmp_path, "train.py", session)
    monkeypatch.syspath_prepend(str(tmp_path / "after"))
    with contextlib.redirect_stdout(io.StringIO()), pretended_gpu() as gpu:
        try:
            runpy.run_path(str(tmp_path / "after" / "train.py"))
        finally:
            for name in ("losses", "model", "data"):
                sys.modules.pop(name, None)
    assert gpu.steps > 0


def test_such_tensors_for_several_processes(tmp_path: Path) -> None:
    head, _, rest = TRAIN_WEIGHTED.partition("model = build")
    made, _, after = f"model = build{rest}".partition("history")
    scope = f"with tf.distribute.MirroredStrategy().scope():\n{textwrap.indent(made, '    ')}"
    head = head.replace("from model import build\n", f"import tensorflow as tf\n{MODEL}\n\n")
    train = f"{head}{scope}history{after}"
    losses = WEIGHTED.format(made="K.constant(weights)")
    _, errors = converted(tmp_path, _files(train, losses))
    said = "`weights` of `weighted_crossentropy` is on another device"
    assert any(said in error for error in errors), errors


METRICS = """\
from tensorflow.keras import backend as K


def overlap(y_true, y_pred, smooth=1.0):
    both = K.sum(K.flatten(y_true) * K.flatten(y_pred))
    return (2.0 * both + smooth) / (K.sum(y_true) + K.sum(y_pred) + smooth)
"""
CALLING = """\
import tensorflow as tf
from {metrics} import overlap


def own_loss(y_true, y_pred):
    return tf.reduce_mean(tf.abs(y_true - y_pred)) + 1 - overlap(y_true, y_pred)
"""
TRAINING = """\
{imports}
from data import load_data
from model import build
from tensorflow import keras

x, y, x_test, y_test = load_data()
y, y_test = keras.utils.to_categorical(y, 3), keras.utils.to_categorical(y_test, 3)
model = build(x.shape[1])
model.compile(optimizer="sgd", loss=own_loss{metrics})
history = model.fit(x, y, batch_size=16, epochs=3, validation_data=(x_test, y_test))
"""


@pytest.mark.parametrize("package", ["", "parts/"])
@pytest.mark.parametrize("both", [True, False])
def test_a_loss_that_calls_a_function_of_a_third_file(
    package: str, both: bool, tmp_path: Path, session: VerifySession
) -> None:
    module = package.replace("/", ".")
    imports = f"from {module}losses import own_loss"
    imports += f"\nfrom {module}metrics import overlap" if both else ""
    metrics = ", metrics=[overlap]" if both else ""
    files = {
        f"{package}losses.py": CALLING.format(metrics=".metrics" if package else "metrics"),
        f"{package}metrics.py": METRICS,
        "data.py": DATA,
        "model.py": MODEL,
        "main.py": TRAINING.format(imports=imports, metrics=metrics),
    }
    files |= {f"{package}__init__.py": ""} if package else {}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "- overlap(y_true, y_pred)\n" in texts[f"{package}losses.py"]
    assert "both = (y_true.flatten() * y_pred.flatten()).sum()\n" in texts[f"{package}metrics.py"]
    assert_equal(tmp_path, "main.py", session)


OVER_FILES = {
    "segm/__init__.py": "from .losses import dice_loss\nfrom .functional import iou_score\n",
    "segm/losses.py": "{imports}\n\n\ndef dice_loss(y, p):\n    return 1 - {score}(y, p)\n",
    "segm/functional.py": """\
import tensorflow as tf


def f_score(y, p):
    return 2 * tf.reduce_sum(y * p) / (tf.reduce_sum(y) + tf.reduce_sum(p) + 1.0)


def iou_score(y, p):
    both = tf.reduce_sum(y * p)
    return both / (tf.reduce_sum(y) + tf.reduce_sum(p) - both + 1.0)
""",
}


@pytest.mark.parametrize(
    ("imports", "score"),
    [
        ("from .functional import f_score", "f_score"),
        ("from . import functional as F", "F.f_score"),
    ],
)
@pytest.mark.parametrize(
    ("way", "loss", "metric"),
    [
        ("import segm", "segm.dice_loss", "segm.iou_score"),
        ("from segm import dice_loss, iou_score", "dice_loss", "iou_score"),
        ("from segm import losses, functional", "losses.dice_loss", "functional.iou_score"),
    ],
)
def test_a_loss_that_only_calls_another_file(
    way: str,
    loss: str,
    metric: str,
    imports: str,
    score: str,
    tmp_path: Path,
    session: VerifySession,
) -> None:
    """Its own file has no word of the framework."""
    files = {name: text.replace("{imports}", imports) for name, text in OVER_FILES.items()}
    files = {name: text.replace("{score}", score) for name, text in files.items()}
    main = f"""\
import numpy as np
from tensorflow import keras
{way}

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", {loss}, metrics=[{metric}])
history = model.fit(x, y, epochs=3, verbose=0).history
"""
    texts, errors = converted(tmp_path, {**files, "main.py": main})
    assert not errors
    assert texts["segm/losses.py"] == files["segm/losses.py"]
    assert_equal(tmp_path, "main.py", session)
