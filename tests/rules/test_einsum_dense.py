"""EinsumDense against Keras: as a Linear where the kernel is a matrix, else by its equation."""

from __future__ import annotations

from typing import Any

import keras
import pytest
import torch
from torch import nn

from tests.rules.layer_harness import check, translate
from transpiler.ir.tensor import UnknownRank, UnknownSize, Unsupported

#: Equations, shapes of the input and of the output, the axes of the bias.
LINEAR: list[tuple[str, tuple[int, ...], Any, str | None]] = [
    ("ab,bc->ac", (4,), 3, "c"),
    ("...x,xy->...y", (4,), 3, None),
    ("...x,xy->...y", (5, 2, 4), 3, "y"),
    ("abc,cd->abd", (5, 4), (None, 3), "d"),
    ("abc,cde->abde", (5, 4), (None, 3, 2), "de"),
    ("abcd,cde->abe", (5, 2, 4), (None, 6), "e"),
    ("abcd,cdef->abef", (5, 2, 4), (5, 3, 2), None),
]
BY_EQUATION: list[tuple[str, tuple[int, ...], Any, str | None]] = [
    ("abc,bd->adc", (5, 4), (3, 4), "d"),
    ("abc,cde->abde", (5, 4), (None, 3, 2), "e"),
    ("abc,cde->abde", (5, 4), (None, 3, 2), "d"),
    ("abc,dc->abd", (5, 4), (None, 3), "d"),
    ("abc,bcd->abd", (5, 4), (5, 3), None),
    ("abcd,ce->abed", (5, 2, 4), (5, 3, 4), "be"),
    ("ab...,bc->ac...", (2, 3, 4), (5,), "c"),
    ("...ab,bc->...cb", (5, 2, 4), (3, 4), "c"),
]


def given(equation: str, output_shape: Any, bias: str | None) -> dict[str, Any]:
    arguments = {"equation": equation, "output_shape": output_shape}
    return arguments if bias is None else {**arguments, "bias_axes": bias}


@pytest.mark.parametrize(("equation", "shape", "output_shape", "bias"), LINEAR)
def test_linear(equation: str, shape: Any, output_shape: Any, bias: str | None) -> None:
    made = check("EinsumDense", [shape], **given(equation, output_shape, bias))
    assert any(isinstance(module, nn.Linear) for module in made.module.modules())


@pytest.mark.parametrize(("equation", "shape", "output_shape", "bias"), BY_EQUATION)
def test_by_equation(equation: str, shape: Any, output_shape: Any, bias: str | None) -> None:
    made = check("EinsumDense", [shape], **given(equation, output_shape, bias))
    assert not any(isinstance(module, nn.Linear) for module in made.module.modules())


@pytest.mark.parametrize(
    ("equation", "output_shape"),
    [("abc,bd->adc", (3, 40)), ("abc,dc->abd", (None, 3)), ("abc,bcd->abd", (50, 3))],
)
def test_starts_like_keras(equation: str, output_shape: Any) -> None:
    layer = keras.layers.EinsumDense(equation, output_shape)
    layer.build((None, 50, 40))
    made = translate("EinsumDense", [(50, 40)], given(equation, output_shape, None))
    (weight,) = made.module.parameters()
    theirs, ours = layer.kernel.numpy().std(), float(torch.std(weight.detach()))
    assert 0.8 < theirs / ours < 1.25


def test_initializers() -> None:
    """Those that look at the shape fit a Linear of as many axes only."""
    plain, heads = given("abc,cd->abd", (None, 3), None), given("abc,cde->abde", (5, 3, 2), None)
    transposed = given("abc,dc->abd", (None, 3), None)
    fine = [(plain, "orthogonal"), (heads, "he_normal"), (transposed, "random_normal")]
    for arguments, initializer in fine:
        translate("EinsumDense", [(5, 4)], arguments | {"kernel_initializer": initializer})
    for arguments, initializer in [(heads, "orthogonal"), (transposed, "he_normal")]:
        with pytest.raises(Unsupported, match="another shape"):
            translate("EinsumDense", [(5, 4)], arguments | {"kernel_initializer": initializer})


@pytest.mark.parametrize(
    ("equation", "output_shape", "why"),
    [
        ("abc,cd->bad", (None, 3), "the batch"),
        ("abc,acd->abd", (None, 3), "the batch"),
        ("abcde,ef->abcdf", (1, 1, 1, 3), "rank 3"),
        ("ab,bc->ac", (3,), "rank 3"),
        ("abc->abc", (3,), "equation"),
        ("abc,cd->abd", (3,), "does not fit"),
    ],
)
def test_what_is_refused(equation: str, output_shape: Any, why: str) -> None:
    with pytest.raises(Unsupported, match=why):
        translate("EinsumDense", [(5, 4)], given(equation, output_shape, None))


@pytest.mark.parametrize("hidden", ["equation", "output_shape", "bias_axes"])
def test_what_must_be_known(hidden: str) -> None:
    with pytest.raises(Unsupported, match="known when"):
        translate("EinsumDense", [(5, 4)], given("abc,cd->abd", (5, 3), "d"), hidden=(hidden,))


def test_sizes_that_are_missing() -> None:
    arguments = given("abc,bd->adc", (3, 4), None)
    with pytest.raises(UnknownSize):
        translate("EinsumDense", [(5, 4)], arguments, sizes="channels")
    with pytest.raises(UnknownRank):
        translate("EinsumDense", [(5, 4)], arguments, sizes="no rank")
