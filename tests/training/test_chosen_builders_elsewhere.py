"""Models that a function of another file picks among builders, and that may be compiled there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import file_pair

MAE = '"sgd", "mse", metrics=["mae"]'
BARE = '"sgd", "mse"'
IF = """\
def get_model(name, n):
    if name == "small":
        return build_small(n)
    return build_large(n)
"""
JOINED = """\
def get_model(name, n):
    if name == "small":
        model = build_small(n)
    else:
        model = build_large(n)
{}    return model
"""
TABLE = """\
MODELS = {"small": build_small, "large": build_large}


def get_model(name, **kwargs):
    return MODELS[name](**kwargs)
"""
TRAIN = """\
from sklearn.datasets import load_diabetes

from models import get_model

x, y = load_diabetes(return_X_y=True)
model = get_model("{name}", {n})
{again}history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
keys = len(history.history)
"""
AGAIN = 'model.compile("adam", "mse")\n'


def models(small: str, large: str, picked: str) -> str:
    """A module with two builders, what each compiles with, and what picks one."""
    compiled = [f"    model.compile({given})\n" if given else "" for given in (small, large)]
    return (
        "from tensorflow import keras\nfrom tensorflow.keras import layers\n\n\n"
        "def build_small(n):\n"
        "    model = keras.Sequential([keras.Input((n,)), layers.Dense(1)])\n"
        f"{compiled[0]}    return model\n\n\n"
        "def build_large(n):\n"
        "    hidden = layers.Dense(8, activation='relu')\n"
        "    model = keras.Sequential([keras.Input((n,)), hidden, layers.Dense(1)])\n"
        f"{compiled[1]}    return model\n\n\n{picked}"
    )


def compiled_in(given: str, margin: int = 4) -> str:
    return f"{' ' * margin}model.compile({given})\n"


def train(name: str, again: str = "", n: str = "10") -> str:
    return TRAIN.format(name=name, again=again, n=n)


def assert_same(folder: Path, session: VerifySession, name: str = "train.py") -> None:
    """Both programs hold the same at their end: weights, histories, numbers."""
    pair = file_pair(str(folder / "before" / name), str(folder / "after" / name))
    expected = session.ask("keras3", TrainingRequest(pair.original, whole=True))
    request = TrainingRequest(pair.converted, whole=True, trained=expected)
    found = session.ask("torch", request)
    assert not found.reason, found.reason
    assert {"history", "keys"} <= expected.values.keys() <= found.values.keys()
    held = {n: apart(v, found.values[n]) for n, v in expected.values.items()}
    assert {n: far for n, far in {**held, **found.differences}.items() if not far < 1e-9} == {}
    assert any("weight" in name for name in found.differences)


def assert_equal(folder: Path, session: VerifySession, files: dict[str, str]) -> dict[str, str]:
    """All of it converts, and computes the same; the texts."""
    texts, errors = converted(folder, files)
    assert not errors
    assert_same(folder, session)
    return texts


KEPT = {
    "by the builders": models(MAE, MAE, IF),
    "of a table": models(MAE, MAE, TABLE.replace("**kwargs", "n")),
    "by what picks": models("", "", JOINED.format(compiled_in(MAE))),
    "by both": models(BARE, MAE, JOINED.format(compiled_in(MAE))),
    "once more": models(MAE, MAE, JOINED.format(compiled_in(BARE))),
    "once more on one way": models(
        MAE, MAE, JOINED.format("").replace("    return", f"{compiled_in(BARE, 8)}    return")
    ),
    "on both ways": models(
        "",
        "",
        JOINED.format("")
        .replace("    else:", f"{compiled_in(MAE, 8)}    else:")
        .replace("    return", f"{compiled_in(MAE, 8)}    return"),
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("way", KEPT)
def test_metrics_that_all_ways_compile_with_are_kept(
    way: str, tmp_path: Path, session: VerifySession
) -> None:
    files = {"models.py": KEPT[way], "train.py": train("large", AGAIN)}
    texts = assert_equal(tmp_path, session, files)
    assert "compile" not in texts["models.py"]


DIFFERENT = '"sgd", "mse", metrics=["mae", "mape"]'
NOT_KEPT = {
    "not the first": models("", MAE, IF),
    "not the second": models(MAE, "", IF),
    "none in the second": models(MAE, BARE, IF),
    "others": models(MAE, DIFFERENT, IF),
    "of a table": models(MAE, "", TABLE.replace("**kwargs", "n")),
    "on one way": models(
        "", "", JOINED.format("").replace("    return", f"{compiled_in(MAE, 8)}    return")
    ),
}


@pytest.mark.parametrize("way", NOT_KEPT)
def test_metrics_that_some_ways_compile_with_are_said(way: str, tmp_path: Path) -> None:
    files = {"models.py": NOT_KEPT[way], "train.py": train("large", AGAIN)}
    _, errors = converted(tmp_path, files)
    why = (
        "Keras 3 keeps the metrics that the model had, and those of what `build_small` and "
        "`build_large` give differ: say here which there are"
    )
    assert f"train.py:7: `compile` is left as it is: {why}" in errors
    assert (
        "train.py:8: `fit` is left as it is: so is `compile` in line 7, of the same model" in errors
    )


def test_so_are_they_in_one_file(tmp_path: Path) -> None:
    one = models(MAE, "", IF) + "\n\n" + train("large", AGAIN)
    _, errors = converted(tmp_path, {"train.py": one.replace("from models import get_model\n", "")})
    assert any("those of what `build_small` and `build_large` give differ" in e for e in errors)


@pytest.mark.parametrize("early", ["if n > 99:\n        return model", "if n > 99:"])
def test_what_may_be_compiled_before_is_said(early: str, tmp_path: Path) -> None:
    picked = JOINED.format(f"    {early}\n{compiled_in(MAE, 4 if 'return' in early else 8)}")
    files = {"models.py": models("", "", picked), "train.py": train("large", AGAIN)}
    _, errors = converted(tmp_path, files)
    assert any("train.py:7: `compile` is left as it is: Keras 3 keeps" in e for e in errors), errors


CHECKED = """\
def get_model(name, n):
    if name == "small":
        model = build_small(n)
    elif name == "large":
        model = build_large(n)
    else:
        raise ValueError(f"unknown: {name}")
    return model
"""
FOUND = """\
def get_model(name, *args, **kwargs):
    models = {"small": build_small, "large": build_large}
    if name not in models:
        raise ValueError(name)
    build = models[name]
    return build(*args, **kwargs)
"""
HANDED = """\
def compiled(model, rate):
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


"""
COMPILED = {
    "by the builders": models(MAE, MAE, IF),
    "in other words": models(MAE, 'loss="mse", metrics=["mae"], optimizer="sgd"', IF),
    "of a table": models(MAE, MAE, TABLE.replace("**kwargs", "n")),
    "of a table inside": models(MAE, MAE, FOUND),
    "checked": models(MAE, MAE, CHECKED),
    "by what picks": models("", "", JOINED.format(compiled_in(MAE))),
    "by both": models(BARE, '"adam", "mae"', JOINED.format(compiled_in(MAE))),
    "with metrics of before": models(MAE, MAE, JOINED.format(compiled_in(BARE))),
    "by a function": models("", "", HANDED + JOINED.format("    compiled(model, 0.02)\n")),
    "by one that gives it": models(
        "", "", HANDED + IF.replace("build_small(n)", "compiled(build_small(n), 0.02)")
    ).replace("return build_large(n)", "return compiled(build_large(n), 0.02)"),
    "on both ways": KEPT["on both ways"],
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("way", COMPILED)
@pytest.mark.parametrize("name", ["small", "large"])
def test_models_that_another_file_picks_and_compiles(
    way: str, name: str, tmp_path: Path, session: VerifySession
) -> None:
    texts = assert_equal(tmp_path, session, {"models.py": COMPILED[way], "train.py": train(name)})
    assert "compile" not in texts["models.py"].replace("compiled(", "")
    assert "tf2torch" not in texts["train.py"]


RATES = models(
    OPTIMIZER := 'keras.optimizers.SGD(lr, momentum=momentum), "mse"', OPTIMIZER, "{}"
).replace("(n):", "(n, lr, momentum=0.5):")
GIVEN = {
    "through parameters": (
        "def get_model(name, n, rate=1e-2):\n    if name == 'small':\n"
        "        return build_small(n, rate)\n    return build_large(n, lr=rate)\n",
        "n=10, rate=RATE",
    ),
    "through parameters with defaults": (
        "def get_model(name, n, rate=1e-2):\n    if name == 'small':\n"
        "        return build_small(n, rate)\n    return build_large(n, lr=rate)\n",
        "10",
    ),
    "as the rest": (TABLE, "n=10, momentum=0.9, lr=RATE"),
    "in a dict": (TABLE, "**CONFIG"),
}


@pytest.mark.parametrize("way", GIVEN)
def test_what_it_is_compiled_with_comes_through_both_functions(
    way: str, tmp_path: Path, session: VerifySession
) -> None:
    picked, given = GIVEN[way]
    settings = 'RATE = 0.02\nCONFIG = {"n": 10, "lr": 0.03}\n'
    program = train("large", n=given).replace("\nx, y", f"\n{settings}\nx, y")
    assert_equal(tmp_path, session, {"models.py": RATES.replace("{}", picked), "train.py": program})


CLASSES = """\
from tensorflow import keras
from tensorflow.keras import layers


class Nets:
    @staticmethod
    def small(n):
        model = keras.Sequential([keras.Input((n,)), layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        return model

    @staticmethod
    def large(n):
        model = keras.Sequential([keras.Input((n,)), layers.Dense(4), layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        return model

    @classmethod
    def get(cls, name, n):
        if name == "small":
            return cls.small(n)
        return cls.large(n)
"""
LOSS = """\
import tensorflow as tf


def scaled(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1) * 0.5


"""
OWN = '"sgd", loss=scaled, metrics=["mae"]'


def small_and_large(given: str) -> tuple[str, str]:
    """Modules with one builder each."""
    head, small, large = models(given, given, "").split("def build_")
    return f"{head}def build_{small.rstrip()}\n", f"{head}def build_{large.rstrip()}\n"


def places() -> dict[str, dict[str, str]]:
    """Projects in which functions of several files give the model."""
    small, large = small_and_large(MAE)
    package = "from .large import build_large as large\nfrom .small import build_small\n\n\n"
    other = train("large").replace("from models import get_model", "from nets import get_model")
    own_small, own_large = small_and_large(OWN)
    own = {"nets/small.py": LOSS + own_small, "nets/large.py": "from .small import scaled\n"}
    own["nets/large.py"] += own_large
    inside = "def make(kind):\n    model = get_model(kind, 10)\n    return model\n\n\nx, y"
    kept = (
        "class Trainer:\n    def __init__(self, kind):\n"
        "        self.model = get_model(kind, 10)\n\n"
        "    def run(self, x, y):\n        return self.model.fit(x, y, shuffle=False, verbose=0)\n"
        "\n\nx, y"
    )
    handing = (
        train("large")
        .replace(
            "x, y", "def run(model, x, y):\n    return model.fit(x, y, shuffle=False)\n\n\nx, y", 1
        )
        .replace("model.fit(x, y, epochs=2, shuffle=False, verbose=0)", "run(model, x, y)")
    )
    return {
        "methods": {
            "models.py": CLASSES,
            "train.py": train("large")
            .replace("get_model(", "Nets.get(")
            .replace("get_model", "Nets"),
        },
        "a package": {
            "nets/small.py": small,
            "nets/large.py": large,
            "nets/__init__.py": package + IF.replace("build_large", "large"),
            "train.py": other.replace("import get_model", "import get_model as make").replace(
                "= get_model(", "= make("
            ),
        },
        "a loss of a package": {
            **own,
            "nets/__init__.py": package + IF.replace("build_large", "large"),
            "train.py": other,
        },
        "a file between": {
            "nets/small.py": small,
            "nets/large.py": large,
            "nets/factory.py": "from . import large, small\n\n\n"
            + IF.replace("build_large", "large.build_large").replace("build_s", "small.build_s"),
            "nets/__init__.py": "from .factory import get_model\n",
            "train.py": other,
        },
        "a function": {
            "models.py": models(MAE, MAE, IF),
            "train.py": train("large")
            .replace("x, y", inside, 1)
            .replace('model = get_model("large", 10)\nh', 'model = make("large")\nh'),
        },
        "an object": {
            "models.py": models(MAE, MAE, IF),
            "train.py": train("large")
            .replace("x, y", kept, 1)
            .replace('model = get_model("large", 10)\n', 'trainer = Trainer("large")\n')
            .replace("model.fit(x, y, epochs=2, shuffle=False, verbose=0)", "trainer.run(x, y)"),
        },
        "a function that trains it": {
            "models.py": models(MAE, MAE, IF),
            "train.py": handing,
        },
        "one that trains what is compiled here": {
            "models.py": models("", "", IF),
            "train.py": handing.replace("history =", f"{compiled_in(MAE, 0)}history ="),
        },
        "one file": {
            "train.py": models(MAE, MAE, IF)
            + "\n\n"
            + handing.replace("from models import get_model\n", ""),
        },
        "one of two": {
            "models.py": models(MAE, MAE, ""),
            "train.py": train("large")
            .replace("import get_model", "import build_large, build_small")
            .replace(
                'get_model("large", 10)', "build_small(10) if len(x) < 9 else build_large(10)"
            ),
        },
        "in turn": {
            "models.py": models(MAE, MAE, IF),
            "train.py": train("large").replace(
                'model = get_model("large", 10)\n',
                'for name in ("small", "large"):\n    ' "model = get_model(name, 10)\n    ",
            ),
        },
    }


@pytest.mark.sample(2)
@pytest.mark.parametrize("place", places())
def test_wherever_the_functions_stand(place: str, tmp_path: Path, session: VerifySession) -> None:
    assert_equal(tmp_path, session, places()[place])


DIFFERENTLY = {
    "metrics": (models(MAE, DIFFERENT, IF), "metrics"),
    "rates": (models('"sgd", "mse"', '"adam", "mae"', IF), "optimizer and loss"),
    "none": (models(MAE, "", IF), ""),
    "halved": (
        RATES.replace(
            "{}",
            "def get_model(name, n, rate=0.1):\n    if name == 'small':\n"
            "        return build_small(n, rate)\n    return build_large(n, lr=rate / 2)\n",
        ),
        "optimizer",
    ),
}


@pytest.mark.parametrize("way", DIFFERENTLY)
def test_which_builders_compile_differently_is_said(way: str, tmp_path: Path) -> None:
    text, names = DIFFERENTLY[way]
    texts, errors = converted(tmp_path, {"models.py": text, "train.py": train("large")})
    why = (
        f"`build_small` and `build_large` of models.py give `compile` different arguments: {names}"
    )
    if not names:
        why = (
            "`build_small` of models.py compiles its model, and `build_large` of models.py does not"
        )
    assert f"train.py:7: `fit` is left as it is: {why}" in errors, errors
    assert "compile(" not in texts["train.py"]


@pytest.mark.parametrize("early", ["if n > 99:\n        return model", "if n > 99:"])
def test_what_may_compile_it_or_not_is_said(early: str, tmp_path: Path) -> None:
    picked = JOINED.format(f"    {early}\n{compiled_in(MAE, 4 if 'return' in early else 8)}")
    files = {"models.py": models("", "", picked), "train.py": train("large")}
    _, errors = converted(tmp_path, files)
    why = "`get_model` of models.py may compile it or not"
    assert f"train.py:7: `fit` is left as it is: {why}" in errors, errors


ROUNDS = """\
from sklearn.datasets import load_diabetes

from models import build_large, build_small

x, y = load_diabetes(return_X_y=True)
losses = []
for build in (build_small, build_large):
    model = build(10)
    history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    losses += history.history["loss"]
keys = len(losses)
"""


def test_builders_in_rounds_that_compile_alike(tmp_path: Path, session: VerifySession) -> None:
    files = {"models.py": models(BARE, BARE, ""), "train.py": ROUNDS}
    _, errors = converted(tmp_path, files)
    assert not errors
    assert_same(tmp_path, session)


def test_builders_in_rounds_that_compile_differently_are_an_error(tmp_path: Path) -> None:
    files = {"models.py": models(BARE, '"adam", "mae"', ""), "train.py": ROUNDS}
    _, errors = converted(tmp_path, files)
    assert any("give `compile` different arguments: optimizer and loss" in e for e in errors)
