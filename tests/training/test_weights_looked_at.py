"""All weights of a model as arrays, and models that are saved by a function of Keras."""

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

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 8, 8, 2))
y = x.mean((1, 2, 3))
model = keras.Sequential(
    [
        layers.Input((8, 8, 2)),
        layers.Conv2D(3, 3, use_bias=False),
        layers.LayerNormalization(),
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(1, name="last"),
    ]
)
model.compile("sgd", "mse")
model.fit(x, y, batch_size=8, verbose=0)
"""
LOOKED = """
weights = model.get_weights()
count = len(weights)
kernel, last = weights[0], weights[-1]
gamma = model.get_weights()[1]
largest = [float(abs(w).max()) for w in model.get_weights()]
sizes = []
for array in model.get_weights():
    sizes.append(array.size)
keras.models.save_model(model, "kept.keras")
again = keras.models.load_model("kept.keras", custom_objects={}, compile=False)
prediction = again.predict(x, verbose=0)
"""


CLONED = """
slow = keras.models.clone_model(model)
slow.set_weights(model.get_weights())
for _ in range(4):
    loss = model.train_on_batch(x, slow.predict(x, verbose=0) * 0.5)
    if loss > 0.0:
        slow.set_weights(model.get_weights())
prediction = slow.predict(x, verbose=0)
"""


def test_a_clone_is_a_copy_once_it_has_the_weights(scripts: Scripts) -> None:
    result = converted(HEAD + CLONED)
    assert "slow = copy.deepcopy(model)\nfor _ in range(4):\n" in result
    apart = scripts.compare(HEAD + CLONED, result)
    assert {"loss", "prediction"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    trained = CLONED + 'slow.compile("sgd", "mse")\nslow.fit(x, x, verbose=0)\n'
    said = convert(HEAD + trained).diagnostics
    assert any(d.severity == "error" and "is a clone, which is trained" in d.message for d in said)


def test_they_come_in_the_order_of_keras(scripts: Scripts) -> None:
    text = HEAD + LOOKED
    result = converted(text)
    assert "gamma = to_array(model.layer_normalization.weight)\n" in result
    assert 'torch.save(model.state_dict(), "kept.pt")\n' in result
    apart = scripts.compare(text, result)
    seen = {"count", "kernel", "last", "gamma", "largest", "sizes", "array", "prediction"}
    assert seen <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        ('keras.utils.plot_model(model, "model.png")', "torchview"),
        ("other = keras.models.model_from_json(text)", "the class of the model"),
    ],
)
def test_what_to_do_instead_is_said(call: str, advice: str) -> None:
    said = convert(f"{HEAD}text = '{{}}'\n{call}\n").diagnostics
    assert any(d.severity == "error" and advice in d.message for d in said), said


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("keras.Model(a, layers.Add()([layers.Dense(2)(a), a]))", "Keras puts in order"),
        ("keras.Sequential([a, layers.GRU(3)])", "stored in another way"),
    ],
)
def test_others_are_said(model: str, why: str) -> None:
    text = (
        "import numpy as np\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n"
        "x, y = np.ones((8, 4, 2)), np.ones((8, 1))\n"
        f'a = keras.Input((4, 2))\nmodel = {model}\nmodel.compile("sgd", "mse")\n'
        "model.fit(x, y)\nprint([w.shape for w in model.get_weights()])\n"
    )
    found = convert(text)
    assert any(d.severity == "error" and why in d.message for d in found.diagnostics), found
    assert "model.get_weights()])\n" in found.text


BEST = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.5), "mse")
best = np.inf
best_weights = None  # of the best epoch
for epoch in range(4):
    model.fit(x[:30], y[:30], batch_size=10, shuffle=False, verbose=0)
    loss = model.evaluate(x[30:], y[30:], verbose=0)
    if loss < best:
        best = loss
        best_weights = model.get_weights()
if best_weights is not None:
    model.set_weights(best_weights)
outputs = model.predict(x, verbose=0)
"""


def test_the_best_weights_of_a_loop_are_none_at_first(scripts: Scripts) -> None:
    conversion = convert(BEST, Options(exact=True))
    assert "best_weights = copy.deepcopy(model.state_dict())" in conversion.text
    apart = scripts.compare(BEST, conversion.text)
    assert "outputs" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_variable_that_holds_something_else_holds_arrays(scripts: Scripts) -> None:
    text = BEST.replace("best_weights = None", "best_weights = [0]")
    conversion = convert(text, Options(exact=True))
    assert "state_dict()" not in conversion.text
    assert max(scripts.compare(text, conversion.text).values()) < 1e-9


TOGETHER = BEST.replace(
    """\
best = np.inf
best_weights = None  # of the best epoch
""",
    "best, waited, best_weights = np.inf, 0, None\n",
).replace(
    """\
        best = loss
        best_weights = model.get_weights()
""",
    "        best, best_weights = loss, model.get_weights()\n",
)


def test_the_best_weights_may_be_kept_beside_their_loss(scripts: Scripts) -> None:
    text = TOGETHER.replace("keras.layers.Dense(4)", "keras.layers.BatchNormalization()")
    conversion = convert(text, Options(exact=True))
    assert "best, best_weights = loss, copy.deepcopy(model.state_dict())" in conversion.text
    apart = scripts.compare(text, conversion.text)
    assert "outputs" in apart
    assert max(apart.values()) < 1e-9, apart


def test_what_is_no_weights_beside_others_is_an_array() -> None:
    text = TOGETHER.replace("np.inf, 0, None", "np.inf, None, [0]")
    assert "state_dict()" not in convert(text, Options(exact=True)).text


def test_activations_have_no_weights_but_slopes(scripts: Scripts) -> None:
    text = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def build(units, act, slopes):
    model = keras.Sequential([keras.Input((5,)), layers.Dense(units, activation=act)])
    model.add(layers.BatchNormalization())
    if slopes:
        model.add(layers.PReLU())
    model.add(layers.Dense(1))
    model.compile("sgd", "mse")
    return model


counts, sums = [], []
for act, slopes in (("relu", True), ("tanh", False)):
    model = build(4, act, slopes)
    counts.append(model.count_params())
    sums.append(model.fit(np.ones((8, 5)), np.ones(8), verbose=0).history["loss"][0])
"""
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"counts", "sums"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


AVERAGED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)


def build():
    a = keras.Input((5,))
    b = layers.Dense(4, activation="relu")(a)
    b = layers.BatchNormalization()(b)
    model = keras.Model(a, layers.Dense(1)(b))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def update(target, online, tau):
    kept, weights = target.get_weights(), online.get_weights()
    for i in range(len(weights)):
        weights[i] = tau * weights[i] + (1 - tau) * kept[i]
    target.set_weights(weights)


models = [build() for _ in range(3)]
for one in models:
    one.fit(x, y, batch_size=8, shuffle=False, verbose=0)
averages = [np.mean(w, axis=0) for w in zip(*[m.get_weights() for m in models])]
model = build()
model.set_weights(averages)
averaged = model.predict(x, verbose=0)
update(model, models[0], 0.25)
softly = model.predict(x, verbose=0)
largest = 0.0
for a, b in zip(model.get_weights(), models[1].get_weights()):
    largest = max(largest, float(abs(a - b).max()))
"""


def test_arrays_that_a_program_computes_become_the_weights(scripts: Scripts) -> None:
    conversion = convert(AVERAGED, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert conversion.text.count("def keras_weights(model):\n") == 1
    setting = "for weight, array in zip(keras_weights(model), averages, strict=True):\n"
    assert f"with torch.no_grad():\n    {setting}" in conversion.text
    apart = scripts.compare(AVERAGED, conversion.text)
    assert {"averaged", "softly", "largest"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_few_weights_are_written_where_they_are_set(scripts: Scripts) -> None:
    text = BEST.replace("keras.layers.Dense(4), ", "").replace("best_weights", "w")
    text = text.replace("w = model.get_weights()", "w = [one * 2 for one in model.get_weights()]")
    conversion = convert(text, Options(exact=True))
    assert "[model.dense.weight.T, model.dense.bias], w, strict=True" in conversion.text
    assert max(scripts.compare(text, conversion.text).values()) < 1e-9


RESET = """
for _ in range(2):
    model.fit(x, y, epochs=1, shuffle=False, verbose=0)
    model.reset_metrics()
for _ in range(2):
    model.reset_metrics()
score = model.evaluate(x, y, verbose=0)
"""


def test_metrics_begin_anew_in_every_fit(scripts: Scripts) -> None:
    result = converted(HEAD + RESET)
    assert "reset_metrics" not in result
    apart = scripts.compare(HEAD + RESET, result)
    assert "score" in apart
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    batches = HEAD + RESET.replace("fit(x, y, epochs=1, shuffle=False, verbose=0)", "#")
    batches = batches.replace("model.#", "model.train_on_batch(x, y)")
    assert "reset_metrics" not in converted(batches)
    sums = batches.replace("(x, y)", "(x, y, reset_metrics=False)", 1)
    assert "model.reset_metrics()" in convert(sums).text
