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
