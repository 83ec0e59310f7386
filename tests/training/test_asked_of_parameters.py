"""What functions ask of what they get, where nothing calls them: it may be a model."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
{imports}

def build():
    return keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])


"""


def said(code: str, imports: str = "") -> list[tuple[int, Severity]]:
    found = convert(HEAD.format(imports=imports) + code).diagnostics
    return [(d.line - 8, d.severity) for d in found if d.severity is not Severity.NOTE]


@pytest.mark.parametrize(
    "asked",
    [
        "predict(x)",
        "evaluate(x, x)",
        "fit(x, x)",
        "get_weights()",
        "load_weights('a')",
        "summary()",
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "def show(net, x):\n    return net.{}\n",
        "def show(*, net=None, x=0):\n    net.{}\n",
        "def show(run, x):\n    run.net.{}\n",
        "class Show:\n    def go(self, x):\n        return self.net.{}\n",
        "def show(net, x):\n    return net.{}\n\n\ndef both(net, x):\n    show(net, x)\n",
        "def show(net):\n    def inner(x):\n        return net.{}\n    return inner\n",
    ],
)
def test_what_must_be_a_model_is_an_error(form: str, asked: str) -> None:
    lines = [line for line, severity in said(form.format(asked)) if severity is Severity.ERROR]
    assert lines == [form[: form.index("net.{}")].count("\n") + 1]


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ("def show(net, x):\n    return net.predict(x)\n", "from sklearn import metrics"),
        ("def scaled(scaler, x):\n    return scaler.fit(x)\n", ""),
    ],
)
def test_what_may_be_of_another_library_is_a_warning(code: str, imports: str) -> None:
    assert said(code, imports) == [(2, Severity.WARNING)]


@pytest.mark.parametrize(
    "code",
    [
        "from sklearn.svm import SVC\n\n\ndef show(x):\n    net = SVC()\n"
        "    return net.predict(x)\n",
        "from sklearn.svm import SVC\n\n\ndef show(net, x):\n    net = SVC()\n"
        "    return net.predict(x)\n",
        "class Rule:\n    def predict(self, x):\n        return x\n\n\n"
        "def show(net, x):\n    return net.predict(x)\n",
        "class Rule:\n    def predict(self, x):\n        return x\n\n\n"
        "def show(net, x):\n    return net.predict(x)\n\n\nshow(Rule(), 1)\n",
    ],
)
def test_nothing_is_said_of_what_is_none(code: str) -> None:
    assert said(code) == []
