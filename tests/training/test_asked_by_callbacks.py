"""Callbacks of the program's own that ask a model of several inputs."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import ASSUMED
from transpiler.options import Options
from transpiler.pipeline import convert

TEXT = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
left, right = rng.normal(size=(40, 3)), rng.normal(size=(40, 2))
y = left.sum(1) + right.prod(1)


class Watch(keras.callbacks.Callback):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y
        self.left, self.right = x
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        x, y = self.x, self.y
        {ask}


a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
joined = layers.concatenate([a, b])
model = keras.Model({inputs}, layers.Dense(1)(joined))
model.compile("sgd", "mse")
watch = Watch([left[30:], right[30:]], y[30:])
model.fit({fitted}, y, epochs=2, verbose=0, callbacks=[watch])
seen = watch.seen
"""
PREDICTS = "self.seen.append(float(self.model.predict({}).mean()))"
EVALUATES = "self.seen.append(self.model.evaluate({}, self.y, verbose=0))"
LISTED = {"inputs": "[a, b]", "fitted": "[left, right]"}
KEYED = {"inputs": '{"a": a, "b": b}', "fitted": '{"a": left, "b": right}'}
BY_KEY = '{"b": self.right, "a": self.left}'


@pytest.mark.parametrize(
    ("ask", "model"),
    [
        (PREDICTS.format("[self.left, self.right]"), LISTED),
        (PREDICTS.format("self.x, verbose=0"), LISTED),
        (PREDICTS.format("x"), LISTED),
        (EVALUATES.format("[self.left, self.right]"), LISTED),
        (EVALUATES.format("self.x"), LISTED),
        (PREDICTS.format(BY_KEY), KEYED),
        (EVALUATES.format(BY_KEY), KEYED),
    ],
)
def test_asks_for_all_inputs(ask: str, model: dict[str, str], scripts: Scripts) -> None:
    text = TEXT.replace("{ask}", ask)
    for name, code in model.items():
        text = text.replace(f"{{{name}}}", code)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "seen" in apart
    assert max(apart.values()) < 1e-9
    said = [d.code for d in convert(text).diagnostics]
    assert said == ([] if "self.left" in ask else [ASSUMED.code])


@pytest.mark.parametrize("given", ['{"a": left, "b": right}', "dict(a=left, b=right)", "table"])
def test_what_is_made_with_a_dict_has_no_list(given: str) -> None:
    text = TEXT.replace("{ask}", PREDICTS.format("self.x")).replace("self.left, self.right = x", "")
    for name, code in LISTED.items():
        text = text.replace(f"{{{name}}}", code)
    text = text.replace("watch = Watch([left[30:], right[30:]]", f"watch = Watch({given}")
    text = text.replace("watch =", 'table = {"a": left, "b": right}\nwatch =', 1)
    assert [d for d in convert(text).diagnostics if d.severity.value == "error"]


@pytest.mark.parametrize("asked", ["self.x", "[self.left]", '{"a": self.left}'])
def test_what_is_not_seen_to_be_all_inputs_is_left(asked: str) -> None:
    text = TEXT.replace("{ask}", PREDICTS.format(asked))
    for name, code in KEYED.items():
        text = text.replace(f"{{{name}}}", code)
    said = [d.message for d in convert(text).diagnostics if d.severity.value == "error"]
    assert any("predict" in message or "fit" in message for message in said), said
