"""Activity regularizers: a penalty on what layers give, in the loss of training and evaluation."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

BEGIN = """\
import numpy as np
import keras
from keras import layers, regularizers

generator = np.random.default_rng(5)
x = generator.normal(size=(44, 8))
y = generator.normal(size=(44, 1))
classes = generator.integers(0, 3, size=44)
images = generator.normal(size=(20, 8, 8, 3))
"""
END = """\
model.compile(optimizer=keras.optimizers.SGD(0.05), loss={loss})
history = model.fit({data}, batch_size=16, epochs=3, verbose=0, shuffle=False{fit})
losses = np.array(history.history["loss"])
score = model.evaluate({data}, verbose=0)
"""

SEQUENTIAL = """\
model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(6, activation="relu", activity_regularizer={given}),
    layers.Dropout(0.0),
    layers.Dense(1),
])
"""
SEVERAL = """\
inputs = keras.Input((8,))
x1 = layers.Dense(6, "relu", activity_regularizer="l1", kernel_regularizer="l2")(inputs)
x2 = layers.Dense(6, "tanh", activity_regularizer=regularizers.L2(0.0625))(x1)
x3 = layers.add([x1, x2], name="sum")
x4 = layers.ActivityRegularization(l1=0.0078125, l2=0.015625)(x3)
model = keras.Model(inputs, layers.Dense(1, activity_regularizer=regularizers.L1(0.125))(x4))
"""
SHARED = """\
inputs = keras.Input((8,))
dense = layers.Dense(8, "relu", activity_regularizer=regularizers.L2(0.0625))
model = keras.Model(inputs, layers.Dense(1)(dense(dense(inputs))))
"""
UNUSED = """\
inputs = keras.Input((8,))
hidden = layers.Dense(6, "relu", activity_regularizer=regularizers.L2(0.0625))(inputs)
side = layers.Dense(6, "relu", activity_regularizer=regularizers.L2(8.0))(inputs)
other = keras.Model(inputs, side)
model = keras.Model(inputs, layers.Dense(1)(hidden))
"""
LOOP = """\
def build(units, rate):
    inputs = hidden = keras.Input((8,))
    for size in units:
        hidden = layers.Dense(size, "relu", activity_regularizer=regularizers.L1(rate))(hidden)
    return keras.Model(inputs, layers.Dense(1)(hidden))


model = build([6, 5, 4], 0.015625)
"""
BRANCH = """\
def build(sparse):
    inputs = keras.Input((8,))
    hidden = layers.Dense(6, "relu")(inputs)
    if sparse:
        hidden = layers.Dense(6, "relu", activity_regularizer=regularizers.L1(0.015625))(hidden)
    return keras.Model(inputs, layers.Dense(1)(hidden))


model = build(True)
"""
FROZEN = """\
model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(6, activity_regularizer=regularizers.L2(0.0625)),
    layers.Dense(5, activity_regularizer=regularizers.L2(0.0625), trainable=False),
    layers.Dense(1),
])
"""
CONVOLUTIONS = """\
model = keras.Sequential([
    keras.Input((8, 8, 3)),
    layers.Conv2D(4, 3, activation="relu", activity_regularizer=regularizers.L1(0.0009765625)),
    layers.MaxPooling2D(activity_regularizer="l2"),
    layers.Flatten(),
    layers.Activation("tanh", activity_regularizer="l1"),
    layers.Dense(1),
])
"""
OWN_ACTIVATION = """\
def squared(tensor):
    return keras.ops.square(tensor)


model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(6, activation=squared, activity_regularizer=regularizers.L2(0.0625)),
    layers.Dense(1),
])
"""


NESTED = """\
encoder = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(6, "relu", kernel_regularizer=regularizers.L2(0.0625)),
        layers.ActivityRegularization(l1=0.03125),
    ]
)
inputs = keras.Input((6,))
hidden = layers.Dense(5, activity_regularizer=regularizers.L2(0.0625))(inputs)
decoder = keras.Model(inputs, layers.Dense(1, kernel_regularizer="l2")(hidden))
"""
STACKED = NESTED + "model = keras.Sequential([encoder, decoder])\n"
CALLED_AGAIN = NESTED.replace("Dense(6,", "Dense(8,") + """\
inputs = keras.Input((8,))
codes = encoder(encoder(inputs))
codes = layers.Dense(6, activity_regularizer=regularizers.L1(0.03125))(codes)
model = keras.Model(inputs, decoder(codes))
"""
SIAMESE = NESTED + """\
pair = [keras.Input((8,)), keras.Input((8,))]
model = keras.Model(pair, decoder(layers.subtract([encoder(pair[0]), encoder(pair[1])])))
"""
FROZEN_PART = NESTED + """\
encoder.trainable = False
model = keras.Sequential([encoder, decoder])
"""
BY_BUILDER = """\
def build(rate):
    inputs = keras.Input((8,))
    hidden = layers.Dense(6, activity_regularizer=regularizers.L2(rate))(inputs)
    return keras.Model(inputs, hidden, name="encoder")


encoder = build(0.125)
model = keras.Sequential([encoder, layers.Dense(1, kernel_regularizer="l2")])
"""


def agree(scripts: Scripts, text: str, keras: str = "3") -> None:
    """Both scripts have the same losses, scores and weights.

    Keras 3 rounds the factors of regularizers to float32, whatever it computes in: those here are
    powers of two where the default is not what is meant.
    """
    apart = scripts.compare(text, converted(text, Options(keras=keras)), keras)
    assert {"history", "losses", "score"} <= apart.keys()
    assert max(apart.values()) < (1e-9 if '"l' not in text else 1e-8), apart


@pytest.mark.sample(3)
@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize(
    "given",
    ['"l1"', '"l2"', "regularizers.l1(0.03125)", "regularizers.L1L2(l1=0.0078125, l2=0.015625)",
     "regularizers.L1L2()", "None"],
)  # fmt: skip
def test_each_regularizer(scripts: Scripts, given: str, keras: str) -> None:
    end = END.format(loss='"mse"', data="x, y", fit=", validation_split=0.25")
    agree(scripts, BEGIN + SEQUENTIAL.format(given=given) + end, keras)


@pytest.mark.sample(2)
@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("model", [SEVERAL, SHARED, UNUSED, LOOP, BRANCH, FROZEN, OWN_ACTIVATION])
def test_several_layers(scripts: Scripts, model: str, keras: str) -> None:
    if keras == "2" and model is OWN_ACTIVATION:
        model = model.replace("keras.ops.square(tensor)", "tensor * tensor")
    end = END.format(loss='"mse"', data="x, y", fit=", validation_split=0.25")
    agree(scripts, BEGIN + model + end, keras)


@pytest.mark.parametrize("keras", ["2", "3"])
def test_images(scripts: Scripts, keras: str) -> None:
    end = END.format(loss='"mse"', data="images, y[:20]", fit="")
    agree(scripts, BEGIN + CONVOLUTIONS + end, keras)


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("model", [STACKED, CALLED_AGAIN, SIAMESE, FROZEN_PART, BY_BUILDER])
def test_models_that_are_part_of_others(scripts: Scripts, model: str, keras: str) -> None:
    """With the regularizers of their weights, unless Keras 3 does not train these."""
    data = "[x, x + 1], y" if model is SIAMESE else "x, y"
    agree(scripts, BEGIN + model + END.format(loss='"mse"', data=data, fit=""), keras)


SOFTMAX = """\
model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(6, activity_regularizer=regularizers.L2(0.0625)),
    {head}
])
"""
TWO_OUTPUTS = """\
inputs = keras.Input((8,))
hidden = layers.Dense(6, activity_regularizer=regularizers.L2(0.0625))(inputs)
value = layers.Dense(1, name="a")(hidden)
kind = layers.Dense(3, "softmax", name="b")(hidden)
model = keras.Model(inputs, [value, kind])
"""


@pytest.mark.parametrize(
    "head",
    [
        'layers.Dense(3, "softmax"),',
        'layers.Dense(3, "softmax", activity_regularizer=regularizers.L2(0.0625)),',
        'layers.Dense(3, activity_regularizer="l2"), layers.Activation("softmax"),',
    ],
)
def test_beside_logits(scripts: Scripts, head: str) -> None:
    """A regularizer that looks at probabilities keeps the softmax in the model."""
    end = END.format(loss='"sparse_categorical_crossentropy"', data="x, classes", fit="")
    agree(scripts, BEGIN + SOFTMAX.format(head=head) + end)


@pytest.mark.parametrize("after", ["", "print(model)\n"])
def test_several_outputs(scripts: Scripts, after: str) -> None:
    loss = '["mse", "sparse_categorical_crossentropy"]'
    end = END.format(loss=loss, data="x, [y, classes]", fit="")
    agree(scripts, BEGIN + TWO_OUTPUTS + end + after)


def test_weights_of_samples_and_single_batches(scripts: Scripts) -> None:
    end = END.format(loss='"mse"', data="x, y", fit=", sample_weight=np.abs(y[:, 0])")
    end += "trained = model.train_on_batch(x, y)\ntested = model.test_on_batch(x, y)\n"
    agree(scripts, BEGIN + SEQUENTIAL.format(given='"l2"') + end)


RECURRENT = """\
model = keras.Sequential([
    keras.Input((8,)),
    layers.Reshape((4, 2)),
    layers.SimpleRNN(3, return_sequences=True, activity_regularizer=regularizers.L2(0.0625)),
    layers.TimeDistributed(layers.Dense(3), activity_regularizer=regularizers.L2(0.0625)),
    layers.GRU(3, activity_regularizer=regularizers.L2(0.0625)),
    layers.Dense(1),
])
"""


@pytest.mark.parametrize("keras", ["2", "3"])
def test_recurrent_layers(scripts: Scripts, keras: str) -> None:
    """Keras 3 does not look at the regularizer of a SimpleRNN."""
    text = BEGIN + RECURRENT + END.format(loss='"mse"', data="x, y", fit="")
    apart = scripts.compare(text, converted(text, Options(keras=keras, exact=True)), keras)
    assert max(apart.values()) < 1e-9, apart


def test_what_generations_do_differently_is_asked_for() -> None:
    found = convert(BEGIN + RECURRENT + END.format(loss='"mse"', data="x, y", fit="")).diagnostics
    assert any("Keras 3 ignores what keras.layers.SimpleRNN asks" in d.message for d in found)


WRAPPED = 'layers.Dense(3, activity_regularizer="l2")'


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (f"layers.TimeDistributed({WRAPPED})", "activity_regularizer of keras.layers.Time"),
        ('layers.Bidirectional(layers.GRU(3, activity_regularizer="l2"))', "Bidirectional"),
        ("layers.Dense(3, activity_regularizer=lambda x: x)", "activity_regularizer"),
    ],
)
def test_what_is_refused(layer: str, reason: str) -> None:
    model = f"model = keras.Sequential([keras.Input((4, 2)), {layer}, layers.Dense(1)])\n"
    text = BEGIN + model + END.format(loss='"mse"', data="x.reshape(44, 4, 2), y", fit="")
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in found), found


BLOCKS = """\
SPREAD = 0.125


def encode(x, units, twice=False):
    x = layers.Dense(units, activation="tanh", activity_regularizer=regularizers.L1(SPREAD))(x)
    if twice:
        x = layers.ActivityRegularization(l2=0.5)(x)
    return layers.Dense(units)(x)


def build(widths):
    x = inputs = keras.Input((8,))
    for width in widths:
        x = encode(x, width)
    x = encode(x, 4, twice=True)
    return keras.Model(inputs, layers.Dense(1)(layers.ReLU()(x)))


model = build([6, 5])
"""


@pytest.mark.parametrize("keras", ["2", "3"])
def test_blocks_give_what_is_added_to_the_loss(scripts: Scripts, keras: str) -> None:
    text = BEGIN + BLOCKS + END.format(loss='"mse"', data="x, y", fit="")
    agree(scripts, text, keras)
    assert ".forward_with_penalty(x)\n" in convert(text).text


def test_factors_that_only_a_block_knows_are_refused() -> None:
    text = (
        BEGIN
        + BLOCKS.replace("SPREAD)", "0.5 / units)")
        + END.format(loss='"mse"', data="x, y", fit="")
    )
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("only a block knows" in message for message in found), found


RATES = """\
rate = 0.5
model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(6, {what}_regularizer=regularizers.L2(rate)),
    layers.Dense(1),
])
rate = 0.0625
"""
BUILT = """\
def build(rate, scale=0.5):
    return keras.Sequential([
        keras.Input((8,)),
        layers.Dense(6, {what}_regularizer=regularizers.L2(rate * scale)),
        layers.Dense(1),
    ])


model = build(0.25)
"""


@pytest.mark.parametrize("model", [RATES, BUILT])
@pytest.mark.parametrize("what", ["kernel", "activity"])
def test_factors_are_those_of_the_layer(scripts: Scripts, model: str, what: str) -> None:
    """Also where the variable has another value, or none, when the model is trained."""
    agree(scripts, BEGIN + model.format(what=what) + END.format(loss='"mse"', data="x, y", fit=""))


BORROWED = """\
def build():
    inputs = keras.Input((8,))
    hidden = layers.Dense(6, {what}_regularizer="l2", name="codes")(inputs)
    return keras.Model(inputs, layers.Dense(2)(hidden))


base = build()
model = keras.Model(base.input, layers.Dense(1)(base.get_layer("codes").output))
"""


@pytest.mark.parametrize("what", ["kernel", "activity"])
def test_layers_of_models_that_are_built_elsewhere(what: str) -> None:
    text = BEGIN + BORROWED.format(what=what) + END.format(loss='"mse"', data="x, y", fit="")
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("of a layer of another model" in message for message in found), found
