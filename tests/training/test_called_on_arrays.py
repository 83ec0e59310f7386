"""Models that a program calls on arrays, and what it does with the results."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

UNTRAINED = """\
import numpy as np
import keras
from keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(8, 4), rng.rand(8, 3)
model = keras.Sequential([layers.Input((4,)), layers.Dense(3, activation="tanh")])
"""
FITTED = 'model.compile("sgd", "mse")\nmodel.fit(x, y, shuffle=False, verbose=0)\n'
USES = {
    "nobody's": "model(x[:2])\n",
    "a variable": "a = model(x[:2])\nb = a[:, 0]\nc = b.numpy()\nd = a.shape\n",
    "operations": "a = np.mean(np.power(y - model(x), 2), axis=1)\nb = model(x) > 0.1\n",
    "in brackets": "a = (1 - model(x)).numpy()\nb = float(abs(model(x)[0, 0] - 1))\n",
    "a list": "a = np.concatenate([model(x), 1 - model(x)], axis=1)\n",
    "each": "a = [float(v) for v in model(x)[:3, 0]]\nb = [v.numpy() for v in model(x)]\n",
    "tests": "out = model(x)\na = 1 if out[0, 0] > 0.0 else 2\nassert out.shape == (8, 3)\n",
    "text": "out = model(x)\na = f'{out[0][0]:.3f}'\n",
    "training=False": "a = np.argmax(model(x, training=False), axis=1)\n",
    "functions of TensorFlow": "import tensorflow as tf\nout = model(x, training=False)\n"
    "a = tf.nn.softmax(out).numpy()\nb = tf.argmax(out, axis=1).numpy()\n"
    "def best(z):\n    given = model(z, training=False)\n"
    "    return tf.reduce_max(given, axis=-1).numpy()\nc = best(x[:3])\n",
    "a comprehension": "a = np.stack([model(x[:i]).numpy()[0] for i in (1, 2)])\n"
    "b = np.mean([model(x), model(x)], axis=0)\nc = np.array([model(x) for _ in range(2)])\n",
    "a list of it": "outs = [model(one) for one in (x[:4], x[4:])]\na = np.concatenate(outs)\n"
    "b = outs[0].numpy()\nc = sum(float(out[0, 0]) for out in outs)\n",
    "kept": "found = []\nfor i in (1, 3):\n    found.append(model(x[i:]))\na = np.vstack(found)\n"
    "found = np.array(found[1])\nb = found.mean(axis=0)\n",
    "several": "one, two = model(x[:4]), model(x[4:])\na = np.dot(one, two.numpy().T)\n",
    "a loop": "a = []\nfor row in model(x):\n    a.append(float(row[0]))\nb = np.array(a)\n",
    "a package": "from sklearn.metrics import r2_score\na = r2_score(y, model(x))\n",
}


@pytest.mark.parametrize("trained", ["", FITTED], ids=["untrained", "trained"])
@pytest.mark.parametrize("use", USES)
def test_what_arrays_do_alike_is_done_to_them(use: str, trained: str, scripts: Scripts) -> None:
    text = UNTRAINED + trained + USES[use]
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "model(x" not in made.text
    apart = scripts.compare(text, made.text)
    assigned = {name for name in "abc" if f"{name} = " in USES[use]}
    assert use == "text" or assigned <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


LEFT = {
    "a method": "a = model(x).get_shape().as_list()\n",
    "returned": "def last():\n    return model(x)\n\n\na = last()\n",
    "kept": "found = []\nfound.append(model(x))\nb = found[0].get_shape()\n",
    "kept in a list with others": "found = [y]\nfound.append(model(x))\n",
    "kept for others": "found = []\nfound.append(model(x))\n\n\ndef last():\n    return found\n",
    "bound again": "a = model(x)\na = [one for one in a]\nb = a[0].numpy()\n",
    "an argument": "def text(a):\n    return a.numpy()\n\n\na = text(model(x))\n",
    "an option": "a = model(x, mask=None).numpy()\n",
    "an unknown mode": "import sys\n\na = model(x, training=bool(sys.argv[1:])).numpy()\n",
}


@pytest.mark.parametrize("trained", ["", FITTED], ids=["untrained", "trained"])
@pytest.mark.parametrize("use", LEFT)
def test_what_only_tensors_do_is_said(use: str, trained: str) -> None:
    made = convert(UNTRAINED + trained + LEFT[use])
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert errors
    assert all("is left as it is" in message for message in errors)
    assert "model(x" in made.text


def test_several_outputs_are_arrays_too(scripts: Scripts) -> None:
    text = UNTRAINED + (
        "inputs = keras.Input((4,))\nhidden = layers.Dense(2)(inputs)\n"
        "net = keras.Model(inputs, [hidden, layers.Dense(1)(hidden)])\n"
        "a, b = net(x)\nparts = net(x[:2])\nc = parts[1].numpy()\n"
    )
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert {"a", "b", "c"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_an_object_calls_its_model(scripts: Scripts) -> None:
    text = UNTRAINED + (
        "class Policy:\n    def __init__(self):\n"
        "        self.net = keras.Sequential([layers.Input((4,)), layers.Dense(3)])\n\n"
        "    def act(self, state):\n        return int(np.argmax(self.net(state[None, :])))\n\n"
        "    def scores(self, state):\n        return self.net(state[None, :]).numpy()[0]\n\n\n"
        "policy = Policy()\na, b = policy.act(x[0]), policy.scores(x[1])\n"
    )
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert {"a", "b"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


BATCHES = """\
import tensorflow as tf

data = tf.data.Dataset.from_tensor_slices((x, y)).batch(3)
a, b, c, d = 0.0, 0.0, [], 0
for xs, ys in data:
    a += np.sum(np.abs(ys - 1.0))
    shifted = xs[:, 1] * 2.0 + 1.0
    b += np.mean(np.abs(shifted - ys[:, 0]))
    c.append(np.max(np.exp(xs[0])))
    found = model(xs, training=False)
    d += np.sum(np.argmax(found, 1) == np.argmax(ys, 1))
for xs, ys in data:
    found = model.predict(xs, verbose=0)
    d += np.sum(np.argmax(found, axis=1) == np.argmax(ys, axis=1))
    e = model.predict(xs, verbose=0) - ys
    f = np.mean(np.abs(e)) + np.mean((ys - model(xs)) ** 2)
"""


def test_reductions_of_what_is_computed_with_batches(scripts: Scripts) -> None:
    text = UNTRAINED + FITTED + BATCHES
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "np.sum(np.abs(ys.numpy() - 1.0))" in made.text
    apart = scripts.compare(text, made.text)
    assert set("abcdef") <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_reductions_of_tensors_that_functions_and_adapted_layers_give(scripts: Scripts) -> None:
    text = UNTRAINED + (
        "import tensorflow as tf\n\nrows = tf.one_hot(np.arange(8) % 3, 3)\n"
        "norm = layers.Normalization()\nnorm.adapt(x)\nscaled = norm(x)\n"
        f"{FITTED}a = np.sum(rows, axis=0)\nb = np.sum(np.argmax(rows, 1) == np.argmax(y, 1))\n"
        "c = np.max(scaled, axis=0)\n"
    )
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert {"a", "b", "c"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart


SAMPLED = """\
inputs = keras.Input((4,), name="first")
hidden = layers.BatchNormalization()(layers.Dense(5)(inputs))
net = keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.Dropout(0.0)(hidden)))


def spread(net, x, count):
    found = []
    for _ in range(count):
        found.append(net(x, training=True))
    return np.std(found, axis=0)


{trained}a = np.stack([net(x[:5], training=True) for _ in range(3)])
b = spread(net, x, 2)
c = net(x, training=True).numpy()
d = net.predict(x, verbose=0)
"""
MANY_SAMPLED = """\
first, second = keras.Input((4,)), keras.Input((3,))
joined = layers.BatchNormalization()(layers.Concatenate()([first, second]))
net = keras.Model([first, second], [layers.Dense(2)(joined), layers.Dense(1)(joined)])
a, b = net([x, y], training=True)
c = net([x, y], training=False)[0].numpy()
"""


@pytest.mark.parametrize(
    "text",
    [
        SAMPLED.format(trained=""),
        SAMPLED.format(trained='net.compile("sgd", "mse")\nnet.fit(x, y[:, :2], shuffle=False)\n'),
        MANY_SAMPLED,
    ],
    ids=["untrained", "trained", "several"],
)
def test_calls_in_training_mode(text: str, scripts: Scripts) -> None:
    """Statistics are those of all samples at once, and moving averages move on."""
    text = UNTRAINED + text
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "predict_in_training(net, x" in made.text
    apart = scripts.compare(text, made.text)
    assert {"a", "b", "c"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_dict_of_lambdas_for_another_library_stays(scripts: Scripts) -> None:
    text = UNTRAINED + (
        "from scipy.optimize import minimize\n"
        f"{FITTED}p = model.predict(x, verbose=0)\n"
        "whole = {'type': 'eq', 'fun': lambda w: w.sum() - 1}\n"
        "best = minimize(lambda w: ((p @ w - y[:, 0]) ** 2).mean(), [0.3] * 3, constraints=whole)\n"
        "a = minimize(lambda w: (w ** 2).sum(), best.x, constraints={'type': 'eq', 'fun': "
        "lambda w: w.sum() - 1}).x\n"
    )
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert apart["p"] < 1e-9
    assert apart["a"] < 1e-5  # the optimizer of SciPy stops at such a difference
