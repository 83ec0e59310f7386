"""Models of which only the run tells whether they are trainable: stages of fine-tuning."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.pipeline import Options, convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)
part = [layers.Dense(4, use_bias=False), layers.{norm}, layers.Dense(2)]
base = keras.Sequential([keras.Input((5,)), *part])
model = keras.Sequential([keras.Input((5,)), base, layers.Dense(1)])
found = []


def fit(epochs=1):
    history = model.fit(x, y, epochs=epochs, batch_size=20, verbose=0, shuffle=False)
    return history.history["loss"]


"""
FIT = 'model.fit(x, y, epochs=1, batch_size=20, verbose=0, shuffle=False).history["loss"]'
#: How stages are written, each of which is compiled anew.
STAGES = {
    "a loop": f"""\
for flag, rate in ((False, 0.1), (True, 0.01)):
    base.trainable = flag
    model.compile(keras.optimizers.SGD(rate), "mse")
    found += {FIT}
""",
    "configurations": f"""\
for phase in [dict(train=False, rate=0.1), dict(train=True, rate=0.01)]:
    base.trainable = phase["train"]
    model.compile(keras.optimizers.SGD(phase["rate"]), "mse")
    found += {FIT}
""",
    "a function": f"""\
def stage(part, whole, flag, rate):
    part.trainable = flag
    whole.compile(keras.optimizers.SGD(rate), "mse")
    return {FIT.replace("model", "whole")}


found += stage(base, model, False, 0.1)
found += stage(base, model, True, 0.01)
""",
    "a condition": f"""\
base.trainable = False
for number in range(3):
    if number == 1:
        base.trainable = True
    model.compile(keras.optimizers.SGD(0.1 / (number + 1)), "mse")
    found += {FIT}
    found.append(model.evaluate(x, y, verbose=0))
""",
    "either": f"""\
if len(x) > 3:
    base.trainable = False
else:
    base.trainable = True
model.compile("sgd", "mse")
found += {FIT}
""",
    "a setter": f"""\
def thaw(flag):
    base.trainable = flag


for flag in (False, True):
    thaw(flag)
    model.compile("sgd", "mse")
    found += {FIT}
""",
}


@pytest.mark.parametrize("norm", ["BatchNormalization()", "Dropout(0.5)"])
@pytest.mark.parametrize("way", STAGES)
def test_each_stage_trains_what_it_says(way: str, norm: str, scripts: Scripts) -> None:
    program = HEAD.format(norm=norm).split("def fit")[0] + STAGES[way]
    program = program.replace("Dropout(0.5)", "Dropout(0.0)") + "losses = np.array(found)\n"
    assert not errors(program)
    apart = scripts.compare(program, convert(program, options=Options(exact=True)).text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


#: What goes on by an older `compile`, or by what else is frozen.
OLDER = {
    "nothing compiles": """\
model.compile("sgd", "mse")
for flag in (False, True):
    base.trainable = flag
    found += fit()
""",
    "it may be left out": """\
model.compile("sgd", "mse")
for flag in (False, True, False):
    base.trainable = flag
    if flag:
        model.compile("sgd", "mse")
    found += fit()
""",
    "a setter": """\
def thaw(flag):
    base.trainable = flag


thaw(False)
model.compile("sgd", "mse")
found += fit()
thaw(True)
found += fit()
""",
    "it trains before": """\
model.compile("sgd", "mse")
for flag in (False, True):
    base.trainable = flag
    found += fit()
    model.compile("sgd", "mse")
""",
    "it leaves before": """\
def stage(flag):
    base.trainable = flag
    if flag:
        return
    model.compile("sgd", "mse")


stage(False)
found += fit()
stage(True)
found += fit()
""",
    "a part of it": """\
base.layers[0].trainable = False
for flag in (False, True):
    base.trainable = flag
    model.compile("sgd", "mse")
    found += fit()
""",
    "another model": """\
other = keras.Sequential([keras.Input((5,)), base, layers.Dense(3), layers.Dense(1)])
other.compile("sgd", "mse")
for flag in (False, True):
    base.trainable = flag
    model.compile("sgd", "mse")
    found += fit()
    other.fit(x, y, epochs=1, batch_size=20, verbose=0, shuffle=False)
""",
}


@pytest.mark.parametrize("way", OLDER)
def test_what_goes_on_as_it_was_is_refused(way: str) -> None:
    program = HEAD.format(norm="Dropout(0.5)") + OLDER[way]
    found = errors(program)
    assert any(text.startswith("`trainable =` is left") for _, text in found), found
