"""Functions of other files that losses, metrics and graphs call, as the program names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

BASE = """\
from tensorflow import keras


def err(t, p):
    return keras.ops.mean(keras.ops.abs(t - p), axis=-1)


def squash(t):
    return keras.ops.tanh(t) * 0.5
"""
CHECK = """

def check(x, y):
    inputs = keras.Input((3,))
    model = keras.Model(inputs, squash(keras.layers.Dense(1)(inputs)))
    model.compile("sgd", err)
    model.fit(x, y, batch_size=16, verbose=0)
"""
MAIN = """\
import numpy as np
from tensorflow import keras
{imports}

random = np.random.RandomState(0)
x, y = random.rand(40, 3), random.rand(40, 1)


def {err}(t, p):
    return 2.0 * {called}err{end}(t, p)


def {squash}(t):
    return {called}squash{end}(t) + t


inputs = keras.Input((3,))
model = keras.Model(inputs, keras.layers.Dense(1)({squash}(inputs)))
model.compile("sgd", {err})
model.fit(x, y, batch_size=16, verbose=0)
"""
IMPORTS = {
    "the file": ("import base", "base.", ""),
    "by another name": ("import base as b", "b.", ""),
    "its functions": ("from base import err as err_, squash as squash_", "", "_"),
}


@pytest.mark.parametrize("form", IMPORTS)
@pytest.mark.parametrize("check", ["", CHECK], ids=["called elsewhere", "called there, too"])
@pytest.mark.parametrize("own", [("own", "bent"), ("err", "squash")], ids=["others", "namesakes"])
def test_they_are_called_as_the_program_does(
    form: str, own: tuple[str, str], check: str, tmp_path: Path, session: VerifySession
) -> None:
    imports, called, end = IMPORTS[form]
    names = dict(zip(("err", "squash"), own, strict=True))
    main = MAIN.format(imports=imports, called=called, end=end, **names)
    texts, errors = converted(tmp_path, {"base.py": BASE + check, "main.py": main})
    assert not errors
    assert f"return 2.0 * {called}err{end}(t, p)\n" in texts["main.py"]
    assert_equal(tmp_path, "main.py", session)
