"""Heads on models of `keras.applications`: torch has no such base, but all around it is equal.

Both programs run, the converted one with what Keras's base gives in the place of the stub.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import torch
from golden_cases import GOLDEN, REFUSED, Case

#: For each model: its case, how it is built, and what its base takes and gives.
HEADS = [
    ("pretrained_head", "model", lambda model, names: (names["base"].input, names["base"].output)),
    ("pretrained_call", "build_model(96)", lambda model, _: ends_of_call(model)),
    ("pretrained_call", "build_model(64, fine_tune=True)", lambda model, _: ends_of_call(model)),
]


@pytest.fixture(autouse=True)
def no_weights_from_the_net(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bases keep their random weights, in float64."""
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *_, **__: "")
    monkeypatch.setattr(keras.Model, "load_weights", lambda *_, **__: None)
    before = keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize(
    ("case", "built", "ends"), HEADS, ids=[f"{case} {built}" for case, built, _ in HEADS]
)
def test_all_but_the_base_is_equal(case: str, built: str, ends: Any) -> None:
    program = Case(GOLDEN / REFUSED / case)
    before, after = run(program.input), run(program.conversion.text)
    model, ours = eval(built, before), eval(built, after).double()
    images = np.random.default_rng(3).uniform(0, 255, (2, *model.input_shape[1:]))
    taken, given = ends(model, before)
    wanted = keras.Model(model.inputs, [taken, given, model.output])([images])
    seen, features, output = (torch.from_numpy(np.array(part)) for part in wanted)
    stubs = [m for m in ours.modules() if type(m).__name__ == "NotConverted"]
    assert len(stubs) == 1

    def base(image: torch.Tensor) -> torch.Tensor:
        torch.testing.assert_close(image.permute(0, 2, 3, 1), seen, rtol=1e-9, atol=1e-9)
        return features.permute(0, 3, 1, 2)

    stubs[0].forward = base
    move_dense(model, ours)
    with torch.no_grad():
        got = ours.eval()(torch.from_numpy(images))
    torch.testing.assert_close(got, output, rtol=1e-9, atol=1e-9)


def run(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "head"}
    exec(compile(text, "head.py", "exec"), names)
    return names


def ends_of_call(model: keras.Model) -> tuple[Any, Any]:
    """What the one model among the layers of a model is called on, and gives there."""
    (base,) = (layer for layer in model.layers if isinstance(layer, keras.Model))
    call = base._inbound_nodes[-1]
    return call.input_tensors[0], call.outputs[0]


def move_dense(model: keras.Model, ours: torch.nn.Module) -> None:
    """The weights of the head, which is of dense layers."""
    theirs = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    linear = [module for module in ours.modules() if isinstance(module, torch.nn.Linear)]
    for layer, module in zip(theirs, linear, strict=True):
        kernel, bias = (torch.from_numpy(np.array(w)) for w in layer.get_weights())
        module.weight.data, module.bias.data = kernel.T, bias
