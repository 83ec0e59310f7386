"""Functions that freeze and compile models they get, which are compiled elsewhere, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import test_several_files as several
from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.rewritings.compiled_by_calls import compiled_by_calls

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)


def build_model(frozen={frozen}):
    inputs = keras.Input((5,))
    hidden = layers.Dense(6, activation="tanh")(inputs)
    hidden = layers.Dense(4, activation="tanh")(hidden)
    model = keras.Model(inputs, layers.Dense(1)(hidden))
    {inside}
    return model


{function}


model = build_model()
{compiled}
first = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
{again}
second = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
"""
UNFREEZE = '''# The learning rate is small: little shall change
def unfreeze(model, rate=1e-2):
    """All but batch normalization."""
    # from the second layer on
    for layer in model.layers[2:]:
        if not isinstance(layer, layers.BatchNormalization):
            layer.trainable = True
    optimizer = keras.optimizers.Adam(
        learning_rate=rate
    )

    model.compile(optimizer=optimizer, loss="mse")
    return model'''
COMPILE = """def compile_model(model, lr, loss="mse"):
    model.compile(optimizer=keras.optimizers.Adam(lr), loss=loss)"""
FROZEN = """for layer in model.layers[:-1]:
        layer.trainable = False"""
COMPILED = 'model.compile("sgd", "mse")'


@pytest.mark.parametrize(
    ("function", "inside", "compiled", "again"),
    [
        (UNFREEZE, COMPILED, "", "model = unfreeze(model)"),
        (UNFREEZE, FROZEN, COMPILED, "unfreeze(model, rate=1e-3)"),
        (COMPILE, "", "compile_model(model, 1e-2)", 'compile_model(model, 1e-3, loss="mae")'),
        (COMPILE, "", COMPILED, "for _ in range(1):\n    compile_model(lr=1e-3, model=model)"),
    ],
)
@pytest.mark.parametrize("keras", ["2", "3"])
def test_they_stand_where_they_are_called(
    keras: str, function: str, inside: str, compiled: str, again: str, scripts: Scripts
) -> None:
    text = PROGRAM.format(
        function=function, inside=inside, compiled=compiled, again=again, frozen=None
    )
    options = Options(exact=True, keras=keras)  # type: ignore[arg-type]
    after = converted(text, options)
    assert function.partition("(")[0].rpartition("def ")[2] + "(" not in after
    for comment in ("# The learning rate is small", "# from the second layer on"):
        assert after.count(comment) == text.count(comment)
    apart = scripts.compare(text, after)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        ("    rate = 1e-3\n    model.compile(Adam(rate), 'mse')", "rate = 2\ncompiled(net)"),
        ("    model.compile(Adam(rate), 'mse')", "def run(net, rate):\n    compiled(net)"),
        ("    return model.compile('sgd', 'mse')", "compiled(net)"),
        ("    model.compile('sgd', 'mse')", "compiled(make())"),
        ("    model.compile('sgd', 'mse')", "run(compiled)"),
        ("    model.compile('sgd', 'mse')", "other = compiled(net)"),
        ("    model.compile('sgd', 'mse')", "compiled(*given)"),
        ("    model = model.inner\n    model.compile('sgd', 'mse')", "compiled(net)"),
    ],
)
def test_what_would_mean_something_else_stays(body: str, calls: str) -> None:
    text = f"def compiled(model):\n{body}\nnet.compile('sgd', 'mse')\n{calls}\n"
    assert compiled_by_calls(text, lambda: ()) is None


def test_what_other_files_call_stays() -> None:
    text = f"{COMPILE}\nnet.compile('sgd', 'mse')\ncompile_model(net, 0.1)\n"
    assert compiled_by_calls(text, lambda: ()) is not None
    assert compiled_by_calls(text, lambda: ("from losses import compile_model",)) is None


ALL_BUT_ONE = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)


def build():
    return keras.Sequential(
        [layers.Dense(6, activation="tanh", input_shape=(5,)), layers.Dense(4), layers.Dense(1)]
    )


{function}


model = build()
model.compile("sgd", "mse")
first = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
{frozen}
model.layers[-1].trainable = True
model.compile(keras.optimizers.SGD(0.1), "mse")
second = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
"""


SET_TRAINABLE = """def set_trainable(net, flag):
    for layer in net.layers:
        layer.trainable = flag"""


@pytest.mark.parametrize(
    ("function", "frozen"),
    [
        (SET_TRAINABLE, "set_trainable(model, False)"),
        ("", "for layer in model.layers:\n    layer.trainable = False"),
    ],
)
def test_all_layers_but_some(function: str, frozen: str, scripts: Scripts) -> None:
    text = ALL_BUT_ONE.format(function=function, frozen=frozen)
    said = convert(text).diagnostics
    assert not [d.message for d in said if d.severity is Severity.ERROR]
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_what_another_file_compiles_call_by_call_is_an_error(tmp_path: Path) -> None:
    tools = (
        "from tensorflow import keras\n\n\ndef compile_it(model, tune):\n    if tune:\n"
        '        model.layers[0].trainable = False\n    model.compile("sgd", "mse")\n'
    )
    main = (
        "import numpy as np\nfrom tensorflow import keras\nfrom tools import compile_it\n\n"
        "x = np.ones((24, 3))\n"
        "m = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])\n"
        "compile_it(m, False)\nm.fit(x, x.sum(1))\ncompile_it(m, True)\nm.fit(x, x.sum(1))\n"
    )
    _, errors = several.converted(tmp_path, {"main.py": main, "tools.py": tools})
    assert any(e.startswith("main.py:7:") and "only known call by call" in e for e in errors)
