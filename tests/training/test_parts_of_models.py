"""What programs ask of models that they have trained: sizes, activations, settings of a `fit`."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 6, 6, 2))
y = x.mean(axis=(1, 2))
model = keras.Sequential([
    keras.Input((6, 6, 2)),
    layers.Conv2D(3, 3, activation="relu"),
    layers.BatchNormalization(),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(2, name="last"),
])
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
EPOCHS = 2
"""
FIT = "history = model.fit(x, y, epochs=EPOCHS, batch_size=20, shuffle=False, verbose=0)\n"


def converted(program: str) -> str:
    conversion = convert(program)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    return conversion.text


@pytest.mark.parametrize(
    "asked",
    [
        "found = np.sum([K.count_params(w) for w in model.trainable_weights])",
        "found = int(np.sum([K.count_params(p) for p in model.non_trainable_weights]))",
        "found = sum(np.prod(v.shape) for v in model.trainable_variables)",
        "found = len(model.trainable_variables) + len(model.trainable_weights)",
        "found = len(model.weights) - len(model.non_trainable_weights)",
        "found = sum(int(np.prod(w.shape)) for w in model.weights)",
        "found = len(model.layers)",
        "found = [model.count_params(), len(model.layers)]",
        "print(model.count_params(), len(model.layers))\nfound = 1",
        "model.layers[0].trainable = False\n"
        "n = np.sum([K.count_params(w) for w in model.trainable_weights])\n"
        "found = [n, len(model.trainable_weights), len(model.non_trainable_weights)]",
        'print(f"{np.sum([K.count_params(w) for w in model.trainable_weights]):,}")\nfound = 1',
        'found = history.params["epochs"]',
        'found = [loss / 2 for loss in history.history["loss"][: history.params["epochs"]]]',
    ],
)
def test_numbers_of_a_model_are_those_of_keras(asked: str, scripts: Scripts) -> None:
    program = f"{HEAD}{FIT}{asked}\n"
    apart = scripts.compare(program, converted(program))
    assert "found" in apart
    assert apart["found"] < 1e-9, apart


@pytest.mark.parametrize(
    "outputs",
    [
        "[layer.output for layer in model.layers]",
        "[layer.output for layer in model.layers[:3]]",
        "[model.layers[0].output, model.layers[2].output]",
        '[model.layers[0].output, model.get_layer("last").output]',
    ],
)
def test_the_outputs_of_layers_have_a_name(outputs: str, scripts: Scripts) -> None:
    """A list in a variable, which a model then gives."""
    program = (
        f"{HEAD}{FIT}outputs = {outputs}\nshower = keras.Model(model.inputs, outputs)\n"
        "shown = shower.predict(x[:5], verbose=0)\nfirst, last = shown[0], shown[-1]\n"
        "number = len(shown)\n"
    )
    apart = scripts.compare(program, converted(program))
    assert {"first", "last", "number"} <= apart.keys()
    assert max(apart.values()) < 1e-4, apart  # torch's running variance is that of a sample


@pytest.mark.parametrize(
    "asked",
    [
        # the state of what is drawn is one of Keras 3's variables
        "later = keras.Sequential([model, layers.Dropout(0.1)])\nn = len(model.variables)",
        "n = [w.name for w in model.trainable_weights]",
        "n = history.params",
        "n = history.params['steps']",
        "n = history.model.count_params()",
    ],
)
def test_what_has_no_translation_is_said(asked: str) -> None:
    conversion = convert(f"{HEAD}{FIT}{asked}\n")
    assert [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert asked.rpartition("\n")[2] in conversion.text


SHAPES = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def make_base(units):
    inputs = keras.Input((6, 6, 2))
    return keras.Model(inputs, layers.Conv2D(units, 3, activation="relu")(inputs))


def head(base, count):
    inputs = keras.Input(shape=base.input_shape[1:])
    h = layers.GlobalAveragePooling2D()(base(inputs, training=False))
    return keras.Model(inputs, layers.Dense(count)(h))


base = make_base(4)
_, height, width, channels = base.output_shape
decoder = keras.Sequential([keras.Input(base.output_shape[1:]), layers.Flatten(), layers.Dense(2)])
model = head(base, base.input_shape[-1])
x = np.random.default_rng(0).random((8, *base.input_shape[1:]))
found = model.predict(x, verbose=0)
others = decoder.predict(base.predict(x, verbose=0), verbose=0)
total = height * width * channels
"""


def test_shapes_of_models_are_numbers(scripts: Scripts) -> None:
    result = converted(SHAPES)
    assert "_, height, width, channels = (None, 4, 4, 4)\n" in result
    apart = scripts.compare(SHAPES, result)
    assert {"found", "others", "total"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("shape", ["None, None, 2", "6, size, 2"])
def test_shapes_that_are_not_known_are_said(shape: str) -> None:
    text = SHAPES.replace("make_base(units)", "make_base(units, size=6)").replace("6, 6, 2", shape)
    text = text.replace("make_base(4)", "make_base(4, size=int(np.prod([2, 3])))")
    found = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert found


FROZEN = """\
import numpy as np
{keras}
from keras import backend as K
from keras import layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 8, 8, 2)), rng.integers(0, 3, size=40)


def make_base():
    inputs = layers.Input((8, 8, 2))
    h = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
    h = layers.BatchNormalization()(h)
    h = layers.Conv2D(6, 3, activation="relu", kernel_initializer="he_normal")(h)
    h = layers.BatchNormalization()(h)
    h = layers.GlobalAveragePooling2D()(h)
    return keras.Model(inputs, h)


base = make_base()
model = keras.Sequential([base, layers.Dropout(0.0), layers.Dense(3, activation="softmax")])
before = len(model.trainable_weights)
base.trainable = False
after = len(model.trainable_weights)
model.compile(keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
losses = model.fit(x, y, batch_size=20, shuffle=False, verbose=0).history["loss"]
base.trainable = True
for layer in base.layers[{part}]:
    {frozen}
number = len(base.layers)
tuned = len(model.trainable_variables), len(model.non_trainable_weights)
trained = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
frozen = np.sum([K.count_params(w) for w in model.non_trainable_weights])
every = model.count_params()
model.compile(keras.optimizers.SGD(0.05), loss="sparse_categorical_crossentropy")
more = model.fit(x, y, batch_size=20, epochs=2, shuffle=False, verbose=0).history["loss"]
"""
SET = "layer.trainable = False"


@pytest.mark.parametrize("generation", ["2", "3"])
@pytest.mark.parametrize(("part", "frozen"), [(":3", SET), ("-4:", SET)])
def test_what_is_frozen_is_counted(
    part: str, frozen: str, generation: str, scripts: Scripts
) -> None:
    keras = "import tf_keras as keras" if generation == "2" else "import keras"
    program = FROZEN.format(keras=keras, part=part, frozen=frozen)
    program = program.replace("from keras", "from tf_keras") if generation == "2" else program
    conversion = convert(program, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "after = len([w for w in model.parameters() if w.requires_grad])\n" in conversion.text
    assert "number = 6\n" in conversion.text
    apart = scripts.compare(program, conversion.text, generation)
    assert {"before", "after", "tuned", "trained", "frozen", "every", "more"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "more",
    [
        "n = len(model.trainable_weights)\nmodel.layers[0].trainable = False\n",
        "def freeze(layer):\n    layer.trainable = False\n\n\n"
        "freeze(model.layers[0])\nn = len(model.trainable_weights)\n",
        "for turn in range(2):\n    n = len(model.trainable_weights)\n"
        "    model.trainable = turn > 0\n",
    ],
)
def test_what_is_frozen_at_another_time_is_not_counted(more: str) -> None:
    conversion = convert(f"{HEAD}{more}{FIT}")
    assert "n = len(model.trainable_weights)" in conversion.text
    assert [d for d in conversion.diagnostics if d.severity is Severity.ERROR]


VERSIONS = """\
import tensorflow as tf
from packaging import version

tf.__version__
assert tf.__version__ >= "2.0"
assert version.parse(tf.__version__) >= version.parse("2.8.0"), "too old"
"""


def test_versions_are_shown_and_no_longer_asserted() -> None:
    text = convert(VERSIONS).text
    assert "\ntorch.__version__\n" in text
    assert "assert" not in text
    kept = convert(VERSIONS + "assert tf.__version__ == wanted()\n")
    assert [d.line for d in kept.diagnostics if d.severity is Severity.ERROR] == [7]


@pytest.mark.parametrize(
    "line", ["callbacks = callbacks or []", "if not callbacks: callbacks = []"]
)
def test_callbacks_of_which_there_are_none(line: str, scripts: Scripts) -> None:
    program = (
        f"{HEAD}\n\ndef train(model, callbacks=None):\n    {line}\n"
        "    return model.fit(x, y, epochs=2, shuffle=False, callbacks=callbacks, verbose=0)\n\n\n"
        "losses = train(model).history['loss']\n"
    )
    result = converted(program)
    assert "callbacks" not in result
    assert scripts.compare(program, result)["losses"] < 1e-9
