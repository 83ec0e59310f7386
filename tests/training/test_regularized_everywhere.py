"""Regularizers of layers that loops and blocks make."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.regularizers import l1, l1_l2, l2

DECAY = 2**-7  # Keras keeps some factors in single precision
x = np.random.RandomState(0).rand(48, 8, 3)
y = np.random.RandomState(1).rand(48, 1)


"""
TRAIN = """\


model = build([4, 5], 2**-6)
model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
history = model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)
losses = history.history
score = model.evaluate(x, y, verbose=0)
"""

BLOCKS = """\
def block(x, width):
    y = layers.Conv1D(width, 3, strides=2, padding="same", kernel_regularizer=l2(DECAY))(x)
    y = layers.Activation("tanh")(y)
    return layers.ReLU()(y)


def build(widths, decay):
    x = inputs = keras.Input((8, 3))
    for width in widths:
        x = block(x, width)
    x = block(x, 3)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(1)(x))
"""
LOOPED = """\
def build(widths, decay):
    x = inputs = keras.Input((8, 3))
    for width in widths:
        x = layers.Conv1D(width, 3, kernel_regularizer=l1_l2(decay, DECAY))(x)
        x = layers.Dense(width, activation="tanh", kernel_regularizer=l1(decay))(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(1)(x))
"""
EVERY = """\
def block(x, width, reg=l2(0.5)):
    for _ in range(2):
        x = layers.Conv1D(width, 3, padding="same", kernel_regularizer=l2(DECAY))(x)
    return x


def build(widths, decay):
    x = inputs = keras.Input((8, 3))
    for width in widths:
        x = block(x, width)
    x = layers.Conv1D(2, 1, kernel_regularizer=l2(DECAY))(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(1, kernel_regularizer=l2(decay))(x))
"""


CHOSEN = """\
def build(widths, decay, kind="l1"):
    if kind == "l2":
        reg = l2(DECAY)
    elif kind == "l1":
        reg = l1(decay)
    else:
        reg = None
    more = l1_l2(decay, DECAY) if decay > 0 else None
    x = inputs = keras.Input((8, 3))
    for width in widths:
        x = layers.Conv1D(width, 3, kernel_regularizer=reg)(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dense(3, kernel_regularizer=more)(x)
    return keras.Model(inputs, layers.Dense(1)(x))
"""


#: What no class of a module tells, so that each layer carries it.
CARRIED = [
    # some layers of a class alone, and others that keep their weights in other ways
    BLOCKS.replace("    x = block(x, 3)", "    x = layers.Conv1D(2, 1)(x)"),
    BLOCKS.replace("x = block(x, 3)", "x = layers.MultiHeadAttention(1, 2)(x, x)"),
    # factors of one layer, and factors that a block is given
    BLOCKS.replace("l2(DECAY)", "l1_l2(DECAY, 0.125 * width), use_bias=width > 4"),
    BLOCKS.replace("def block(x, width)", "def block(x, width, decay)")
    .replace("l2(DECAY)", "l2(decay), bias_regularizer=l1(2 * decay)")
    .replace("block(x, width)\n    x", "block(x, width, decay)\n    x")
    .replace("block(x, 3)", "block(x, 3, decay=DECAY)"),
]
BOUND = [
    BLOCKS.replace("l2(DECAY)", 'l2(DECAY), kernel_constraint="unit_norm"'),
    BLOCKS.replace(
        "kernel_regularizer=l2(DECAY)",
        'kernel_initializer="he_normal", '
        "kernel_constraint=keras.constraints.MaxNorm(0.5, axis=[0, 1])",
    ).replace("layers.Dense(1)", "layers.Dense(1, kernel_constraint=keras.constraints.NonNeg())"),
]


@pytest.mark.parametrize("build", [*CARRIED, *BOUND])
def test_layers_carry_them(build: str, scripts: Scripts) -> None:
    text = f"{HEAD}{build}{TRAIN}"
    result = converted(text)
    assert "hasattr(layer, " in result
    assert ("constrain(model)" in result) is (build in BOUND)
    apart = scripts.compare(text, result)
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("build", [BLOCKS, LOOPED, EVERY, CHOSEN])
def test_they_are_part_of_the_loss(build: str, scripts: Scripts) -> None:
    text = f"{HEAD}{build}{TRAIN}"
    result = converted(text)
    assert "penalty(model)" in result
    apart = scripts.compare(text, result)
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("l2(DECAY)", "keras.regularizers.OrthogonalRegularizer(DECAY)", "more than a sum"),
        ("l2(DECAY)", "l2(DECAY), bias_regularizer='l2', use_bias=width > 3", "not translated"),
        (
            "l2(DECAY)",
            "l2(DECAY), kernel_constraint=keras.constraints.MaxNorm(width)",
            "not translated",
        ),
        ("kernel_regularizer=l2(DECAY)", "kernel_regularizer=l2(DECAY), trainable=False", "frozen"),
        ("kernel_regularizer=l2(DECAY)", 'bias_constraint="non_neg"', "not translated"),
    ],
)  # fmt: skip
def test_what_the_class_of_a_module_does_not_tell_is_refused(old: str, new: str, why: str) -> None:
    text = f"{HEAD}{BLOCKS}{TRAIN}"
    assert old in text
    result = convert(text.replace(old, new))
    errors = [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert any(why in message for message in errors), errors
    assert "penalty" not in result.text


TRAIN_ROWS = """
model.compile("sgd", "mse")
settings["decay"] = args.decay = 0.125
history = model.fit(x[:, 0], x[:, 0], batch_size=16, shuffle=False, verbose=0)
losses = history.history
"""
SETTINGS = """settings = {"decay": 0.5, "units": 4}
args = type("Args", (), {"decay": 0.5})()


def relax():
    settings["decay"] = args.decay = 0.25


"""
LOOP_RATES = """model = keras.Sequential([keras.Input((3,))])
for rate in np.array([0.5, 0.25]):
    model.add(layers.Dense(3, kernel_regularizer=l2(rate)))
"""
LOOP_INDICES = """def build(units, rates):
    x = inputs = keras.Input((3,))
    for place in range(1, len(units)):
        made = layers.Dense(units[place], activation="tanh", kernel_regularizer=l2(rates[place]))
        x = made(x)
    return keras.Model(inputs, layers.Dense(3)(x))


model = build([3, 5, 4], [0.5, 0.25, 0.125])
"""
LOOP_FACTORS = """def build(decay):
    model = keras.Sequential([keras.Input((3,))])
    for place in range(3):
        model.add(layers.Dense(3, kernel_regularizer=l2(decay), bias_regularizer=l1(decay)))
        decay /= 2
    return model


model = build(settings["decay"])
"""
SETTING = """\
inputs = keras.Input((3,))
model = keras.Model(inputs, layers.Dense(3, kernel_regularizer=l2(args.decay))(inputs))
"""
REASSIGNED = """\
def block(x):
    return layers.Dense(3, kernel_regularizer=l2(DECAY))(x)


inputs = keras.Input((3,))
model = keras.Model(inputs, block(block(inputs)))
DECAY = 0.25
model.compile("sgd", "mse")
history = model.fit(x[:, 0], x[:, 0], verbose=0)
losses = history.history
"""


def test_factors_are_those_with_which_layers_are_made(scripts: Scripts) -> None:
    text = HEAD + REASSIGNED
    apart = scripts.compare(text, converted(text))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "made",
    [LOOP_RATES, LOOP_INDICES, LOOP_FACTORS, SETTING],
)
def test_what_changes_later_is_what_it_was(made: str, scripts: Scripts) -> None:
    text = HEAD + SETTINGS + made + TRAIN_ROWS
    result = converted(text)
    assert "regularized(nn.Linear(" in result
    apart = scripts.compare(text, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


IN_BUILDER = """def build(options):
    model = keras.Sequential()
    model.add(keras.Input((3,)))
    for _ in range(options["layers"]):
        model.add(layers.Dense(options["units"], kernel_regularizer=l2(options["decay"])))
    model.add(layers.Dense(3))
    model.compile("sgd", "mse")
    return model


losses = []
for options in [{**settings, "layers": 2}, {**settings, "layers": 1, "decay": 0.25}]:
    model = build(options)
    history = model.fit(x[:, 0], x[:, 0], batch_size=16, shuffle=False, verbose=0)
    losses.append(history.history["loss"][-1])
"""


def test_what_nothing_changes_is_read_where_the_model_is_built(scripts: Scripts) -> None:
    text = HEAD + SETTINGS + IN_BUILDER
    apart = scripts.compare(text, converted(text))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


ADDED = """model = keras.Sequential([keras.Input((3,))])
model.add(layers.Dense(3, kernel_regularizer=l2({factor})))
{change}
model.add(layers.Dense(3))
"""
CALLED_LATER = """inputs = keras.Input((3,))
made = layers.Dense(3, kernel_regularizer=l2({factor}))
{change}
model = keras.Model(inputs, made(inputs))
"""
ALL_IN_LOOP = """model = keras.Sequential([keras.Input((3,))])
for _ in range(2):
    {change}
    model.add(layers.Dense(3, kernel_regularizer=l2({factor})))
    {change}
"""
BUILT_IN_LOOP = """def build(args, settings):
    model = keras.Sequential([keras.Input((3,))])
    for _ in range(2):
        {change}
        model.add(layers.Dense(3, kernel_regularizer=l2({factor})))
    return model


model = build(args, settings)
"""


@pytest.mark.parametrize("made", [ADDED, CALLED_LATER, ALL_IN_LOOP, BUILT_IN_LOOP])
@pytest.mark.parametrize(
    ("factor", "change"),
    [
        ("args.decay", "args.decay = args.decay / 2"),
        ("args.decay", "relax()"),
        ('settings["decay"]', "relax()"),
        ('settings["decay"]', 'settings["decay"] = 0.125'),
    ],
)
def test_what_changes_before_the_model_is_complete_is_refused(
    made: str, factor: str, change: str
) -> None:
    result = convert(HEAD + SETTINGS + made.format(factor=factor, change=change) + TRAIN_ROWS)
    errors = [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert any("changes" in message for message in errors), errors
    assert "penalty" not in result.text


TOGETHER = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, regularizers


def compile_and_fit(model, name, optimizer=None, max_epochs=2):
    if optimizer is None:
        optimizer = keras.optimizers.SGD(0.05)
    model.compile(optimizer=optimizer, loss=keras.losses.BinaryCrossentropy(from_logits=True))
    return model.fit(
        x, y, batch_size=8, shuffle=False, epochs=max_epochs, validation_data=(x, y), verbose=0
    )


x = np.random.RandomState(0).rand(24, 5)
y = np.random.RandomState(1).randint(0, 2, (24, 1))
plain = keras.Sequential([keras.Input((5,)), layers.Dense(4, activation="elu"), layers.Dense(1)])
histories = {"plain": compile_and_fit(plain, "plain").history["val_loss"]}
l2 = keras.Sequential([
    layers.Dense(6, kernel_regularizer=regularizers.l2(2**-7), input_shape=(5,)),
    layers.Dense(1, bias_regularizer=regularizers.l1(2**-7)),
])
histories["l2"] = compile_and_fit(l2, "l2", max_epochs=3).history["val_loss"]
alone = keras.Sequential([keras.Input((5,)), layers.Dense(1)])
alone.compile("sgd", "mse")
losses = alone.fit(x, y, batch_size=8, shuffle=False, verbose=0).history["loss"]
"""


def test_a_function_trains_models_with_regularizers_and_without(scripts: Scripts) -> None:
    text = TOGETHER.replace("layers.Dense(4,", "layers.Dense(4, kernel_constraint='non_neg',")
    result = converted(text)
    assert result.count("penalty(model)") == 3  # defined, and where either epoch is run
    assert result.count("constrain(model)") == 2
    apart = scripts.compare(text, result)
    assert {"histories", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


IN_BRANCHES = """\
def build(deep):
    inputs = keras.Input((8, 3))
    if deep:
        x = layers.Conv1D(4, 3, {first})(inputs)
        x = layers.BatchNormalization({second})(x)
        x = layers.GlobalAveragePooling1D()(x)
    else:
        x = layers.Flatten()(inputs)
    return keras.Model(inputs, layers.Dense(1, {third})(x))


losses = []
for deep in (True, False):
    model = build(deep)
    model.compile(keras.optimizers.SGD(0.05), "mse")
    losses.append(model.fit(x, y, epochs=2).history["loss"])
"""


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("kernel_regularizer=l2(DECAY)", "beta_regularizer=l1(DECAY)", ""),
        ("kernel_regularizer=l2(DECAY)", "", "kernel_regularizer=l2(DECAY)"),
        ("kernel_constraint='max_norm'", "", "kernel_regularizer=l1(DECAY)"),
    ],
)
def test_layers_that_a_branch_makes_may_be_missing(
    first: str, second: str, third: str, scripts: Scripts
) -> None:
    text = HEAD + IN_BRANCHES.format(first=first, second=second, third=third)
    differences = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in differences
    assert max(differences.values()) < 1e-9, differences
