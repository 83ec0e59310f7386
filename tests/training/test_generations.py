"""What the generations of Keras do differently while they train follows the one that is meant."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.generations import shown_by

PLATEAU = ", callbacks=[keras.callbacks.ReduceLROnPlateau('loss', patience=1)]"
RATE = "callbacks = [ReduceLROnPlateau()]\n"
PENALIZED = """\
import numpy as np
from tensorflow import keras

x, y = np.random.rand(64, 8), np.random.rand(64, 1)
l1_l2 = keras.regularizers.l1_l2
model = keras.Sequential([keras.Input((8,))])
model.add(keras.layers.Dense(1, kernel_regularizer=l1_l2({})))
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, epochs=2, verbose=0)
"""


@pytest.mark.parametrize(("keras", "key"), [("2", "lr"), ("3", "learning_rate")])
def test_the_key_of_the_learning_rate(keras: str, key: str) -> None:
    text = convert(Trial(fit=PLATEAU).text, Options(keras=keras)).text
    assert f'history["{key}"].append(' in text or f'"{key}": []' in text


@pytest.mark.parametrize(
    ("given", "keras", "terms"),
    [
        ("", "2", ["0.01 * (weight.square().sum() + weight.abs().sum())"]),
        ("l1=0.1", "2", ["0.1 * weight.abs().sum()", "0.01 * weight.square().sum()"]),
        ("l1=0.1", "3", ["0.1 * weight.abs().sum()"]),
        ("l1=0.1, l2=0.2", "auto", ["0.1 * weight.abs().sum()", "0.2 * weight.square().sum()"]),
    ],
)
def test_what_l1_l2_leaves_out(given: str, keras: str, terms: list[str]) -> None:
    """In Keras 2 the defaults are 0.01, in Keras 3 there are none."""
    conversion = convert(PENALIZED.format(given), Options(keras=keras))
    text = conversion.text.replace("model.dense.weight", "weight")
    assert all(term in text for term in terms), text
    assert text.count(".sum()") == " ".join(terms).count(".sum()")


def test_what_l1_l2_leaves_out_is_asked_for() -> None:
    found = convert(PENALIZED.format("l1=0.1")).diagnostics
    assert any("0.01 in Keras 2, 0 in Keras 3 (--keras)" in d.message for d in found)


WORDS = """\
import numpy as np
from tensorflow import keras

x, y = np.random.randint(9, size=(64, 5)), np.random.rand(64, 1)
model = keras.Sequential([keras.Input((5,), dtype="int32"), keras.layers.Embedding(9, 4)])
model.add(keras.layers.LSTM(3))
model.add(keras.layers.Dense(1))
model.compile(optimizer={}, loss="mse")
model.fit(x, y, epochs=2, verbose=0)
"""


@pytest.mark.parametrize(
    ("optimizer", "keras", "codes"),
    [
        ('"nadam"', "3", ["T2T101"]),
        ('"nadam"', "auto", ["T2T401"]),
        ('"adam"', "3", []),  # --exact has one that sees single ids
        ('"adam"', "2", []),
        ('"sgd"', "3", []),
    ],
)
def test_ids_that_repeat_in_a_batch(optimizer: str, keras: str, codes: list[str]) -> None:
    """Keras 3 does not add up their gradients before it squares them: one step is 40 % shorter."""
    found = convert(WORDS.format(optimizer), Options(keras=keras, exact=True)).diagnostics
    assert [d.code for d in found if "ids repeat" in d.message] == codes


@pytest.mark.parametrize(
    ("optimizer", "keras", "said"),
    [
        ("keras.optimizers.RMSprop(lr=0.01)", "2", True),
        ("keras.optimizers.legacy.RMSprop(lr=0.01)", "2", False),
        ("keras.optimizers.RMSprop(learning_rate=0.01)", "2", False),
    ],
)
def test_what_newer_keras_2_ignores_is_said(optimizer: str, keras: str, said: bool) -> None:
    found = convert(WORDS.format(optimizer), Options(keras=keras)).diagnostics
    assert any("ignores `lr`" in d.message for d in found) is said


def test_arguments_of_keras_1_are_those_of_today() -> None:
    today = Trial(fit=", verbose=0").text
    older = today.replace("epochs=", "nb_epoch=")
    assert older != today
    assert convert(older).text == convert(today).text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("nb_epoch = 4\nmodel.fit(x, y, epochs=nb_epoch)\n", "auto"),
        ("def train(x, nb_epoch=4):\n    model.fit(x, epochs=nb_epoch)\n", "auto"),
        ("def train(\n    nb_epoch=4,\n):\n    model.fit(x, epochs=nb_epoch)\n", "auto"),
        ("Adam(0.1, weight_decay=1e-4)\n", "auto"),
        ("Adam(learning_rate=0.1, decay=1e-4)\n", "2"),
        (RATE + "print(h.history['lr'])\n", "2"),
        (RATE + "rates = self.history.get('lr', [])\n", "2"),
        (RATE + "seen.append(logs.get('lr', -1))\n", "2"),
        (RATE + "print('lr' in h.history)\n", "2"),
        (RATE + "print(h.history['learning_rate'], logs.get('lr'))\n", "auto"),
        (RATE + "history['lr'].append(rate)\nprint(history['lr'])\n", "auto"),
        (RATE + "config = {'lr': 0.1}\nprint(logs.get('lr'))\n", "auto"),
        (RATE + "print(config['lr'])  # history['lr']\n", "auto"),
        ("print(h.history['lr'])\n", "auto"),
        ("model.fit(x, y, nb_epoch=4)\n", "2"),
        ("model.fit(\n    x, y,\n    nb_epoch=4,\n)\n", "2"),
        ("model.fit(x.reshape((-1, 4)), y, nb_epoch=4)\n", "2"),
        ("train(model, nb_epoch=4)\n", "auto"),
        ("model.predict_classes(x)\n", "2"),
        ("classifier = Sequential()\nclassifier.predict_classes(x)\n", "2"),
        ("nets[0].model.predict_classes(x)\n", "2"),
        ("net = Classifier(4)\nnet.predict_classes(x)\n", "auto"),
        ("def predict_classes(self, x):\n    return 1\nnet.predict_classes(x)\n", "auto"),
        ("trainer = base.Trainer(4)\ntrainer.fit_generator(x)\n", "auto"),
        ("def fit_generator(self, x):\n    self.model.fit_generator(x)\n", "2"),
    ],
)
def test_only_arguments_show_a_generation(written: str, shown: str) -> None:
    assert shown_by(f"from keras.models import Sequential\n{written}") == shown


INNER = "from tensorflow.python.keras"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"{INNER} import backend as K\n", "auto"),
        (f"{INNER}.utils.data_utils import Sequence\n", "auto"),
        (f"{INNER}.layers import Dense\n", "2"),
        (f"{INNER} import layers\n", "2"),
        ("def loss(y_true, y_pred):\n    n = y_pred.get_shape()[-1]\n", "auto"),
        ("def loss(\n    y_true,\n    y_pred,\n):\n    n = y_pred.get_shape()[-1]\n", "auto"),
        (
            "def made(a):\n    def f(true, pred):\n        if a:\n            pred.as_list()\n",
            "auto",
        ),
        ("class A(Layer):\n    def call(self, x):\n        n = x.get_shape()[-1]\n", "auto"),
        ("class A(Layer):\n    def build(self, shape):\n        n = shape.as_list()[-1]\n", "2"),
        ("y = Lambda(lambda t: K.reshape(t, t.get_shape()))(x)\n", "auto"),
        ("def block(x):\n    n = x.get_shape()[-1]\n", "2"),
        ("def loss(y_true, y_pred):\n    pass\nn = x.get_shape().as_list()\n", "2"),
    ],
)
def test_what_tensors_have_in_either_is_no_sign(written: str, shown: str) -> None:
    """And what the inner Keras of TensorFlow gives, beside another, is none but for models."""
    assert shown_by(f"from keras.models import Sequential\n{written}") == shown


def test_the_inner_keras_alone_shows_its_generation() -> None:
    assert shown_by(f"{INNER} import backend as K\n") == "2"


@pytest.mark.parametrize("call", ["fit", "evaluate", "predict"])
def test_what_only_makes_keras_2_faster_goes(call: str) -> None:
    plain = Trial().text
    given = "workers=2, use_multiprocessing=True, max_queue_size=4"
    text = plain.replace(f"model.{call}(x", f"model.{call}(x=x, {given}", 1)
    text = text.replace(f"{given}, y", f"y=y, {given}", 1)
    assert given in text
    conversion = convert(text, Options(keras="2"))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert conversion.text == convert(plain, Options(keras="2")).text


ORTHOGONAL = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, regularizers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 8)), rng.normal(size=(40, 1))
words = rng.integers(0, 9, size=(40, 5))
model = keras.Sequential([{first}, layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit({data}, y, epochs=3, verbose=0)
losses = np.array(history.history["loss"])
"""


@pytest.mark.parametrize(
    ("first", "data"),
    [
        ("layers.Dense(6, kernel_regularizer=regularizers.OrthogonalRegularizer())", "x"),
        ("layers.Dense(6, kernel_regularizer='orthogonal_regularizer')", "x"),
        (
            "layers.Dense(6, kernel_regularizer="
            "regularizers.OrthogonalRegularizer(0.125, mode='columns'), bias_regularizer='l2')",
            "x",
        ),
        (
            "layers.Embedding(9, 4, input_length=5, embeddings_regularizer="
            "regularizers.OrthogonalRegularizer(factor=0.25)), layers.Flatten()",
            "words",
        ),
    ],
)
def test_orthogonal_weights(first: str, data: str, scripts: Scripts) -> None:
    """Keras 3 computes the same, but in float32 only."""
    text = ORTHOGONAL.format(first=first, data=data)
    found = convert(text, Options(keras="2"))
    assert not [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, found.text, "2")
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


OF_BLOCKS = """\
def block(x, units, mode):
    kept = regularizers.OrthogonalRegularizer(0.25, mode={mode})
    return layers.Dense(units, kernel_regularizer=kept)(x)


inputs = keras.Input((8,))
outputs = layers.Dense(1)(block(block(inputs, 5, 1), 4, 2))
model = keras.Model(inputs, outputs)
"""


@pytest.mark.parametrize("mode", ["rows", "columns"])
def test_orthogonal_weights_of_blocks(mode: str, scripts: Scripts) -> None:
    text = ORTHOGONAL.format(first="", data="x").replace(
        "model = keras.Sequential([, layers.Dense(1)])\n", OF_BLOCKS.format(mode=f'"{mode}"')
    )
    found = convert(text, Options(keras="2"))
    assert not [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert f"layer.orthogonal_{'columns' if mode == 'rows' else 'rows'}" in found.text
    apart = scripts.compare(text, found.text, "2")
    assert max(apart.values()) < 1e-9, apart


def test_a_kernel_of_several_axes_has_no_rows() -> None:
    layer = "layers.Reshape((8, 1)), layers.Conv1D(4, 3, kernel_regularizer="
    layer += "regularizers.OrthogonalRegularizer()), layers.Flatten()"
    text = ORTHOGONAL.format(first=layer, data="x")
    found = convert(text).diagnostics
    assert any("an orthogonal regularizer of kernel" in d.message for d in found)


FILMS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.random(size=(16, 3, 4, 4, 2)), rng.random(size=(16, 1))
model = keras.Sequential([keras.Input((3, 4, 4, 2))])
model.add(keras.layers.ConvLSTM2D(2, 3))
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(1))
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="mse")
history = model.fit(x, y, batch_size=8, epochs=2, verbose=0)
losses = np.array(history.history["loss"])
"""


@pytest.mark.parametrize("keras", ["2", "3"])
def test_gates_of_convolutional_lstms(keras: str, scripts: Scripts) -> None:
    """By default Keras 2 has hard sigmoids there."""
    result = convert(FILMS, Options(keras=keras)).text
    apart = scripts.compare(FILMS, result, keras)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("line", "older"),
    [
        ("# model.fit_generator(batches())", False),
        ('"""Adam(lr=0.1) was no better."""', False),
        ('os.environ["TF_USE_LEGACY_KERAS"] = "1"', True),
        ("model.fit_generator(batches())", True),
    ],
)
def test_what_comments_say_is_no_sign_of_a_generation(line: str, older: bool) -> None:
    assert shown_by(f"import os\n{line}\n") == ("2" if older else "auto")
