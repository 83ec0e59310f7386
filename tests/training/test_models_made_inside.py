"""Models without a name, or others in each round of a loop, that are layers of another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_several_files import assert_equal, converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import Input, Model, Sequential, layers

x = np.random.RandomState(0).rand(48, 4)
y = (x.sum(1) > 2).astype(int)


def build_trunk(units):
    inputs = Input((4,))
    h = layers.Dense(units, kernel_regularizer="l2", kernel_initializer="he_normal")(inputs)
    return Model(inputs, layers.BatchNormalization(momentum=0.7)(h))


def build_head():
    return Sequential([layers.Dense(5, "tanh"), layers.Dense(1, "sigmoid")])


"""
UNNAMED = """\
first = Sequential([build_trunk(6), layers.Dense(1, "sigmoid")])
first.compile("adam", "binary_crossentropy", metrics=["accuracy"])
losses = first.fit(x, y, epochs=2, verbose=0).history["loss"]

second = Sequential()
for _ in range(2):
    second.add(build_trunk(4))
second.add(layers.Dense(1, activation="sigmoid"))
second.compile("adam", "binary_crossentropy", metrics=["accuracy"])
others = second.fit(x, y, epochs=2, verbose=0).history["loss"]

inputs = Input((4,))
third = Model(inputs, build_head()(build_trunk(7)(inputs)))
third.compile("adam", "binary_crossentropy", metrics=["accuracy"])
score = third.fit(x, y, epochs=2, verbose=0).history["accuracy"]
"""


def test_a_class_makes_the_models_that_have_no_name(scripts: Scripts) -> None:
    made = convert(HEAD + UNNAMED, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "        self.trunk = build_trunk(6)\n" in made.text
    assert "            self.trunks.append(build_trunk(4))\n" in made.text
    assert "self.apply" in made.text  # of the trunk; what is around it leaves that alone
    assert "        self.dense.apply(init_like_keras)\n" in made.text
    apart = scripts.compare(HEAD + UNNAMED, made.text)
    assert {"losses", "others", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


LOOPS = """\
def build(kind):
    inputs = Input((4,))
    h = inputs
    if kind == "deep":
        for _ in range(2):
            part = build_trunk(4)
            h = part(h)
    elif kind == "wide":
        wide = build_trunk(9)
        h = layers.add([wide(inputs), wide(h)])
    return Model(inputs, layers.Dense(1, "sigmoid")(h))


scores = []
for kind in ("deep", "wide", "none"):
    model = build(kind)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    scores.append(model.fit(x, y, epochs=2, verbose=0).history["loss"][-1])
"""


def test_loops_and_branches_make_models_of_their_own(scripts: Scripts) -> None:
    made = convert(HEAD + LOOPS, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "                self.parts.append(build_trunk(4))\n" in made.text
    assert "            self.wide = build_trunk(9)\n" in made.text
    apart = scripts.compare(HEAD + LOOPS, made.text)
    assert "scores" in apart
    assert max(apart.values()) < 1e-9, apart


ROUNDS = """\
losses, codes = [], []
for size in (2, 3):
    encoder = {encoder}
    decoder = Sequential([Input((size,)), layers.Dense(4)])
    both = Sequential([encoder, decoder])
    both.compile("adam", "mse")
    losses.append(both.fit(x, x, epochs=2, verbose=0).history["loss"][-1])
    codes.append(float(encoder.predict(x).sum()))
"""


@pytest.mark.parametrize(
    "encoder", ["build_trunk(size)", 'Sequential([Input((4,)), layers.Dense(size, "relu")])']
)
def test_models_of_a_round_are_made_of_those_of_the_same_round(
    encoder: str, scripts: Scripts
) -> None:
    text = HEAD + ROUNDS.format(encoder=encoder)
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert {"losses", "codes"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


WRITTEN_OUT = """\
def build(deep):
    inputs = Input((4,))
    h = inputs
    {way}:
        part = Sequential([layers.Dense(3, "relu"), layers.Dense(4)])
        h = part(h)
    return Model(inputs, layers.Dense(1)(h))


model = build(2)
"""
KEPT = """\
def build():
    inputs = Input((4,))
    h, parts = inputs, []
    for _ in range(2):
        part = build_trunk(4)
        parts.append(part)
        h = part(h)
    return Model(inputs, layers.Dense(1)(h)), parts


model, parts = build()
"""
LATER = """\
def build(deep):
    inputs = Input((4,))
    parts = [build_trunk(4), build_trunk(4)]
    h = parts[0](inputs) if deep else layers.Dense(4)(inputs)
    return Model(inputs, layers.Dense(1)(parts[0](h)))


model = build(True)
"""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (WRITTEN_OUT.format(way="for _ in range(deep)"), "let a function of its own make it"),
        (WRITTEN_OUT.format(way="if deep"), "let a function of its own make it"),
        (LATER, "a model is made in one branch or loop, and called in another one"),
        (KEPT, "`part` is read here, and nothing gives it"),
    ],
)
def test_what_a_class_can_not_make_is_refused(code: str, reason: str) -> None:
    said = [d.message for d in convert(HEAD + code).diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in said), said


TRAIN = """\
import numpy as np
from tensorflow import keras

import parts

x = np.random.RandomState(0).rand(48, 4)
y = (x.sum(1) > 2).astype(int)
model = keras.Sequential([parts.build_trunk(6), keras.layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, verbose=0)
"""


def test_functions_of_another_file_give_them(tmp_path: Path, session: VerifySession) -> None:
    parts = HEAD.replace("import numpy as np\n", "")
    parts = "".join(line for line in parts.splitlines(True) if line[:4] not in ("x = ", "y = "))
    made, errors = converted(tmp_path, {"parts.py": parts, "train.py": TRAIN})
    assert not errors
    assert "self.trunk = parts.build_trunk(6)" in made["train.py"]
    assert_equal(tmp_path, "train.py", session)


WAYS = """\
def make(kind):
    if kind == "wide":
        inputs = Input((4,))
        model = Model(inputs, layers.Dense(1{activation})(inputs))
        return {first}
    model = Sequential([Input((4,)), layers.Dense(5), layers.Dense(1, activation="sigmoid")])
    return {second}


scores = []
for kind in ("wide", "deep"):
    {target} = make(kind){key}
    model.compile("adam", "binary_crossentropy")
    scores.append(model.fit(x, y, epochs=2, verbose=0).history["loss"][-1])
"""
TUPLES = {"first": "model, 3", "second": "model, model.predict(x)", "target": "model, _", "key": ""}
DICTS = {"first": '{"m": model}', "second": '{"m": model}', "target": "model", "key": '["m"]'}


@pytest.mark.parametrize("given", [TUPLES, DICTS], ids=["tuples", "dicts"])
def test_functions_give_different_models_on_different_ways(
    given: dict[str, str], scripts: Scripts
) -> None:
    text = HEAD + WAYS.format(activation=', activation="sigmoid"', **given)
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert made.text.count(".to(device)\n") >= 2
    apart = scripts.compare(text, made.text)
    assert max(apart.values()) < 1e-9, apart
    found = convert(HEAD + WAYS.format(activation="", **given)).diagnostics
    assert any("one of several models, which are trained differently" in d.message for d in found)
