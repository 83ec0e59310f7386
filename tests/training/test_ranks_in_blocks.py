"""Blocks that other files call, where a layer further on, or beside, tells the number of axes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

IMPORTS = "from tensorflow.keras import Input, Model, layers\n"
NET = """\
from blocks import *


def build():
    x = inputs = Input({shape})
{body}
    model = Model(inputs, layers.Dense(1)(layers.Flatten()(x)))
    model.compile("sgd", "mse")
    return model
"""
MAIN = """\
import numpy as np
from net import build

x = np.random.RandomState(0).rand(*(24,) + {shape})
model = build()
model.fit(x, x.reshape(24, -1).mean(1), epochs=2, batch_size=8, verbose=0)
"""
CONV = """
def conv(x, f):
    return layers.Conv2D(f, 3, padding="same")(x)


def up(x, skip, f):
    x = layers.Concatenate()([x, skip])
    return conv(x, f)
"""
UP = """
def up(x, skip, f):
    x = layers.UpSampling2D()(x)
    x = layers.BatchNormalization()(layers.concatenate([x, skip]))
    x = layers.Conv2D(f, 3, padding="same")(x)
    return layers.concatenate([x, skip], axis=-1)
"""
HELPERS = """
def bn_relu(x):
    return layers.ReLU()(layers.BatchNormalization()(x))


def drop(x, rate):
    return layers.Dropout(rate)(bn_relu(x))


def residual(x, f):
    s = layers.Conv2D(f, 1)(x)
    x = layers.Conv2D(f, 3, padding="same")(drop(x, 0.0))
    return layers.Add()([s, x])


def dense(x, f):
    return layers.Dense(f)(drop(x, 0.0))
"""
SUM = """
def add_bn(x, y):
    return layers.BatchNormalization()(layers.add([x, y]))


def late(x, y, f):
    return layers.Conv2D(f, 1)(add_bn(x, y))


def early(x, y, f):
    return add_bn(layers.Conv2D(f, 1)(x), y)
"""
ENCODER = """
def add_norm(x, y):
    return layers.LayerNormalization()(layers.Add()([x, y]))


def encoder(x, width, heads=2):
    x = add_norm(x, layers.MultiHeadAttention(heads, 4)(x, x))
    y = layers.Dense(width, activation="relu")(x)
    return add_norm(x, layers.Dense(x.shape[-1])(y))
"""
FEATURES = """
def add_bn(x, y):
    return layers.BatchNormalization()(layers.Add()([x, y]))


def dense(x, f):
    return add_bn(layers.Dense(f)(x), x)
"""


@pytest.mark.parametrize(
    ("blocks", "shape", "body", "emitted"),
    [
        (
            CONV,
            (6, 6, 3),
            "    s = conv(x, 4)\n    x = up(conv(s, 3), s, 2)",
            "        x = torch.cat([x, skip], dim=1)\n        return self.conv(x)\n",
        ),
        (
            UP,
            (6, 6, 3),
            "    x = up(layers.MaxPooling2D()(x), x, 2)",
            "        return torch.cat([x, skip], dim=1)\n",
        ),
        (
            HELPERS,
            (6, 6, 3),
            "    x = bn_relu(residual(residual(x, 4), 4))",
            "        self.batch_normalization = BiasedBatchNorm2d(channels, ",
        ),
        (HELPERS, (5,), "    x = dense(dense(x, 4), 3)", "BiasedBatchNorm1d(features, "),
        (
            SUM,
            (6, 6, 3),
            "    x = early(late(x, x, 3), x, 3)",
            "        return self.conv2d(self.add_bn(x, y))\n",
        ),
        (ENCODER, (5, 4), "    x = encoder(encoder(x, 8), 6)", "nn.LayerNorm(channels, eps=1e-3)"),
        (FEATURES, (4,), "    x = dense(x, 4)", "BiasedBatchNorm1d(features, "),
    ],
)  # fmt: skip
def test_told(
    blocks: str,
    shape: tuple[int, ...],
    body: str,
    emitted: str,
    tmp_path: Path,
    session: VerifySession,
) -> None:
    if "bn_relu(residual" in body:  # used for images alone
        blocks = blocks[: blocks.index("\n\ndef dense")]
    elif "= dense(dense" in body:
        blocks = blocks.replace(
            blocks[blocks.index("\n\ndef res") : blocks.index("\n\ndef de")], ""
        )
    files = {
        "blocks.py": IMPORTS + "\n" + blocks,
        "net.py": NET.format(shape=shape, body=body),
        "main.py": MAIN.format(shape=shape),
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert emitted in texts["blocks.py"]
    assert "Lazy" not in texts["blocks.py"]
    assert_equal(tmp_path, "main.py", session)


GATE = """
def gate(x, s):
    return layers.Multiply()([x, s])
"""
OUTER = """
def gate(x, s):
    return layers.Dense(3)(layers.Multiply()([x, s]))
"""
INNER = """
def inner(x, s):
    return layers.Multiply()([x, s])


def gate(x, s):
    return layers.Dense(3)(inner(x, s))
"""
BESIDE = """
def gate(x, s):
    return layers.Multiply()([layers.Conv2D(3, 1)(x), s])
"""


@pytest.mark.parametrize("blocks", [GATE, OUTER, INNER, BESIDE])
def test_ranks_differ(blocks: str, tmp_path: Path) -> None:
    """Keras multiplies samples of different ranks batch by batch, torch from the last axis on."""
    body = "    x = gate(x, layers.GlobalAveragePooling2D()(x))"
    net = NET.format(shape=(6, 6, 3), body=body)
    _, errors = converted(tmp_path, {"blocks.py": IMPORTS + "\n" + blocks, "net.py": net})
    assert any("`gate` is called on tensors of different ranks" in e for e in errors)


def test_attention_over_images(tmp_path: Path) -> None:
    net = NET.format(shape=(6, 6, 4), body="    x = encoder(x, 8)")
    _, errors = converted(tmp_path, {"blocks.py": IMPORTS + "\n" + ENCODER, "net.py": net})
    assert any("`encoder` is called on tensors of different ranks" in e for e in errors)


def test_lazy_layers_start_their_weights(tmp_path: Path, session: VerifySession) -> None:
    """What these call stands in their file, too."""
    blocks = "def conv(x, f):\n    x = layers.Lambda(lambda t: t[..., ::2])(x)\n    return {}\n"
    blocks = IMPORTS + "\n\n" + blocks.format('layers.Conv2D(f, 3, padding="same")(x)')
    net = NET.format(shape=(6, 6, 3), body="    x = conv(x, 4)")
    files = {"blocks.py": blocks, "net.py": net, "main.py": MAIN.format(shape=(6, 6, 3))}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "class LazyConv2d" in texts["blocks.py"]
    assert "\ndef init_like_keras(module):\n" in texts["blocks.py"]
    assert_equal(tmp_path, "main.py", session)
