"""Models behind loops whose sizes only a run tells: on zeros, when they are made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.training.pretended_gpu import pretended_gpu
from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(24, 12, 2), rng.rand(24, 1)


def conv_block(x, filters, pool=True):
    x = layers.Conv1D(filters, 3, padding="same", activation="relu")(x)
    x = layers.BatchNormalization()(x)
    if pool:
        x = layers.MaxPooling1D(2)(x)
    return x


def backbone(x, filters):
    for f in filters:
        x = conv_block(x, f)
    return x


def make_encoder(shape, filters):
    inputs = x = keras.Input(shape)
    for f in filters:
        x = layers.Conv1D(f, 3, strides=2, padding="same")(x)
    return keras.Model(inputs, x, name="encoder")

"""
TRAINED = """
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
found = model.predict(x)
"""
DENSE = """
def build(input_shape, filters):
    inputs = keras.Input(shape=input_shape)
    x = layers.Flatten()(backbone(inputs, filters))
    x = layers.Dense(8, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(1)(x))

model = build((12, 2), [3, 4])
"""
HEAD_BLOCK = """
def head(x, units):
    x = layers.Flatten()(x)
    x = layers.Dense(units, activation="relu")(x)
    return layers.Dense(1)(x)
"""
BLOCK = f"""{HEAD_BLOCK}
def build(steps, filters):
    inputs = keras.Input(shape=(steps, 2))
    return keras.Model(inputs, head(backbone(inputs, filters), 8))

model = build(12, [3, 4])
"""
STARTED = """
def build(shape, filters):
    inputs = keras.Input(shape)
    x = layers.Flatten()(backbone(inputs, filters))
    x = layers.Dense(8, kernel_initializer="he_normal")(x)
    return keras.Model(inputs, layers.Dense(1)(x))

model = build((12, 2), [3, 4])
"""
INSIDE = """
def build(shape, filters):
    encoder = make_encoder(shape, filters)
    inputs = keras.Input(shape)
    x = layers.Flatten()(encoder(inputs))
    return keras.Model(inputs, layers.Dense(1)(x))

model = build((12, 2), [3, 4])
"""
ASKED = """
def build(encoder, shape):
    inputs = keras.Input(shape)
    x = layers.Flatten()(encoder(inputs))
    return keras.Model(inputs, layers.Dense(1)(x))

encoder = make_encoder((12, 2), [3, 4])
features = encoder.predict(x)
model = build(encoder, (12, 2))
"""
LOOKED_UP = """
def build(vocabulary, length, filters):
    inputs = keras.Input((length,), dtype="int32")
    x = backbone(layers.Embedding(vocabulary, 3)(inputs), filters)
    return keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))

x = rng.randint(0, 20, (24, 12))
model = build(20, 12, [3, 4])
"""
METHOD = """
class Net:
    def __init__(self, shape, filters):
        self.shape, self.filters = shape, filters
        self.model = self.build()

    def build(self):
        inputs = keras.Input(self.shape)
        x = layers.Flatten()(backbone(inputs, self.filters))
        return keras.Model(inputs, layers.Dense(1)(x))

model = Net((12, 2), [3, 4]).model
"""
CASES = {
    "dense": (DENSE, "self.eval()(torch.zeros(1, *input_shape))\n"),
    "block": (BLOCK, "self.eval()(torch.zeros(1, steps, 2))\n"),
    "initializer": (STARTED, "self.eval()(torch.zeros(1, *shape))\n"),
    "nested": (INSIDE, "self.eval()(torch.zeros(1, *shape))\n"),
    "asked before": (ASKED, "self.to(device=device).eval()(torch.zeros(1, *shape, device=device))"),
    "whole numbers": (LOOKED_UP, "self.eval()(torch.zeros(1, length, dtype=torch.long))\n"),
    "method": (METHOD, "self.eval()(torch.zeros(1, *shape))\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_lazy_layers_know_their_sizes_before_the_optimizer(case: str, scripts: Scripts) -> None:
    build, run = CASES[case]
    program = f"{HEAD}{build}{TRAINED}"
    result = converted(program, Options(exact=True))
    assert run in result
    assert "class LazyLinear" not in result
    apart = scripts.compare(program, result)
    assert len(apart) > 8
    assert max(apart.values()) < 1e-9, apart


def test_parts_may_be_on_the_gpu_already() -> None:
    with pretended_gpu() as gpu:
        exec(converted(f"{HEAD}{ASKED}{TRAINED}"), {"__name__": "__main__"})
    assert gpu.steps == 6


@pytest.mark.parametrize(
    ("build", "left"),
    [
        (DENSE.replace("shape=input_shape", "shape=(None, 2)"), "before the first batch"),
        (
            DENSE.replace("layers.Flatten()", "layers.TorchModuleWrapper(None)"),
            "call that module itself",
        ),
    ],
)
def test_models_that_can_not_run_on_zeros(build: str, left: str) -> None:
    conversion = convert(f"{HEAD}{build}{TRAINED}")
    assert "torch.zeros" not in conversion.text
    assert any(left in d.message for d in conversion.diagnostics), conversion.diagnostics


def test_only_the_models_of_a_module_that_have_lazy_layers() -> None:
    text = f"{HEAD}{DENSE}{TRAINED}other = keras.Sequential([keras.Input((3,)), layers.Dense(1)])\n"
    result = converted(text)
    assert result.count("torch.zeros(1,") == 1
    assert "class LazyLinear" not in result


def test_a_size_that_one_call_knows_stays_a_size() -> None:
    """It is another call's lack that makes the layer lazy, and not a try of the interpreter."""
    known = "def build(n):\n    i = keras.Input((n, 2))\n    return keras.Model(i, head(i, 4))\n"
    text = converted(f"{HEAD}{HEAD_BLOCK}\n\n{known}\n\nmodel = build(12)\n")
    assert "nn.Linear(steps * channels, units)" in text


TWO_WAYS = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

def build(n, shape, wide=False):
{made}
    h = layers.Flatten()(layers.Reshape(shape)(inputs))
    return keras.Model(inputs, layers.Dense(3)(h))

m = build(4, (2, 14))
first = m.predict(np.ones((2, 4, 7)))
m = build(4, (2, {size}), wide=True)
second = m.predict(np.ones((2, 4, {last})))
"""
IF = "    if wide:\n        inputs = {}\n    else:\n        inputs = {}"


@pytest.mark.parametrize(
    ("made", "runs"),
    [
        (IF.format("layers.Input((n, 4))", "keras.Input(shape=(n, 7))"), False),
        ("    inputs = layers.Input((n, 4)) if wide else layers.Input((n, 7))", False),
        ("    inputs: object = layers.Input((n, 4))\n    if not wide:\n"
         "        inputs = layers.Input((n, 7))", False),
        (IF.format("layers.Input((n, 7), name='a')", "layers.Input((n, 7), name='b')"), True),
        ("    inputs = layers.Input((n, 7))", True),
    ],
)  # fmt: skip
def test_an_input_that_may_be_of_another_shape_is_not_run_on_zeros(made: str, runs: bool) -> None:
    size, last = (14, 7) if runs else (8, 4)
    text = converted(TWO_WAYS.format(made=made, size=size, last=last))
    assert ("self.eval()(torch.zeros(1, n, 7))" in text) is runs
    room: dict[str, Any] = {}
    exec(text, room)
    assert room["first"].shape == room["second"].shape == (2, 3)


CUT = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)


def vectorize(sequences, dimension=30):
    results = np.zeros((len(sequences), dimension))
    for i, sequence in enumerate(sequences):
        results[i, sequence] = 1.0
    return results


x = vectorize([rng.randint(0, 30, 9) for _ in range(60)])
y = rng.randint(0, 2, 60)
model = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(1)])
model.compile("sgd", "mse")
{cut}
history = model.fit(part, target, epochs=2, shuffle=False).history
losses = history["loss"]
"""
CUTS = {
    "lines": ("part = x[20:]\ntarget = y[20:]", True),
    "at-once": ("part, target = x[:20], y[:20]", True),
    "twice": ("part = x[20:]\npart = part[:, :3]\ntarget = y[20:]", False),
    "columns": ("part = x[:, :3]\ntarget = y", False),
    "of-another": ("x = x[:, :3]\npart = x[20:]\ntarget = y[20:]", False),
}


@pytest.mark.parametrize("name", CUTS)
def test_rows_of_an_array_are_as_wide_as_it_is(name: str, scripts: Scripts) -> None:
    cut, known = CUTS[name]
    text = CUT.format(cut=cut)
    made = convert(text, Options(exact=True))
    assert ("nn.Linear(x.shape[1], 4)" in made.text) is known
    errors = [d for d in made.diagnostics if d.severity is Severity.ERROR]
    if known:
        assert not errors
    if not errors:
        apart = scripts.compare(text, made.text)
        assert {"history", "losses"} <= apart.keys()
        assert max(apart.values()) < 1e-9, apart
