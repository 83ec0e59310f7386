"""What is said of the models of `keras.applications`, against those models."""

from __future__ import annotations

import inspect
import re

import keras
import numpy as np
import pytest
import torch

from rules.pretrained import BASES
from tests.rules.layer_harness import given_tensor
from tests.rules.test_ops import evaluated
from transpiler.ir.expr import expr
from transpiler.ir.tensor import Layout, Placeholder
from transpiler.pipeline import convert
from transpiler.registry import load_rules

RULES = load_rules().layers

#: One of each family is built by default: the shapes of its siblings differ in channels only.
QUICK = {"VGG16", "MobileNetV2"}
PREPROCESSED = sorted(name for name in load_rules().ops if name.startswith("keras.applications."))


#: Odd after each halving, one where it rounds up, the other where it rounds down.
IMAGE = (97, 127, 3)


def stub(name: str, **given: object) -> Placeholder:
    """What the rule knows of a base."""
    rule = RULES[f"keras.applications.{name}"]
    defaults = {
        p.name: expr(p.default)
        for p in list(rule.signature.parameters.values())[1:]
        if p.kind is not p.KEYWORD_ONLY
    }
    arguments = defaults | {k: expr(v) for k, v in given.items()}  # type: ignore[arg-type]
    with pytest.raises(Placeholder) as raised:
        rule.build(given_tensor("x", IMAGE, Layout.FIRST, "all", "float32"), **arguments)
    return raised.value


def sizes(known: Placeholder) -> tuple[int | None, ...]:
    assert known.dims is not None
    return tuple(None if d is None else d.value for d in known.dims)


@pytest.mark.parametrize("name", BASES)
def test_parameters(name: str) -> None:
    theirs = inspect.signature(getattr(keras.applications, name)).parameters.values()
    ours = list(RULES[f"keras.applications.{name}"].signature.parameters.values())[1:]
    wanted = [(p.name, p.default) for p in theirs if p.name not in ("name", "kwargs")]
    assert [(p.name, p.default) for p in ours if p.kind is not p.KEYWORD_ONLY] == wanted


def test_every_application_is_known() -> None:
    found = {n for n, v in vars(keras.applications).items() if inspect.isfunction(v)}
    assert found == set(BASES)


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.full) for n in BASES]
)
def test_shapes(name: str) -> None:
    model = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=IMAGE)
    assert sizes(stub(name, include_top=False)) == model.output_shape[1:]
    for layer in model.layers:
        for pattern in BASES[name].inside:
            if re.fullmatch(pattern, layer.name):
                known = stub(name, include_top=False, features=layer.name)
                assert sizes(known) == layer.output.shape[1:], layer.name
    for pattern in BASES[name].inside:
        assert any(re.fullmatch(pattern, layer.name) for layer in model.layers), pattern


def test_ends() -> None:
    assert sizes(stub("VGG16", include_top=True, classes=7)) == (7,)
    assert sizes(stub("ResNet50", include_top=False, pooling="avg")) == (2048,)
    assert sizes(stub("MobileNet", include_top=False, alpha=0.5)) == (3, 4, None)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("name", PREPROCESSED)
def test_preprocessing(name: str, first: bool) -> None:
    images = np.random.default_rng(5).uniform(0, 255, size=(2, 4, 5, 3))
    module = name.split(".")[2]
    function = getattr(keras.applications, module).preprocess_input
    _, (ours,) = evaluated(name, (images,), {}, first)
    theirs = function(images.copy())
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-6, atol=1e-5)


HEAD = """
from tensorflow import keras

base = keras.applications.ResNet50(include_top=False, input_shape=(96, 96, 3))
x = keras.layers.Flatten()(base.output)
model = keras.Model(base.input, keras.layers.Dense(4)(x))
"""


def test_the_head_fits_what_stands_in_for_the_base() -> None:
    names: dict[str, object] = {}
    exec(compile(convert(HEAD).text, "head.py", "exec"), names)
    model = names["model"]
    assert isinstance(model, torch.nn.Module)
    images = torch.zeros(2, 96, 96, 3)
    with pytest.raises(NotImplementedError, match=r"T2T204: keras\.applications\.ResNet50"):
        model(images)
    model.base = torch.nn.AvgPool2d(32)
    model.dense = torch.nn.Linear(3 * 3 * 3, 4)
    assert model(images).shape == (2, 4)
    assert "nn.Linear(18432, 4)" in convert(HEAD).text  # 3 * 3 * 2048
