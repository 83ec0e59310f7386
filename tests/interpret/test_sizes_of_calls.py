"""Sizes behind blocks whose strides the program picks when it runs, and when they can't be told."""

from __future__ import annotations

import pytest

from transpiler.pipeline import convert

PROGRAM = """\
from keras import Input, Model, layers


def block(x, filters, {parameter}):
    x = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
    return layers.ReLU()(x)


def build(shape=(16, 20, 3), scale=2, steps=((1, 2), (3, 4))):
    x = inputs = Input(shape)
    {call}
    return Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
"""

DEEP = "for i in range(3):\n        s = {}\n        x = block(x, 8, s)"


@pytest.mark.parametrize(
    ("parameter", "call", "height", "width"),
    [
        ("strides=1", "x = block(x, 8, (2, 3))", "-(-shape[0] // 2)", "-(-shape[1] // 3)"),
        ("strides=(1, 1)", "x = block(x, 8, 2)", "-(-shape[0] // 2)", "-(-shape[1] // 2)"),
        ("strides=(2, 3)", "x = block(x, 8)", "-(-shape[0] // 2)", "-(-shape[1] // 3)"),
        ("strides", "x = block(x, 8, scale)", "-(-shape[0] // scale)", "-(-shape[1] // scale)"),
        ("strides=(1, 1)", DEEP.format("2 if i else 1"), "-(-height // s)", "-(-width // s)"),
        (
            "strides=(1, 1)",
            DEEP.format("(2, 1) if i else (1, 1)"),
            "-(-height // s[0])",
            "-(-width // s[1])",
        ),
        ("strides=1", DEEP.format("i % 2 + 1"), "-(-height // s)", "-(-width // s)"),
        ("strides=1", DEEP.format("max(1, i)"), "-(-height // s)", "-(-width // s)"),
        (
            "strides=1",
            "for i, s in enumerate([2, 1]):\n        x = block(x, 8, s + i)",
            "-(-height // (s + i))",
            "-(-width // (s + i))",
        ),
        (
            "strides=1",
            "for i, (a, b) in enumerate(steps):\n        x = block(x, a, b)",
            "-(-height // b)",
            "-(-width // b)",
        ),
        (
            "strides=1",
            "for a, (b, c) in zip([4, 8], steps):\n        x = block(x, a, (b, c))",
            "-(-height // b)",
            "-(-width // c)",
        ),
        (
            "strides=1",
            "for a, b in reversed(list(steps)):\n        x = block(x, a, b)",
            "-(-height // b)",
            "-(-width // b)",
        ),
        (
            "strides=1",
            "for a, b in steps:\n        x = block(x, a, b)",
            "-(-height // b)",
            "-(-width // b)",
        ),
        (
            "strides=(1, 1)",
            "for s in steps:\n        x = block(x, 8, s)",
            "-(-height // s[0])",
            "-(-width // s[1])",
        ),
    ],
)
def test_computed(parameter: str, call: str, height: str, width: str) -> None:
    text = convert(PROGRAM.format(parameter=parameter, call=call)).text
    assert f"height = {height}\n" in text or f"Linear({height} * " in text, text
    assert f"width = {width}\n" in text or f" * {width} * 8, 3)" in text, text


@pytest.mark.parametrize(
    ("parameter", "call"),
    [
        ("strides=None", "x = block(x, 8, 2)"),
        ("strides=1", DEEP.format("2 if i else None")),
        ("strides=1", DEEP.format("2 if i else (1, 1)")),
        ("strides=1", DEEP.format("max(1.0, i)")),
        ("strides=1", DEEP.format("[1, 'same'][i % 2]")),
        ("strides=1", "s = 1\n    " + DEEP.format("s / 1")),
        ("strides: float = 1", "x = block(x, 8, 2)"),
    ],
)
def test_left_to_the_first_batch(parameter: str, call: str) -> None:
    text = convert(PROGRAM.format(parameter=parameter, call=call)).text
    assert "LazyLinear(3)" in text, text


MIXED = """
small = build()
{}
"""


@pytest.mark.parametrize(
    ("call", "sizes"),
    [
        ("other = build(scale=3)", True),
        ("other = build((16, 20, 1), 3)", True),
        ("other = build(scale=(2, 1))", False),
        ("for scale in [2, 3]:\n    build(scale=scale)", True),
    ],
)
def test_builders_called_with_numbers_and_tuples(call: str, sizes: bool) -> None:
    """A class computes with a number, as its default is one, if no call gives a tuple."""
    program = PROGRAM.format(parameter="strides=1", call="x = block(x, 8, scale)")
    text = convert(program + MIXED.format(call)).text
    assert ("LazyLinear(3)" not in text) is sizes, text


INVERTED = """\
from keras import Input, Model, layers


def block(inputs, stride, alpha, filters):
    channels = inputs.shape[-1]
    width = int(filters * alpha)
    x = layers.Conv2D(6 * channels, 3, strides=stride, padding="same")(inputs)
    x = layers.Conv2D(width, 1)(x)
    if channels == width and stride == 1:
        return layers.Add()([inputs, x])
    return x


def build(alpha=1.0):
    inputs = Input((16, 16, 3))
    x = block(block(inputs, 2, alpha, 8), 1, alpha, 8)
    return Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))
"""


def test_a_block_that_may_add_its_input_gives_the_channels_of_its_own() -> None:
    found = convert(INVERTED)
    assert not [d.message for d in found.diagnostics if d.severity == "error"]
    assert "Block(self.block.out_channels, 1, alpha, 8)" in found.text
