"""What stays of a branch whose condition is known moves to the margin of its `if`, all of it."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

x = np.arange(60.0).reshape(20, 3) / 60
y = x[:, :1] * 2
"""
MODEL = "m = keras.Sequential([keras.Input((3,)), layers.Dense(1)])\n"
FIT = """\
h = m.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0{more})
losses = h.history["loss"]
"""
#: A program up to its `fit`, what that gets besides, and what comes of the branch.
BRANCHES = {
    "loss": (
        """\
ROBUST = True
if ROBUST:
    def loss(a, b):
        return ops.mean(ops.abs(a - b), axis=-1)
else:
    def loss(a, b):
        return ops.mean(ops.square(a - b), axis=-1)
{model}m.compile("sgd", loss)
""",
        "",
        "\ndef loss(a, b):\n    return (a - b).abs().mean(dim=-1)\n",
    ),
    "several": (
        '''\
USE = False
if USE:
    LOSS = "mse"
else:
    def sched(e, lr):
        return lr * 0.5
    TIMES = 2.0  # twice

    # is a metric
    def met(a, b):
        """Of two
        tensors."""
        # over all
        return TIMES * ops.mean(ops.abs(a - b))
    TEXT = """a
    b"""
    LOSS = "mae"
size = len(TEXT)
{model}m.compile("sgd", LOSS, metrics=[met])
''',
        ", callbacks=[keras.callbacks.LearningRateScheduler(sched)]",
        "TIMES = 2.0  # twice\n\n# is a metric\ndef met(a, b):\n",
    ),
    "branches in branches": (
        """\
DEEP = ROBUST = True
if DEEP:
    if not ROBUST:
        def loss(a, b):
            return ops.mean(a - b)
    elif DEEP:
        @tf.function
        def loss(a, b):
            return ops.mean(ops.abs(a - b), axis=-1)
        K = 1
    def met(a, b):
        return ops.mean(ops.abs(a - b))
{model}m.compile("sgd", loss, metrics=[met])
""",
        "",
        "dim=-1)\nK = 1\ndef met(a, b):\n    return (a",
    ),
    "callbacks": (
        """\
ACT = "relu"
if ACT == "relu":
    class Seen(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch > 0:
                # late
                seen.append(logs["loss"])
    def block(t, n):
        return layers.ReLU()(layers.Dense(n)(t))
    def twice(t):
        return 2.0 * t
seen = []
i = keras.Input((3,))
m = keras.Model(i, layers.Dense(1)(twice(block(i, 4))))
m.compile("sgd", "mse")
""",
        ", callbacks=[Seen()]",
        "            # late\n            seen.append(",
    ),
    "models and data sets": (
        """\
BIG = True
if BIG:
    def scale(k, a):
        return a * k
    data = tf.data.Dataset.from_tensor_slices((x, y)).map(lambda a, b: (scale(2.0, a), b)).batch(5)
    i = keras.Input((3,))
    m = keras.Model(i, layers.Dense(1)(i))
    n = 3
m.compile("sgd", "mse")
m.fit(data, epochs=n, verbose=0)
""",
        "",
        "    batch_size=5,\n)\nm = Model().to(device)\nn = 3\n",
    ),
    "in a function": (
        '''\
WIDE, SPARSE = True, False
def build():
    if WIDE:
        if not SPARSE:
            def act(k, t):
                # k times
                return k * ops.relu(t)
            n = 4
        text = """a
        b"""
    i = keras.Input((3,))
    return keras.Model(i, layers.Dense(len(text) - 10)(act(0.5, layers.Dense(n)(i))))
m = build()
m.compile("sgd", "mse")
''',
        "",
        '        n = 4\n        text = """a\n        b"""\n',
    ),
}


@pytest.mark.parametrize("way", BRANCHES)
def test_definitions_move_with_their_branch(way: str, scripts: Scripts) -> None:
    program, more, expected = BRANCHES[way]
    text = HEAD + program.replace("{model}", MODEL) + FIT.replace("{more}", more)
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert expected in made.text, made.text
    differences = scripts.compare(text, made.text)
    assert "losses" in differences
    assert max(differences.values()) < 1e-9, differences


def test_what_is_left_of_a_known_branch_can_be_read() -> None:
    lost = "return ops.unheard_of(t)"
    for body in (f"class L(keras.losses.Loss):\n        def call(self, t, p):\n            {lost}",
                 f"def loss(t, p):\n        {lost}"):  # fmt: skip
        name = "L()" if "class" in body else "loss"
        text = (
            f"{HEAD}OWN = True\nif OWN:\n    N = 1\n    {body}\n{MODEL}m.compile('sgd', {name})\n"
        )
        made = convert(text)
        assert [d for d in made.diagnostics if d.severity is Severity.ERROR]
        compile(made.text, "<converted>", "exec")
