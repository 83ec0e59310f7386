"""Models with several outputs: a loss, a weight and metrics for each, by name or in order."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.random((50, 4))
total, kind = x.sum(axis=1), rng.integers(0, 3, size=(50,))
inputs = keras.Input((4,))
hidden = keras.layers.Dense(8, activation="tanh")(inputs)
size = keras.layers.Dense(1, name="size")(hidden)
group = keras.layers.Dense(3, activation="softmax", name="group")(hidden)
model = keras.Model(inputs, [size, group])
model.compile(optimizer="sgd", {compiled})
history = model.fit(x, {y}, epochs=3, batch_size=16, verbose=0{fit})
losses = history.history
score = model.evaluate(x, {y}, verbose=0)
sizes, groups = model.predict(x, verbose=0)
{after}
"""
LOSSES = '{"size": "mse", "group": "sparse_categorical_crossentropy"}'


def program(
    compiled: str = f"loss={LOSSES}", y: str = "[total, kind]", fit: str = "", after: str = ""
) -> str:
    return PROGRAM.format(compiled=compiled, y=y, fit=fit, after=after)


TRIALS = [
    program(),
    program('loss=["mae", "sparse_categorical_crossentropy"], loss_weights=[0.5, 2.0]'),
    program(
        f'loss={LOSSES}, loss_weights={{"group": 0.3, "size": 1.0}}, '
        'metrics={"group": ["accuracy"], "size": "mae"}',
        '{"group": kind, "size": total}',
        ", validation_split=0.2",
    ),
    program(f'loss={LOSSES}, metrics=[["mae", "mse"], ["accuracy"]]'),
    # what a variable holds where it is compiled, not where it trains
    program(f"loss={LOSSES}, loss_weights=[1.0, part])\npart = float(3").replace(
        "model.compile(", "part = 0.5\nmodel.compile("
    ),
    program(f'loss={LOSSES}, metrics={{"size": ["mse", "mae"], "group": ["accuracy"]}}'),
    program(fit=", validation_data=(x[:9], [total[:9], kind[:9]])"),
    program(
        fit=', callbacks=[keras.callbacks.EarlyStopping("group_loss", patience=1, mode="min")]',
        y='{"size": total, "group": kind}',
    ),
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("text", TRIALS)
def test_trains_equally(text: str, scripts: Scripts) -> None:
    conversion = convert(text)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert not errors, errors
    apart = scripts.compare(text, conversion.text)
    assert {"losses", "score", "sizes", "groups"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("size", "group"), [("loss", "inputs"), ("the-size", "2nd"), ("a-b", "a_b")]
)
def test_outputs_may_be_called_anything(size: str, group: str, scripts: Scripts) -> None:
    text = program(f'loss={LOSSES}, metrics={{"size": "mae"}}')
    text = text.replace('"size"', f'"{size}"').replace('"group"', f'"{group}"')
    apart = scripts.compare(text, convert(text).text)
    assert {"losses", "score", "sizes"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "text",
    [
        program('loss={"size": "mse"}'),
        program('loss={"size": "mse", "kind": "mse"}'),
        program(f'loss={LOSSES}, metrics=["mae"]'),
        program(f"loss={LOSSES}, loss_weights=[float(input()), 1.0, 2.0]"),
        program(f"loss={LOSSES}", "total"),
        program(fit=", class_weight={0: 1.0}"),
        program().replace(', name="size"', ""),
    ],
)
def test_what_is_not_translated_is_said(text: str) -> None:
    conversion = convert(text)
    assert any(d.severity is Severity.ERROR for d in conversion.diagnostics)
    assert "model.compile(" in conversion.text
    assert "history = model.fit(" in conversion.text


@pytest.mark.parametrize(
    ("losses", "weights", "keras", "said"),
    [
        ('["mse", "sparse_categorical_crossentropy"]', '{"size": 1.0, "group": 0.5}', "3", True),
        ('["mse", "sparse_categorical_crossentropy"]', '{"size": 1.0, "group": 0.5}', "2", False),
        ('["mse", "sparse_categorical_crossentropy"]', "[1.0, 0.5]", "3", False),
        (LOSSES, '{"size": 1.0, "group": 0.5}', "3", False),
    ],
)
def test_weights_by_names_beside_losses_by_places(
    losses: str, weights: str, keras: str, said: bool
) -> None:
    """Seen in Keras 3.15: it flattens the dict, in the order of its sorted keys."""
    text = program(f"loss={losses}, loss_weights={weights}")
    messages = [d.message for d in convert(text, Options(keras=keras)).diagnostics]
    assert any("in the alphabetical order of their names" in m for m in messages) is said


@pytest.mark.parametrize(
    ("losses", "weights", "written"),
    [
        (
            '["mse", "sparse_categorical_crossentropy"]',
            "[0.25, 2.0]",
            "config['w'][0] * size_loss",
        ),
        (LOSSES, '{"size": 0.25, "group": 2.0}', "config['w'][\"group\"] * group_loss"),
    ],
)
def test_weights_that_only_the_run_knows(
    losses: str, weights: str, written: str, scripts: Scripts
) -> None:
    text = program(f"loss={losses}, loss_weights=config['w']").replace("epochs=3", "epochs=1")
    text = f"import json\n{text}".replace(
        "inputs =", f"config = json.loads('{{\"w\": {weights}}}')\ninputs =", 1
    )
    conversion = convert(text)
    messages = [d.message for d in conversion.diagnostics]
    kind = "dict" if losses == LOSSES else "list"
    assert f"`config['w']` is read as a {kind} with a weight for each output" in messages
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert written in conversion.text
    apart = scripts.compare(text, conversion.text)
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


SCALED = """\
import numpy as np
import keras
from keras import layers

x = np.random.default_rng(0).normal(size=(40, 6))
kinds = np.arange(40) % 3
scale = 0.5
inputs = keras.Input((6,))
hidden = layers.Dense(5, "tanh")(inputs) * scale
scale = 7.0
model = keras.Model(inputs, layers.Dense(3, "softmax")(hidden))
model.compile("sgd", "sparse_categorical_crossentropy")
history = model.fit(x, kinds, epochs=2, verbose=0)
losses = np.array(history.history["loss"])
"""


def test_a_model_on_logits_reads_a_value_as_it_was(scripts: Scripts) -> None:
    apart = scripts.compare(SCALED, convert(SCALED).text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


LISTED = PROGRAM.replace(
    "model = keras.Model(inputs, [size, group])",
    "outputs = [{first}, keras.layers.Dense(3, 'softmax', name='group')(hidden)]\n"
    "model = keras.Model(inputs, outputs)",
)


@pytest.mark.parametrize("first", ["size", "keras.layers.Dense(1, name='size')(hidden)"])
def test_outputs_in_a_list_have_the_names_of_their_layers(first: str, scripts: Scripts) -> None:
    given = {"compiled": f"loss={LOSSES}", "y": "[total, kind]", "fit": "", "after": ""}
    text = LISTED.replace("group = keras", "other = keras").replace('"group")(h', '"other")(h')
    text = text.format(first=first, **given)
    conversion = convert(text)
    assert not [d.message for d in conversion.diagnostics if "no names" in d.message]
    apart = scripts.compare(text, conversion.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


SIZED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).randint(0, 3, 40)


def build(units=4, classes=1):
    i = keras.Input((6,))
    h = layers.Dense(units)(i)
    return keras.Model(i, layers.Dense(classes, activation="sigmoid")(h))


def own(y_true, y_pred):
    return keras.losses.binary_crossentropy(y_true, y_pred)


one, two = build(), build(classes=3)
one.compile("sgd", own, metrics=["accuracy"])
first = one.fit(x, y > 0, epochs=2, shuffle=False)
two.compile("sgd", own, metrics=["accuracy"])
second = two.fit(x, keras.utils.to_categorical(y), epochs=2, shuffle=False)
"""


def test_sizes_that_only_the_caller_knows(scripts: Scripts) -> None:
    """What "accuracy" means goes by the size of the output, by an argument or its default."""
    apart = scripts.compare(SIZED, convert(SIZED).text)
    assert max(apart.values()) < 1e-9, apart
