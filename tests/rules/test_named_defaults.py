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
    "BatchNormalization(momentum=NUMBER)": (0.9, "momentum=1 - NUMBER)"),
    "ReLU(NUMBER)": (6.0, "x.clamp(0, NUMBER)"),
    "ReLU(negative_slope=NUMBER)": (0.0, "F.leaky_relu(x, NUMBER)"),
    "Rescaling(NUMBER)": (1.0, "x * NUMBER"),
    "Rescaling(2.0, offset=NUMBER)": (0.0, "x * 2.0 + NUMBER"),
    "Conv2D(4, 3, kernel_regularizer=keras.regularizers.L1L2(0.1, NUMBER))": (
        0.0,
        "NUMBER * model.conv2d.weight.square().sum()",
    ),
}
OPTIMIZERS = {
    "Adam(NUMBER)": (1e-3, "lr=NUMBER, "),
    "Adam(beta_1=NUMBER)": (0.9, "betas=(NUMBER, 0.999)"),
    "Adamax(beta_2=NUMBER)": (0.999, "betas=(0.9, NUMBER)"),
    "SGD(momentum=NUMBER)": (0.0, "momentum=NUMBER)"),
    "Adam(weight_decay=NUMBER)": (0.0, "weight_decay=NUMBER)"),
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
    assert written not in found
    assert "betas=" not in found
    assert "lr=0.001" not in found.partition("Adam(")[2]


CALLBACKS = {
    "EarlyStopping(patience=NUMBER)": (1, ">= NUMBER"),
    "EarlyStopping(min_delta=NUMBER)": (0.0, "+ NUMBER"),
    "ReduceLROnPlateau(patience=NUMBER)": (4, "patience=NUMBER - 1"),
    "ReduceLROnPlateau(min_lr=NUMBER)": (0.0, "min_lr=NUMBER"),
}


@pytest.mark.parametrize("callback", CALLBACKS)
def test_of_callbacks(callback: str) -> None:
    number, written = CALLBACKS[callback]
    callback = callback.replace("(", '(monitor="loss", ')
    program = PROGRAM.format(number=number, optimizer='"sgd"', layer="")
    program = program.replace("fit(x, y)", f"fit(x, y, callbacks=[keras.callbacks.{callback}])")
    assert written in convert(program).text
    assert (
        "NUMBER" not in convert(program.replace("NUMBER)", f"{number})")).text.partition("x, y")[2]
    )


@pytest.mark.parametrize(
    ("schedule", "number"),
    [
        ("CosineDecay(0.1, 50, alpha=NUMBER)", 0.0),
        ("PolynomialDecay(0.1, 50, NUMBER)", 1e-4),
        ("PolynomialDecay(NUMBER, 50, 1e-3)", 0.1),
    ],
)
def test_of_schedules(schedule: str, number: float) -> None:
    optimizer = f"keras.optimizers.SGD(keras.optimizers.schedules.{schedule})"
    text = convert(PROGRAM.format(number=number, optimizer=optimizer, layer="")).text
    assert "NUMBER" in text.partition("torch.optim.SGD")[2]


def test_of_losses() -> None:
    loss = "keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=NUMBER)"
    program = PROGRAM.format(number=0.1, optimizer='"sgd"', layer="").replace('"mse"', loss)
    assert "targets * (1 - NUMBER) + NUMBER / 2" in convert(program).text
    assert "targets * 0.9 + 0.05" in convert(program.replace("NUMBER)", "0.1)")).text


def test_torch_wants_a_momentum_for_nesterovs() -> None:
    """Which Keras does not: a number that is zero now is not kept then."""
    optimizer = "keras.optimizers.SGD(momentum=NUMBER, nesterov=True)"
    text = convert(PROGRAM.format(number=0.0, optimizer=optimizer, layer="")).text
    assert "torch.optim.SGD(model.parameters(), lr=0.01)" in text
