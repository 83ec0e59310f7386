"""Names that the conversion adds to a file, and what of the program is called so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted as converted_text
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession
from transpiler.verify.trees import file_pair

SCRIPT = """\
import numpy as np
from keras import Sequential, layers

x = np.random.RandomState(0).rand(20, 4)
{0} = Sequential([layers.Input((4,)), layers.Dense(1)])
{0}.compile("sgd", "mse")
{0}.fit(x, x[:, 0], epochs=2, shuffle=False, verbose=0)
outputs = {0}.predict(x, verbose=0)
"""


@pytest.mark.parametrize("name", ["nn", "F", "torch", "math"])
def test_a_model_that_is_called_as_a_module_of_the_conversion_is_left(name: str) -> None:
    result = convert(SCRIPT.format(name))
    errors = [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert f"called `{name}`, as a module" in errors[0].message
    assert f"{name}.fit(x" in result.text


OTHERS = '''\
class Model:
    """Something else."""

    def __init__(self, name):
        self.name = name


class Generator(Model):
    pass
'''
MAIN = """\
import numpy as np
{imports}
from keras import Sequential, layers


def generator(size):
    return Sequential([layers.Input((size,)), layers.Dense(2)])


x = np.random.RandomState(0).rand(20, 4)
model = Sequential([layers.Input((4,)), layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(x, x[:, 0], epochs=2, shuffle=False)
other = generator(4)
outputs = other.predict(x, verbose=0)
name = Model("abc").name + Generator("d").name
size = len(name)
"""


@pytest.mark.parametrize("imports", ["from others import Generator, Model", "from others import *"])
def test_classes_do_not_hide_what_the_file_imports(
    imports: str, tmp_path: Path, session: VerifySession
) -> None:
    files = {"others.py": OTHERS, "main.py": MAIN.format(imports=imports)}
    after, errors = converted(tmp_path, files)
    assert errors == []
    assert "\nclass Model(" not in after["main.py"]
    assert "\nclass Generator(" not in after["main.py"]
    pair = file_pair(str(tmp_path / "before" / "main.py"), str(tmp_path / "after" / "main.py"))
    reports = session.verify(pair.original, pair.converted, level="training")
    assert [report.status for report in reports] == ["equal", "equal"]


SETTINGS = """\
def predict(outputs):
    return outputs.argmax(1)
"""
NETS = """\
from keras import Sequential, layers


def scores(x, y):
    model = Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    return model.predict(x, verbose=0)
"""
STARS = """\
from sklearn.datasets import load_iris

from settings import *
{imports}

x, y = load_iris(return_X_y=True)
found = scores(x, y)
kinds = predict(found)
"""


def test_stars_that_bring_names_of_the_conversion(tmp_path: Path) -> None:
    files = {"settings.py": SETTINGS, "nets.py": NETS}
    files["main.py"] = STARS.format(imports="from nets import *")
    _, errors = converted(tmp_path, files)
    assert len(errors) == 1
    assert "`from nets import *` brings a `predict` of the conversion" in errors[0]


def test_what_is_imported_by_name_hides_nothing(tmp_path: Path) -> None:
    files = {"settings.py": SETTINGS, "nets.py": NETS}
    files["main.py"] = STARS.format(imports="from nets import scores")
    _, errors = converted(tmp_path, files)
    assert errors == []


NESTED = """\
import numpy as np
from keras import Input, Model, layers

x = np.random.RandomState(0).rand(50, 12)


def make_decoder():
    codes = Input((2,))
    return Model(codes, layers.Dense(12, activation="sigmoid")(codes), name="decoder")


inputs = Input((12,))
codes = layers.Dense(2, name="codes")(inputs)
decoder = make_decoder()
{joined}
model.compile("sgd", {loss})
history = model.fit(
    x, [x, np.zeros((50, 2))], epochs=3, batch_size=10, shuffle=False, verbose=0
)
losses = history.history["decoder_loss"]
"""


@pytest.mark.parametrize(
    ("joined", "loss"),
    [
        ("model = Model(inputs, [decoder(codes), codes])", '["mse", "mae"]'),
        ("outputs = decoder(codes)\nmodel = Model(inputs, [outputs, codes])", '["mse", "mae"]'),
        ("model = Model(inputs, [decoder(codes), codes])", '{"decoder": "mse", "codes": "mae"}'),
    ],
)
def test_outputs_are_called_as_the_models_that_give_them(
    joined: str, loss: str, scripts: Scripts
) -> None:
    text = NESTED.format(joined=joined, loss=loss)
    apart = scripts.compare(text, converted_text(text, Options(exact=True)))
    assert "losses" in apart
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_numbers_of_models_without_names_are_not_guessed() -> None:
    text = NESTED.format(joined="model = Model(inputs, [decoder(codes), codes])", loss='"mse"')
    text = text.replace(', name="decoder"', "").replace("decoder_loss", "functional_1_loss")
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("an output of the model has no name of its own" in message for message in errors)


CAPTURED = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
{before}

def build({taken}):
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


{run}
"""
RUN = """\
def run({given}):
    model = build()
    history = model.fit(x, y, epochs=2, shuffle=False, verbose=0, validation_split=0.25)
    {local}
    return [history.history["loss"][-1], float(np.sum({read}))]


found = run()
"""
FOLD = (
    "for {0} in ('a', 'b'):\n    model = build()\n    model.fit(x, y, epochs=2, verbose=0)\n"
    "    kept.append({0})"
)
RATES = """\
model, kept = build(), []
for group in ("slow", "fast"):
    model.optimizer.learning_rate = {"slow": 0.1, "fast": 0.2}[group]
    model.fit(x, y, epochs=2, shuffle=False, verbose=0, callbacks=[
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)])
    kept.append(group)
found = len("".join(kept))"""
#: Names of the program's own that what is written could bind anew, or take for another thing.
OWN_NAMES = [
    ("", RUN.format(given="", local="predict = model.predict(x)", read="predict")),
    ("", RUN.format(given="", local="evaluate = model.evaluate(x, y)", read="evaluate")),
    ("", RUN.format(given="train_epoch=3, predict=True", read="train_epoch",
                    local="predictions = model.predict(x) if predict else 0")),
    ("device='/gpu:0'", RUN.format(given="device='cpu'", local="", read="len(device)")),
    ("", RUN.format(given="_=2.5", local="", read="_")),
    ("", f"kept = []\n{FOLD.format('_')}\nfound = ord(kept[-1])"),
    ("", f"kept = []\n{FOLD.format('epoch')}\nfound = ord(kept[-1])"),
    ("", RATES),
]  # fmt: skip


@pytest.mark.parametrize(("taken", "run"), OWN_NAMES)
def test_names_of_functions_and_loops_stay_the_programs_own(
    taken: str, run: str, scripts: Scripts
) -> None:
    text = CAPTURED.format(before="", taken=taken, run=run)
    apart = scripts.compare(text, converted_text(text, Options(exact=True)))
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("before", "given"),
    [
        ("len = x.shape[0]\n", ""),
        ("range = x.max() - x.min()\n", ""),
        ("int, float = 4, 3.0\n", ""),
        ("", "range=(0, 1)"),
        ("", "len=3"),
    ],
)
def test_names_of_python_that_converted_code_needs(before: str, given: str) -> None:
    run = RUN.format(given=given, local="", read="0")
    said = convert(CAPTURED.format(before=before, taken="", run=run)).diagnostics
    messages = [d.message for d in said if d.severity is Severity.ERROR]
    assert any("is also the name of something that converted code needs" in m for m in messages)


def test_names_of_python_that_nothing_needs_are_the_programs_own() -> None:
    for before, given in (("max, id = 3, 4\n", ""), ("", "input=3, type=4")):
        run = RUN.format(given=given, local="", read="0")
        said = convert(CAPTURED.format(before=before, taken="", run=run)).diagnostics
        assert not [d for d in said if d.severity is Severity.ERROR]


METRICS = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))


def {0}(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred) + 1.0)


net = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
net.compile("sgd", "mae", metrics={1})
history = net.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0, validation_split=0.25)
found = [history.history[key] for key in sorted(history.history)]
score = net.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize("name", ["criterion", "model", "loader", "optimizer", "inputs", "targets"])
def test_metrics_that_are_called_as_what_loops_have_are_refused(name: str) -> None:
    said = convert(METRICS.format(name, f"[{name}]")).diagnostics
    messages = [d.message for d in said if d.severity is Severity.ERROR]
    assert any(f"`{name}` is also the name of something" in m for m in messages), messages


def test_metrics_whose_names_loops_have_get_others(scripts: Scripts) -> None:
    names = ("criterion", "model", "optimizer", "device")
    metrics = ", ".join(f"keras.metrics.MeanSquaredError(name={name!r})" for name in names)
    text = METRICS.format("plain", f"[{metrics}, plain]")
    apart = scripts.compare(text, converted_text(text, Options(exact=True)))
    assert {"found", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


LAYERS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
net = keras.Sequential([keras.layers.Input((4,))])
net.add(keras.layers.Dense(3))
net.add(keras.layers.Dense(3))
net.add(keras.layers.Dense(3))
net.add(keras.layers.Dense(1))
net.compile("sgd", "mse")
layer = 3
net.fit(x, y, epochs=1, batch_size=16, shuffle=False, verbose=0)
for one in net.layers[:3]:
    one.trainable = False
net.compile("sgd", "mse")
losses = net.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
found = layer + 0.5
"""


def test_layers_that_are_frozen_leave_a_variable_alone(scripts: Scripts) -> None:
    apart = scripts.compare(LAYERS, converted_text(LAYERS, Options(exact=True)))
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart
