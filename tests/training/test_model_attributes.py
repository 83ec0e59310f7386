"""What is asked of models that are modules now, and has nothing in its place, is an error."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
from tensorflow import keras
from tensorflow.keras import layers


def build(n):
    return keras.Sequential([keras.Input((n,)), layers.Dense(1)])


class Linear:
    def __init__(self, n):
        self.model = keras.Sequential([keras.Input((n,)), layers.Dense(1)])


"""
PLACES = {
    "variable": ("model = build(3)\n", "model"),
    "object": ("model = Linear(3).model\n", "model"),
    "object at once": ("", "Linear(3).model"),
    "call": ("", "build(4)"),
    "loop": ("models = [build(2), build(3)]\nfor one in models:\n", "one"),
    "entry": ('models = {"a": build(2)}\n', 'models["a"]'),
    "entries": ('models = {"a": build(2)}\nfor name, one in models.items():\n', "one"),
    "element": (
        "models = []\nfor n in range(2):\n    models.append(build(n + 1))\n", "models[0]"
    ),
}  # fmt: skip
ASKED = (
    "input", "outputs", "losses", "metrics", "trainable", "dtype", "optimizer", "loss", "built",
    "inputs[0].shape", "predict", "output_names", "weights", "get_config()", "to_json()",
)  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("place", PLACES)
def test_each_is_an_error(place: str, asked: str) -> None:
    made, model = PLACES[place]
    indent = "    " if made.endswith(":\n") else ""
    text = f"{HEAD}{made}{indent}print({model}.{asked})\n"
    result = convert(text)
    last = len(text.splitlines())
    said = [d.message for d in result.diagnostics if d.line == last and "left as it" in d.message]
    assert said, result.text
    assert f"TODO(tf2torch) T2T101: {said[0]}" in result.text


def test_what_has_something_in_its_place_is_none() -> None:
    text = f"""{HEAD}model = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="small")
features = keras.Model(model.input, model.layers[-1].output)
print(model.input_shape, model.name)
model.compile("sgd", "mse", metrics=["mae"])
print(model.metrics_names)
"""
    said = convert(text).diagnostics
    assert not [d.message for d in said if d.severity is Severity.ERROR]
