"""A number that has a name is read by that name, also where it is torch's default."""

from __future__ import annotations

import pytest

from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

NUMBER = {number}
x, y = np.ones((20, 8, 8, 4)), np.ones((20, 1))
model = keras.Sequential(
    [keras.Input((8, 8, 4)), {layer}keras.layers.Flatten(), keras.layers.Dense(1)]
)
model.compile({optimizer}, "mse")
model.fit(x, y)
"""
LAYERS = {
    "Conv2D(4, 3, strides=NUMBER)": (1, "nn.Conv2d(4, 4, 3, stride=NUMBER)"),
    "Conv2D(4, 3, dilation_rate=NUMBER)": (1, "nn.Conv2d(4, 4, 3, dilation=NUMBER)"),
    "Conv2D(4, 3, groups=NUMBER)": (1, "nn.Conv2d(4, 4, 3, groups=NUMBER)"),
    "Dropout(NUMBER)": (0.5, "nn.Dropout(NUMBER)"),
}
OPTIMIZERS = {
    "Adam(NUMBER)": (1e-3, "lr=NUMBER, "),
    "Adam(beta_1=NUMBER)": (0.9, "betas=(NUMBER, 0.999)"),
    "Adamax(beta_2=NUMBER)": (0.999, "betas=(0.9, NUMBER)"),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_of_layers(layer: str) -> None:
    number, written = LAYERS[layer]
    given = {"optimizer": '"sgd"', "layer": f"keras.layers.{layer}, "}
    assert written in convert(PROGRAM.format(number=number, **given)).text
    plain = given | {"layer": given["layer"].replace("NUMBER", str(number))}
    assert written not in convert(PROGRAM.format(number=number, **plain)).text


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_of_optimizers(optimizer: str) -> None:
    number, written = OPTIMIZERS[optimizer]
    given = {"optimizer": f"keras.optimizers.{optimizer}", "layer": ""}
    assert written in convert(PROGRAM.format(number=number, **given)).text
    plain = given | {"optimizer": given["optimizer"].replace("NUMBER", str(number))}
    found = convert(PROGRAM.format(number=number, **plain)).text
    assert "betas=" not in found
    assert "lr=0.001" not in found.partition("Adam(")[2]
