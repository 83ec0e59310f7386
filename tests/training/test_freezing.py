"""`trainable` of models and layers: what is trained when, and what is refused."""

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

x = np.random.RandomState(0).rand(64, 6).astype("float32")
y = np.random.RandomState(1).rand(64, 1).astype("float32")
base = keras.Sequential([keras.Input((6,)), layers.Dense(4, activation="tanh")])
inputs = keras.Input((6,))
model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
"""
COMPILE = 'model.compile(keras.optimizers.SGD(0.1, momentum=0.5), "mse")\n'
FIT = "history = model.fit(x, y, epochs=2, verbose=0)\n"


def errors(text: str) -> list[tuple[int, str]]:
    found = convert(text).diagnostics
    return [(d.line, d.message) for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "rest",
    [
        f"base.trainable = False\n{COMPILE}{FIT}",
        f"{COMPILE}{FIT}base.trainable = False\n{COMPILE}{FIT}",
        f"base.trainable = False\n{COMPILE}{FIT}base.trainable = True\n{COMPILE}{FIT}",
        f"model.trainable = False\nmodel.trainable = True\n{COMPILE}{FIT}",
    ],
)
def test_models_are_frozen_where_they_are_compiled(rest: str, scripts: Scripts) -> None:
    text = f"{HEAD}{rest}"
    result = converted(text)
    assert "requires_grad_(" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart
    assert any("weight" in name for name in apart)


NORM = HEAD.replace('layers.Dense(4, activation="tanh")', "layers.BatchNormalization()")


def test_the_compile_decides_where_none_follows(scripts: Scripts) -> None:
    text = f"{HEAD}{COMPILE}{FIT}base.trainable = False\n{FIT}"
    result = converted(text)
    assert "requires_grad_(" not in result
    assert max(scripts.compare(text, result).values()) < 1e-9


def test_frozen_normalization_is_as_in_inference(scripts: Scripts) -> None:
    text = f"{NORM}base.trainable = False\n{COMPILE}{FIT}"
    result = converted(text)
    assert "model.sequential.eval()" in result or "model.base.eval()" in result
    assert max(scripts.compare(text, result).values()) < 1e-9


REGULARIZED = HEAD.replace('activation="tanh"', 'kernel_regularizer="l2"')


EITHER = "if len(x) > 3:\n    base.trainable = False\nelse:\n    base.trainable = True\n"
TWICE = f"{COMPILE}{FIT}{EITHER}{FIT}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{HEAD}{TWICE}", "under a condition"),
        (f"{REGULARIZED}base.trainable = False\n{COMPILE}{FIT}", "regularizer"),
    ],
)
def test_what_keras_would_freeze_otherwise_is_refused(text: str, why: str) -> None:
    assert any(why in message for _, message in errors(text)), errors(text)
    assert "requires_grad_(" not in convert(text).text


LAYER = """\
first = layers.Dense(4, activation="tanh"{arguments})
model = keras.Sequential([keras.Input((6,)), first, layers.Dense(1)])
"""


TRAIN = f"def train():\n    {COMPILE}    {FIT}"


@pytest.mark.parametrize(
    ("before", "after"),
    [(f"{COMPILE}{FIT}", f"{COMPILE}{FIT}"), (f"{TRAIN}train()\n", "train()\n")],
)
def test_a_layer_that_is_frozen_after_training_is_not_trained_on(
    before: str, after: str, scripts: Scripts
) -> None:
    text = f"{HEAD}{LAYER.format(arguments='')}{before}first.trainable = False\n{after}"
    result = converted(text)
    assert "model.first.requires_grad_(False)" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_a_layer_that_is_frozen_needs_another_compile() -> None:
    text = f"{HEAD}{LAYER.format(arguments='')}{COMPILE}{FIT}first.trainable = False\n{FIT}"
    assert any("without a new `compile`" in message for _, message in errors(text))


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (f"{TRAIN}train()\nmodel.trainable = False\ntrain()\n", "before this runs again"),
        (f"{TRAIN}train()\nfor _ in range(2):\n    base.trainable = False\n    train()\n", "again"),
        (f"for _ in range(2):\n    {COMPILE}    {FIT}    base.trainable = False\n", "runs again"),
        (
            f"n = 0\nwhile n < 2:\n    n += 1\n    {COMPILE}    {FIT}    base.trainable = False\n",
            "runs again",
        ),
        (
            f"{COMPILE}def train():\n    {FIT}train()\nbase.trainable = False\ntrain()\n",
            "runs again",
        ),
    ],
)
def test_what_trains_other_parts_when_it_runs_again_is_refused(rest: str, why: str) -> None:
    assert any(why in message for _, message in errors(f"{HEAD}{rest}")), errors(f"{HEAD}{rest}")


def test_layers_without_weights_are_frozen_among_others(scripts: Scripts) -> None:
    """Some layers of a base are frozen again, once what is built on it has been trained."""
    made = 'layers.Dense(4, activation="tanh"), layers.Reshape((2, 2)), layers.Flatten()'
    head = HEAD.partition("inputs =")[0].replace('layers.Dense(4, activation="tanh")', made)
    head += "model = keras.Sequential([base, layers.Dense(1)])\n"
    thaw = "base.trainable = True\nfor layer in base.layers[:3]:\n    layer.trainable = False\n"
    text = f"{head}base.trainable = False\n{COMPILE}{FIT}{thaw}{COMPILE}{FIT}"
    result = converted(text)
    assert "base.requires_grad_(True)\nbase.dense.requires_grad_(False)\n" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "rest",
    [
        "losses = train()\nbase.trainable = False\nlosses += train()\n",
        "base.trainable = False\nlosses = train()\nbase.trainable = True\nlosses += train()\n",
        "def both():\n    found = train()\n    base.trainable = False\n    return found + train()\n"
        "losses = both()\n",
    ],
)
def test_a_function_that_compiles_trains_what_is_trainable_then(
    rest: str, scripts: Scripts
) -> None:
    given = f"{TRAIN}    return history.history['loss']\n"
    text = f"{HEAD}{given}{rest}"
    result = converted(text)
    assert result.count("base.requires_grad_(") == rest.count("trainable")
    assert "torch.optim.SGD(model.parameters(), lr=0.1" in result
    apart = scripts.compare(text, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
    normed = f"{NORM}{given}{rest}"  # it would have to be told
    assert any("again" in message for _, message in errors(normed)), errors(normed)


def test_a_function_that_is_called_after_freezing_alone_says_nothing_of_it() -> None:
    text = f"{HEAD}{TRAIN}base.trainable = False\ntrain()\ntrain()\n"
    assert not any("again" in message for _, message in errors(text)), errors(text)


def test_a_function_that_trains_and_calls_itself_is_refused() -> None:
    text = f"{HEAD}def train(n):\n    {COMPILE}    {FIT}    train(n - 1)\ntrain(2)\ntrain(1)\n"
    assert any("calls itself" in message for _, message in errors(text)), errors(text)


def test_a_frozen_layer_has_no_penalty(scripts: Scripts) -> None:
    arguments = ', kernel_regularizer="l2", trainable=False'
    text = f"{HEAD}{LAYER.format(arguments=arguments)}{COMPILE}{FIT}"
    result = converted(text)
    assert "penalty" not in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


ENCODER = HEAD.partition("base = ")[0] + """\


def make_encoder():
    return keras.Sequential([keras.Input((6,)), layers.Dense(4, activation="tanh")])


"""
HEADED = """\
def head(base):
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Dense(1)(base(inputs)))


"""
FROZEN = """\
def frozen(base):
    base.trainable = False
    return keras.Sequential([base, layers.Dense(1)])


"""
COMPILED = """\
def frozen(base):
    base.trainable = False
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


"""
MADE = "base = make_encoder()\nmodel = frozen(base)\n"
PRETRAINED = f"""\
base = make_encoder()
first = head(base)
{COMPILE.replace("model", "first")}{FIT.replace("model", "first")}model = frozen(base)
"""


@pytest.mark.parametrize(
    ("functions", "rest"),
    [
        (FROZEN, f"{MADE}{COMPILE}{FIT}"),
        (COMPILED, f"{MADE}{FIT}"),
        (FROZEN, f"{MADE}{COMPILE}{FIT}base.trainable = True\n{COMPILE}{FIT}"),
        (f"{FROZEN}{HEADED}", f"{PRETRAINED}{COMPILE}{FIT}"),
        (f"{FROZEN}{TRAIN.replace('train()', 'train(model)')}\n", f"{MADE}train(model)\n"),
        (f"{COMPILED}{HEADED}", f"{PRETRAINED}{FIT}{FIT}"),
        (
            FROZEN,
            "for _ in range(2):\n    base = make_encoder()\n    model = frozen(base)\n"
            f"    {COMPILE}    {FIT}",
        ),
    ],
)
def test_builders_freeze_what_they_build_on(functions: str, rest: str, scripts: Scripts) -> None:
    text = f"{ENCODER}{functions}{rest}"
    result = converted(text)
    assert "    base.requires_grad_(False)\n" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("functions", "rest"),
    [
        (COMPILED, f"{MADE}{FIT}base.trainable = True\n{FIT}"),
        (f"{COMPILED}{HEADED}", f"{PRETRAINED}{FIT}{FIT.replace('model', 'first')}{FIT}"),
        (FROZEN, f"{MADE}{COMPILE}{FIT}base.trainable = True\n{FIT}"),
        (
            f"{FROZEN}{HEADED}",
            "base = make_encoder()\nif len(x) < 3:\n    model = frozen(base)\n"
            f"model = head(base)\n{COMPILE}{FIT}",
        ),
        (
            f"{FROZEN}{HEADED}",
            "base = make_encoder()\nfor _ in range(2):\n    first = head(base)\n"
            f"    {COMPILE.replace('model', 'first')}    {FIT.replace('model', 'first')}"
            f"    model = frozen(base)\n    {COMPILE}    {FIT}",
        ),
    ],
)
def test_builders_that_may_freeze_something_too_late_are_refused(functions: str, rest: str) -> None:
    text = f"{ENCODER}{functions}{rest}"
    assert errors(text)
    assert "requires_grad_(" not in convert(text).text


PARTS = """\
inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()])
base = keras.Sequential([keras.Input((6,)), layers.Dense(4), {norm}, inner])
head = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model = keras.Sequential([base, head])
"""
SPARING = """\
for layer in base.layers:
    if not isinstance(layer, layers.BatchNormalization):
        layer.trainable = {}
"""
ALL_BY_FUNCTION = """\
def set_trainable(net, value):
    for layer in net.layers:
        layer.trainable = value


set_trainable(base, {})
"""
ALL = "for layer in base.layers:\n    layer.trainable = False\n"


@pytest.mark.parametrize(
    "base",
    [
        "base = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.Dense(3)])",
        "i = keras.Input((6,))\nbase = keras.Model(i, layers.Dense(3)(layers.Dense(4)(i)))",
    ],
)
def test_the_usual_words_before_some_layers_are_frozen(base: str, scripts: Scripts) -> None:
    """`base.trainable = True` says nothing of a base that nobody has frozen."""
    head = HEAD.replace(next(x for x in HEAD.splitlines() if x.startswith("base = ")), base)
    loop = "for layer in base.layers[:2]:\n    layer.trainable = False\n"
    text = f"{head}base.trainable = True\n{loop}{COMPILE}{FIT}"
    result = converted(text)
    assert "requires_grad_(True)" not in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "made", ["layers.Dense(4, trainable=False)", "keras.Sequential([layers.Dense(4)])"]
)
def test_words_that_may_change_something_are_not_taken_for_none(made: str) -> None:
    head = HEAD.replace('layers.Dense(4, activation="tanh")', made)
    text = f"{head}base.trainable = True\nbase.layers[0].trainable = False\n{COMPILE}{FIT}"
    assert errors(text)


@pytest.mark.parametrize(
    "rest",
    [
        # the part that has it is none, and is frozen with all that is in it
        SPARING.format(False),
        # and of what is frozen as a whole, it stays so
        f"base.trainable = False\n{SPARING.format(False)}",
        f"{ALL}{SPARING.format(True)}",
    ],
)
def test_normalization_that_a_loop_spares_but_which_is_frozen_is_refused(rest: str) -> None:
    head = HEAD.partition("base = ")[0] + PARTS.format(norm="layers.BatchNormalization()")
    assert errors(f"{head}{rest}{COMPILE}{FIT}")


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (
            "base.trainable = False\nbase.trainable = True\nbase.layers[0].trainable = False\n",
            "a layer is frozen after",
        ),
        ("base.trainable = False\nbase.layers[0].trainable = True\n", "is trainable again"),
        # Keras 2 goes by the model, Keras 3 by its layers
        (f"base.trainable = False\n{ALL_BY_FUNCTION.format(True)}", "are trainable again"),
        (f"base.trainable = False\n{ALL_BY_FUNCTION.format(False)}", ""),
    ],
)
def test_layers_that_are_other_than_their_model_said_are_refused(rest: str, why: str) -> None:
    found = errors(f"{HEAD}{rest}{COMPILE}{FIT}")
    assert any(why in message for _, message in found) if why else not found


@pytest.mark.parametrize(
    "rest",
    [
        "for layer in model.layers:\n    layer.trainable = False\n",
        "base.trainable = False\nmodel.layers[-1].trainable = False\n",
        "model.trainable = False\n",
    ],
)
def test_what_trains_nothing_is_said(rest: str) -> None:
    """Keras's `fit` runs; torch's `backward` fails where no weight has a gradient."""
    plain = HEAD.partition("inputs =")[0].replace("base =", "base = model =")
    head = HEAD if "base" in rest else plain
    text = f"{head}{rest}{COMPILE}{FIT}"
    found = [message for line, message in errors(text) if "nothing" in message]
    assert found, convert(text).text


GIVEN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(64, 6).astype("float32")
y = np.random.RandomState(1).rand(64, 1).astype("float32")


def build():
    inputs = keras.Input((6,))
    h = layers.Dense(5, activation="tanh", name="first", kernel_regularizer="l2")(inputs)
    h = layers.Reshape((5,))(h)
    h = layers.Dense(4, activation="tanh", name="second", kernel_regularizer="l2")(h)
    return keras.Model(inputs, layers.Dense(1)(h))


model = build()
"""
THAW = "model.layers[1].trainable = True\n"


@pytest.mark.parametrize(
    ("rest", "frozen"),
    [
        ("for layer in model.layers[:-2]:\n    layer.trainable = False\n", ["first"]),
        ('model.get_layer("second").trainable = False\n', ["second"]),
        ("model.layers[1].trainable = False\nmodel.layers[3].trainable = False\n", ["first"]),
    ],
)
def test_layers_are_frozen_of_models_that_functions_give(
    rest: str, frozen: list[str], scripts: Scripts
) -> None:
    text = f"{GIVEN}{rest}{COMPILE}{FIT}losses = history.history['loss']\n"
    if "first" in frozen:
        text += f"{THAW}{COMPILE}{FIT}more = history.history['loss']\n"
    result = converted(text)
    for name in frozen:
        assert f"model.{name}.requires_grad_(False)" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart
    assert "losses" in apart


@pytest.mark.parametrize("generation", ["2", "3"])
def test_normalization_is_frozen_of_models_that_functions_give(
    generation: str, scripts: Scripts
) -> None:
    loop = "for layer in model.layers[:3]:\n    layer.trainable = {}\n"
    text = f"{GIVEN}{loop.format(False)}{COMPILE}{FIT}losses = history.history['loss']\n"
    text += f"{loop.format(True)}{COMPILE}{FIT}more = history.history['loss']\n"
    text = text.replace("layers.Reshape((5,))(h)", "layers.BatchNormalization()(h)")
    if generation == "2":
        text = text.replace("from tensorflow import keras", "import tf_keras as keras")
        text = text.replace("tensorflow.keras", "tf_keras")
    result = converted(text)
    assert "not layer.weight.requires_grad:\n            layer.eval()" in result
    apart = scripts.compare(text, result, generation)
    assert {"losses", "more"} <= apart.keys()
    numbers = {k: far for k, far in apart.items() if "running_var" not in k}  # torch's idiom
    assert max(numbers.values()) < 1e-9, numbers


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("layers.Dense(1)(h)", "layers.Dense(1)(layers.Add()([h, layers.Dense(4)(inputs)]))"),
        ("kernel_regularizer", "kernel_constraint"),
    ],
)
def test_other_layers_of_given_models_are_not_frozen(old: str, new: str) -> None:
    """Their order isn't certain, or they are frozen in another way."""
    loop = "for layer in model.layers[:3]:\n    layer.trainable = False\n"
    text = f"{GIVEN}{loop}{COMPILE}{FIT}".replace(old, new).replace('"l2"', '"max_norm"')
    assert errors(text if "constraint" in new else text.replace('"max_norm"', '"l2"'))


def test_marked_layers_add_nothing_while_they_are_frozen(scripts: Scripts) -> None:
    text = f"""\
{GIVEN.split("def build")[0]}
def block(h, units, rate):
    return layers.Dense(units, activation="tanh", kernel_regularizer=keras.regularizers.l2(rate))(h)


inputs = keras.Input((6,))
first = layers.Dense(4, kernel_regularizer=keras.regularizers.l2(0.1))
h = block(block(first(inputs), 5, 0.02), 3, 0.03)
model = keras.Model(inputs, layers.Dense(1)(h))
{COMPILE}{FIT}
first.trainable = False
{COMPILE}{FIT}
losses = history.history["loss"]
"""
    apart = scripts.compare(text, converted(text))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


TUNED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.RandomState(0).rand(24, 6), np.random.RandomState(1).rand(24, 1)
start = keras.Input((6,))
hidden = layers.Dense(5, activation="relu")(start)
hidden = layers.BatchNormalization({how})(hidden)
hidden = layers.Dense(4, activation="relu")(hidden)
base = keras.Model(start, layers.BatchNormalization({how})(hidden))
base.trainable = False
given = keras.Input((6,))
model = keras.Model(given, layers.Dense(1)(base(given)))
"""
TUNES = """\
model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
first = model.fit(x, y, epochs=1, shuffle=False, verbose=0).history
{unfreezing}
model.compile(keras.optimizers.SGD(0.05), "mse", run_eagerly=True)
second = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
UNFREEZING = [
    "base.trainable = True\nfor layer in base.layers[:-2]:\n    layer.trainable = False",
    "for layer in base.layers[-2:]:\n    layer.trainable = True",
    "base.trainable = True\nfor layer in base.layers:\n"
    "    if isinstance(layer, layers.BatchNormalization):\n        layer.trainable = False",
]


@pytest.mark.parametrize("unfreezing", UNFREEZING)
def test_normalization_is_frozen_later(unfreezing: str, scripts: Scripts) -> None:
    text = TUNED.format(how="") + TUNES.format(unfreezing=unfreezing)
    result = convert(text, Options(exact=True))
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert result.text.count("nn.BatchNorm1d) and not layer.weight.requires_grad:") == 1
    apart = scripts.compare(text, result.text)
    assert {"first", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("how", "rest"),
    [
        ("scale=False", TUNES),
        ("", f"if len(x) > 3:\n    base.trainable = True\n{TUNES}"),
        ("", f"{TUNES}with tf.GradientTape() as tape:\n    loss = model(x, training=True)\n"),
    ],
)
def test_normalization_whose_weights_do_not_tell_is_refused(how: str, rest: str) -> None:
    text = TUNED.format(how=how) + rest.format(unfreezing=UNFREEZING[0])
    assert [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("norm", "trains", "said"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_frozen_normalization_without_a_training_is_said(
    norm: bool, trains: bool, said: bool
) -> None:
    """A loop that is written later has to keep it in evaluation mode."""
    text = (
        "import numpy as np\nimport keras\n\nbase = keras.Sequential([keras.layers.Input((3,))"
        f"{', keras.layers.BatchNormalization()' * norm}, keras.layers.Dense(2)])\n"
        "base.trainable = False\n"
        "model = keras.Sequential([keras.layers.Input((3,)), base, keras.layers.Dense(1)])\n"
        + 'model.compile("sgd", "mse")\nmodel.fit(np.ones((9, 3)), np.ones(9))\n' * trains
    )
    found = convert(text)
    assert "base.requires_grad_(False)" in found.text
    assert [d.line for d in found.diagnostics if d.code == "T2T304"] == [5] * said
    assert (".eval()  # it is not trainable" in found.text) is (norm and trains)
