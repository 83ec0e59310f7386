"""One weight of a layer, read or set by itself, and layers of models under names of their own."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from {keras} import layers
import {keras} as keras

rng = np.random.RandomState(0)
x, y = rng.rand(24, 5), rng.rand(24, 1)


def build():
    model = keras.Sequential([
        keras.Input((5,)),
        layers.Dense(4, activation="relu", name="first"),
        layers.LayerNormalization(name="norm"),
        layers.Dense(1, use_bias=False),
        layers.Dense(1),
    ])
    model.compile("sgd", "mse")
    return model


model = build()
model.fit(x, y, shuffle=False, verbose=0)
"""
ASKED = """\
model.layers[-1].bias.assign([0.25])
model.layers[0].kernel
kernel = model.layers[0].kernel.numpy()
gamma = model.get_layer("norm").gamma.numpy()
# twice as much as before
first = model.get_layer("first")
first.kernel.assign(kernel * 2)
rows = first.kernel.numpy().shape[0]
last = model.layers[-1]
last.bias.assign([1.0])
weights = last.get_weights()
last.set_weights([weights[0] + 1.0, weights[1]])
model.fit(x, y, shuffle=False, verbose=0)
outputs = model.predict(x, verbose=0)
"""


@pytest.mark.parametrize("keras", ["keras", "tf_keras"])
def test_each_weight_is_that_of_the_module(keras: str, scripts: Scripts) -> None:
    text = HEAD.format(keras=keras) + ASKED
    result = converted(text, Options(exact=True))
    assert "    model.dense_1.bias.copy_(torch.as_tensor([0.25]))\n" in result
    assert "\nmodel.first.weight.T\n" in result
    assert "# twice as much as before\nfirst = model.first\nwith torch.no_grad():\n" in result
    assert "    first.weight.T.copy_(torch.as_tensor(kernel * 2))\n" in result
    apart = scripts.compare(text, result, "2" if keras == "tf_keras" else "3")
    assert {"kernel", "gamma", "rows", "outputs"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_in_a_function_after_the_variable_of_the_model_is_another(scripts: Scripts) -> None:
    text = HEAD.format(keras="keras") + (
        "def reset(start):\n"
        "    model = build()\n"
        "    model.fit(x, y, shuffle=False, verbose=0)\n"
        "    last = model.layers[-1]\n"
        "    last.bias.assign(start)\n"
        "    return model.predict(x, verbose=0)\n\n\n"
        "outputs = reset([3.0])\n"
    )
    result = converted(text, Options(exact=True))
    apart = scripts.compare(text, result)
    assert "outputs" in apart
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("model.layers[2].bias.assign([0.0])", "no weight"),
        ("model.layers[0].units.numpy()", "no weight"),
        ("print(model.layers[-1].bias.assign([0.0]))", "gives is used"),
        ("last = model.layers[-1]\nlast.bias.assign([0.0])\nprint(last.units)", "than its weights"),
        (
            "last = model.layers[-1]\nfor last in model.layers[:1]:\n    last.bias.assign([0.0])",
            "is left",
        ),
    ],
)
def test_others_are_said(asked: str, why: str) -> None:
    found = convert(f"{HEAD.format(keras='keras')}{asked}\n").diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any(why in message for message in errors), errors


OF_VARIABLES = """\
import numpy as np
from keras.layers import Dense, Input
from keras.models import Model, Sequential

rng = np.random.RandomState(0)
x, y = rng.rand(24, 5), rng.rand(24, 1)
hidden = Dense(units=4, activation="tanh", input_shape=[5])
last = Dense(1)
model = Sequential([hidden, last])
model.compile("sgd", "mse")
kernel, bias = hidden.get_weights()
last.set_weights([np.ones((4, 1)), np.zeros(1)])
model.fit(x, y, shuffle=False, verbose=0)
print("The weights are {}".format(hidden.get_weights()))
same = model  # another name of it
trained = hidden.get_weights()[0]
for _ in range(2):
    model.fit(x, y, shuffle=False, verbose=0)
    biases = hidden.bias.numpy()
inputs = Input((5,))
encoder, decoder = Dense(2), Dense(5)
autoencoder = Model(inputs, decoder(encoder(inputs)))
autoencoder.compile("sgd", "mse")
autoencoder.fit(x, x, shuffle=False, verbose=0)
codes = encoder.get_weights()[0]
other = Dense(2, input_dim=5)
model = Sequential([other, Dense(1)])  # the name of a model before
model.compile("sgd", "mse")
model.fit(x, y, shuffle=False, verbose=0)
others = other.get_weights()[0]
"""


def test_layers_of_models_by_their_own_variables(scripts: Scripts) -> None:
    result = converted(OF_VARIABLES, Options(exact=True))
    assert "\ncodes = to_array(autoencoder.encoder.weight.T)\n" in result
    apart = scripts.compare(OF_VARIABLES, result)
    assert {"kernel", "bias", "trained", "biases", "codes", "others"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_a_layer_of_two_models_is_of_neither() -> None:
    text = OF_VARIABLES.replace(
        "autoencoder.fit", "other = Model(inputs, encoder(inputs))\nautoencoder.fit"
    )
    errors = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("get_weights" in d.message for d in errors), errors


OF_SEVERAL = """\
import numpy as np
from keras.models import Model, Sequential
from keras.layers import Dense, Input

x = np.random.RandomState(0).rand(40, 8)


def pretrain(data, units):
    inputs = Input((data.shape[1],))
    hidden = Dense(units)(inputs)
    whole = Model(inputs, Dense(data.shape[1])(hidden))
    encoder = Model(inputs, hidden)
    whole.compile("adam", "mse")
    history = whole.fit(data, data, verbose=0)
    return encoder, history.history["loss"]


first, _ = pretrain(x, 5)
features = first.predict(x, verbose=0)
second, _ = pretrain(features, 3)
model = Sequential([Dense(5, input_shape=(8,)), Dense(3), Dense(1)])
model.layers[0].set_weights(first.get_weights())
model.layers[1].set_weights(second.layers[1].get_weights())
"""


def test_weights_of_models_that_nobody_knows_are_said() -> None:
    found = convert(OF_SEVERAL)
    assert [d.line for d in found.diagnostics if d.severity is Severity.ERROR] == [23]


KEPT = """\
from tensorflow import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
kernel = model.layers[0].kernel
total = kernel.numpy().sum()
"""


def test_a_weight_in_a_variable_is_said() -> None:
    said = [(d.line, d.message) for d in convert(KEPT).diagnostics]
    assert any(line == 4 and "`model.layers` is left as it is" in message for line, message in said)
    assert not any("internal error" in message for _, message in said)
