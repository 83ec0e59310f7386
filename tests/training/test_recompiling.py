"""Criteria have names of their own, whatever the model was compiled with before; metrics stay."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
"""
TWICE = HEAD + """\
y = rng.integers(0, 2, size=(50, 1))


def build():
    return keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(4), keras.layers.Dense(1, activation="sigmoid")]
    )


model = build()
model.compile("sgd", "binary_crossentropy", metrics=["binary_crossentropy"])
first = model.fit(x, y, epochs=2, verbose=0)
print(first.history)
model.compile("sgd", "mse", metrics=[keras.metrics.BinaryCrossentropy(name="entropy")])
second = model.fit(x, y, epochs=2, verbose=0)
print(second.history)
"""
SEVERAL = HEAD + """\
low = rng.normal(size=(50, 1))
high = rng.normal(size=(50, 1))


class Experiment:
    def __init__(self):
        inputs = keras.Input((6,))
        h = keras.layers.Dense(4)(inputs)
        low = keras.layers.Dense(1, name="low")(h)
        high = keras.layers.Dense(1, name="high")(h)
        self.model = keras.Model(inputs, [low, high])
        self.model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 0.5])

    def train(self, x, low, high):
        return self.model.fit(x, [low, high], epochs=2, verbose=0)


history = Experiment().train(x, low, high)
"""


def equal(scripts: Scripts, text: str) -> str:
    result = converted(text, Options(keras="3", exact=True))
    apart = scripts.compare(text, result)
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    return result


def test_a_criterion_that_is_a_function_keeps_its_name(scripts: Scripts) -> None:
    result = equal(scripts, TWICE)
    assert "criterion = nn.MSELoss()" in result
    assert "\nbinary_crossentropy = " not in result.replace("first_", "")


def test_criteria_of_several_outputs_are_attributes(scripts: Scripts) -> None:
    result = equal(scripts, SEVERAL)
    assert "self.low_criterion = nn.MSELoss()" in result


WITHOUT = """\
import numpy as np
from {keras} import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
first = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
model.compile("sgd", "mae")
second = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
score = model.evaluate(x, y, verbose=0)
model.compile("sgd", "mae", metrics=[])
third = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""


@pytest.mark.parametrize("keras", ["2", "3"])
def test_keras_3_keeps_the_metrics_of_the_compile_before(keras: str, scripts: Scripts) -> None:
    text = WITHOUT.replace("from {keras} import keras", "from tensorflow import keras")
    if keras == "2":
        text = WITHOUT.replace("from {keras} import keras", "import tf_keras as keras")
    conversion = convert(text, Options(exact=True, keras=keras))
    assert not conversion.diagnostics
    apart = scripts.compare(text, conversion.text, keras=keras)
    assert {"first", "second", "score", "third"} <= set(apart)
    assert max(apart.values()) < 1e-9, apart


def test_that_it_keeps_them_is_said_where_the_generation_is_not_known() -> None:
    text = WITHOUT.replace("from {keras} import keras", "from tensorflow import keras")
    found = [d for d in convert(text).diagnostics if "keeps the metrics" in d.message]
    assert [d.line for d in found] == [8]


BUILT = HEAD + """\
y = x.sum(1)


def build(units):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse")
    return model


model = build(4)
{first}
{again}
second = model.fit(x, y, epochs=2, verbose=0, shuffle=False)
"""
FIRST = "first = model.fit(x, y, epochs=2, verbose=0, shuffle=False)"
AGAIN = 'model.compile(keras.optimizers.SGD(0.005), "mae")'


@pytest.mark.parametrize("first", [FIRST, ""])
def test_what_a_builder_has_compiled_is_compiled_again(first: str, scripts: Scripts) -> None:
    text = BUILT.format(first=first, again=AGAIN)
    assert "SGD(model.parameters(), lr=0.005)" in equal(scripts, text)


@pytest.mark.parametrize("again", [f"if len(x) > 9:\n    {AGAIN}", f"for _ in '12':\n    {AGAIN}"])
def test_what_may_be_compiled_again_is_left(again: str) -> None:
    text = BUILT.format(first=FIRST, again=again)
    assert "model.compile" in convert(text).text


SAME = 'model.compile(keras.optimizers.Adam(0.01), "mse")'


@pytest.mark.parametrize("first", [FIRST, ""])
@pytest.mark.parametrize(
    "again",
    [
        f"if len(x) > 9:\n    {SAME}",
        f"if len(x) > 99:\n    {SAME}",
        f'if len(x) > 99:\n    {SAME}\nelif len(x) > 9:\n    model.compile("rmsprop", "mse")',
        "if len(x) > 9:\n    for layer in model.layers[:1]:\n        layer.trainable = False\n"
        f"    {SAME}",
    ],
)
def test_only_the_optimizer_depends_on_a_condition(
    first: str, again: str, scripts: Scripts
) -> None:
    equal(scripts, BUILT.format(first=first, again=again))


def test_in_each_round_that_makes_the_model(scripts: Scripts) -> None:
    rounds = f"for rate in (0.1, 0.01):\n    model = build(4)\n    {AGAIN}\n    {FIRST}"
    before = BUILT.partition("model = build(4)")[0]
    equal(scripts, f"{before}{rounds.replace('0.005', 'rate')}\n".replace("{units}", "units"))


OPTIMIZER = "opt = keras.optimizers.SGD(0.1)\nmodel.compile(opt, 'mae')\n"


@pytest.mark.parametrize(
    ("before", "made"),
    [('model.compile("adam", "mse")', 1), (f'{OPTIMIZER}{FIRST}\nmodel.compile(opt, "mse")', 2)],
)
def test_nothing_is_made_for_a_compile_that_another_follows(
    before: str, made: int, scripts: Scripts
) -> None:
    text = equal(scripts, BUILT.format(first="", again=f"{before}\n{AGAIN}"))
    assert text.count("optimizer = ") == made


def test_an_optimizer_that_goes_on_is_made_for_the_first(scripts: Scripts) -> None:
    again = OPTIMIZER + 'model.compile(opt, "mse")'
    text = equal(scripts, BUILT.format(first="", again=again))
    assert text.count("optimizer = ") == 1


METHODS = HEAD + """\
y = x.sum(1)


class Net:
    def __init__(self, units, rate):
        self.rate = rate
        {made}

    def build(self, units):
        model = keras.Sequential([
            keras.Input((6,)), keras.layers.Dense(units, name="a"), keras.layers.Dense(1)
        ])
        {compiled}
        return model

    def start(self):
        self.model.compile(keras.optimizers.Adam(self.rate), "mse"{metrics})

    def fit(self, epochs):
        return self.model.fit(x, y, epochs=epochs, verbose=0, shuffle=False)

    def tune(self, rate):
        {freeze}
        self.model.compile(keras.optimizers.SGD(rate, momentum=0.9), "mse"{others})
        return self.fit(1)


net = Net(4, 0.05)
net.start()
first = net.fit(2)
second = net.tune(0.01)
third = net.fit(1)
net.start()
last = net.fit(2)
score = net.model.evaluate(x, y, verbose=0)
"""
MADE = "self.model = self.build(units)"
MADE_HERE = (
    "self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, name='a'), "
    "keras.layers.Dense(1)])"
)
METRICS = ', metrics=["mae"]'
FROZEN = "self.model.layers[0].trainable = False"


@pytest.mark.sample(4)
@pytest.mark.parametrize("made", [MADE, MADE_HERE])
@pytest.mark.parametrize(
    "freeze",
    [
        "",
        FROZEN,
        'self.model.get_layer("a").trainable = False',
        "for layer in self.model.layers[:1]:\n            layer.trainable = False",
    ],
)
@pytest.mark.parametrize("metrics", ["", METRICS])
def test_methods_compile_what_others_train(
    made: str, freeze: str, metrics: str, scripts: Scripts
) -> None:
    compiled = f'model.compile("sgd", "mse"{metrics})' if made == MADE and metrics else ""
    text = METHODS.format(
        made=made, compiled=compiled, freeze=freeze, metrics=metrics, others=metrics
    )
    assert equal(scripts, text).count("self.optimizer = ") == 2 + bool(compiled)


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        ('SGD(rate, momentum=0.9), "mse"', 'SGD(rate), "mae"', "depends on a condition"),
        (
            f', "mse"{METRICS})\n        return',
            ', "mse")\n        return',
            "which metrics are kept",
        ),
        ("return self.fit(1)", f"{FROZEN}\n        return self.fit(1)", "layers are frozen"),
    ],
)
def test_methods_that_are_left(part: str, change: str, reason: str) -> None:
    text = METHODS.format(made=MADE, compiled="", freeze=FROZEN, metrics=METRICS, others=METRICS)
    assert part in text
    found = convert(text.replace(part, change), Options(keras="3")).diagnostics
    assert [d for d in found if reason in d.message], found
