"""Calls of layers as Keras 1 took them."""

from __future__ import annotations

import pytest

from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
from keras.models import Sequential
from keras.layers import {layer}, Flatten, Dense

model = Sequential()
model.add({call})
model.add(Flatten())
model.add(Dense(10, {init}="uniform"))
"""
IMAGE, VOLUME = "input_shape=(16, 16, 3)", "input_shape=(8, 8, 8, 2)"


@pytest.mark.parametrize(
    ("layer", "first", "second"),
    [
        (
            "Convolution2D",
            f"32, 3, 3, border_mode='same', {IMAGE}",
            f"32, 3, padding='same', {IMAGE}",
        ),
        ("Convolution2D", f"8, 3, 5, {IMAGE}, dim_ordering='tf'", f"8, (3, 5), {IMAGE}"),
        ("Convolution2D", f"8, 5, 5, subsample=(2, 2), {IMAGE}", f"8, 5, strides=2, {IMAGE}"),
        ("Convolution2D", f"nb_filter=8, nb_row=3, nb_col=5, {IMAGE}", f"8, (3, 5), {IMAGE}"),
        ("SeparableConvolution2D", f"8, 3, 5, init='uniform', {IMAGE}", ""),
        (
            "Convolution3D",
            f"4, 3, 3, 2, border_mode='same', {VOLUME}",
            f"4, (3, 3, 2), 1, 'same', {VOLUME}",
        ),
    ],
)
def test_sizes_of_kernels_are_given_one_by_one(layer: str, first: str, second: str) -> None:
    old = PROGRAM.format(layer=layer, call=f"{layer}({first})", init="init")
    found = convert(old)
    if not second:  # which of its kernels starts so, Keras 1 does not say
        assert "stride" not in found.text
        return
    new = PROGRAM.format(layer=layer, call=f"{layer}({second})", init="kernel_initializer")
    assert found.text == convert(new).text
    assert "nn.Conv" in found.text
    assert not found.diagnostics


TWO = "from {keras}.layers import {layer}\n\nlayer = {layer}(8, 3, 2{more})\n"


@pytest.mark.parametrize(
    ("text", "keras", "kernel", "said"),
    [
        (
            TWO.format(keras="tensorflow.keras", layer="Conv2D", more=""),
            "auto",
            "3, stride=2",
            False,
        ),
        (TWO.format(keras="keras", layer="Conv2D", more=""), "auto", "3, stride=2", True),
        (
            TWO.format(keras="keras", layer="Conv2D", more=", padding='valid'"),
            "auto",
            "3, stride=2",
            False,
        ),
        (TWO.format(keras="keras", layer="Convolution2D", more=""), "auto", "(3, 2)", True),
        (TWO.format(keras="keras", layer="Convolution2D", more=""), "3", "3, stride=2", False),
        (TWO.format(keras="keras", layer="Conv2D", more=", bias=False"), "auto", "(3, 2)", False),
    ],
)
def test_where_it_is_not_certain_that_is_said(
    text: str, keras: str, kernel: str, said: bool
) -> None:
    program = f"{text.partition('layer =')[0]}import keras\n\n" + (
        "inputs = keras.Input((9, 9, 3))\n"
        f"model = keras.Model(inputs, {text.partition('layer = ')[2].strip()}(inputs))\n"
    )
    if "tensorflow" in text:
        program = program.replace("import keras\n", "from tensorflow import keras\n")
    found = convert(program, Options(keras=keras))
    assert f"nn.Conv2d(3, 8, {kernel}" in found.text, found.text
    assert any("before Keras 2.4" in d.message for d in found.diagnostics) is said


def test_an_argument_that_is_given_twice_is_said() -> None:
    found = convert(
        "from tensorflow import keras\n\ninputs = keras.Input((9, 9, 3))\n"
        "model = keras.Model(inputs, keras.layers.Conv2D(8, 3, 2, strides=1)(inputs))\n"
    )
    assert any("got strides twice" in d.message for d in found.diagnostics)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("LSTM(output_dim=8, input_shape=(5, 3))", True),
        ("GRU(8, init='uniform', inner_activation='sigmoid', input_shape=(5, 3))", True),
        ("LSTM(8, init='uniform', inner_activation='sigmoid', input_shape=(5, 3))", False),
        ("LSTM(8, input_shape=(5, 3))", False),
    ],
)
def test_gates_of_keras_1_are_said(call: str, said: bool) -> None:
    found = convert(
        "from keras.models import Sequential\nfrom keras.layers import LSTM, GRU\n\n"
        f"model = Sequential()\nmodel.add({call})\n"
    )
    assert "self.lstm = " in found.text or "self.gru = " in found.text
    assert any("those of Keras 1" in d.message for d in found.diagnostics) is said
