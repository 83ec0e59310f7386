"""Functions of other files whose tensors and models only their calls tell."""

from __future__ import annotations

from pathlib import Path

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

TRAIN = """\
import numpy as np
from nets import build

x = np.random.RandomState(0).rand(20, 5, 4)
net = {made}
net.compile("sgd", "mse")
net.fit(x, x, epochs=2, shuffle=False, verbose=0)
"""


def test_keywords_of_a_layer_take_tensors(tmp_path: Path, session: VerifySession) -> None:
    blocks = """\
from tensorflow.keras.layers import Add, LayerNormalization, MultiHeadAttention


def attend(x, seen, heads, size):
    attended = MultiHeadAttention(heads, size)(query=x, value=seen, key=seen)
    return LayerNormalization()(Add()([x, attended]))
"""
    nets = """\
from blocks import attend
from tensorflow import keras
from tensorflow.keras.layers import Dense


def build():
    inputs = keras.Input((5, 4))
    return keras.Model(inputs, attend(inputs, Dense(6)(inputs), 2, 3))
"""
    files = {"blocks.py": blocks, "nets.py": nets, "train.py": TRAIN.format(made="build()")}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "def forward(self, x, seen):" in texts["blocks.py"]
    assert_equal(tmp_path, "train.py", session)


def test_defaults_of_builders_that_give_dicts(tmp_path: Path, session: VerifySession) -> None:
    nets = """\
from tensorflow import keras
from tensorflow.keras.layers import Dense


def encode(n, widths):
    x = inputs = keras.Input((5, n))
    for width in widths:
        x = Dense(width)(x)
    return keras.Model(inputs, x)


def build(n=4, widths=(3, 6)):
    encoder = encode(n, widths)
    inputs = keras.Input((5, n))
    return dict(encoder=encoder, whole=keras.Model(inputs, Dense(4)(encoder(inputs))))
"""
    train = TRAIN.replace("net = {made}", 'made = build()\nnet = made["whole"]')
    texts, errors = converted(tmp_path, {"nets.py": nets, "train.py": train})
    assert not errors
    assert "dict(encoder=encoder, whole=" in texts["nets.py"]
    assert_equal(tmp_path, "train.py", session)


def test_variables_stand_for_parameters(tmp_path: Path, session: VerifySession) -> None:
    blocks = """\
from tensorflow.keras.layers import Add, Dense


def trunk(inputs, others, width):
    x = inputs
    y = z = others
    x = Dense(width)(x)
    return Add()([x, Dense(width)(y), z])
"""
    nets = """\
from blocks import trunk
from tensorflow import keras
from tensorflow.keras.layers import Dense


def build():
    inputs = keras.Input((5, 4))
    return keras.Model(inputs, trunk(inputs, Dense(4)(inputs), 4))
"""
    files = {"blocks.py": blocks, "nets.py": nets, "train.py": TRAIN.format(made="build()")}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "def forward(self, inputs, others):" in texts["blocks.py"]
    assert_equal(tmp_path, "train.py", session)


def test_blocks_of_loops_keep_the_axes(tmp_path: Path, session: VerifySession) -> None:
    blocks = """\
from tensorflow.keras.layers import Add, Dense, Multiply


def residual(x, units):
    h = Dense(units, activation="relu")(x)
    return x + Dense(x.shape[-1])(h)


def cross(first, x):
    return Add()([Multiply()([first, Dense(x.shape[-1])(x)]), x])
"""
    nets = """\
from blocks import cross, residual
from tensorflow import keras
from tensorflow.keras.layers import Dense


def build(widths):
    x = inputs = keras.Input((5, 4))
    for width in widths:
        x = residual(x, width)
        x = cross(inputs, x)
    return keras.Model(inputs, x)
"""
    files = {"blocks.py": blocks, "nets.py": nets, "train.py": TRAIN.format(made="build([6, 3])")}
    _, errors = converted(tmp_path, files)
    assert not errors
    assert_equal(tmp_path, "train.py", session)
