"""Rules of functions on tensors against TensorFlow and Keras, in both layouts."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
import torch

from rules.ops.operators import in_order
from tests.rules.rnn_harness import argument, model_of
from transpiler.ir.expr import Expr, Symbol, expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.registry import load_rules

OPS = load_rules().ops
RANDOM = np.random.default_rng(3)
IMAGE = RANDOM.normal(size=(2, 4, 6, 3))
OTHER = RANDOM.normal(size=(2, 4, 6, 3))
ROWS = RANDOM.normal(size=(5, 4))
STEPS = RANDOM.normal(size=(2, 5, 4))
ODD = RANDOM.normal(size=(2, 1, 6, 1))
IDS = RANDOM.integers(0, 4, size=(2, 3))
BITS = RANDOM.normal(size=(2, 4, 6, 3)) > 0
POSITIVE = np.abs(IMAGE) + 0.1


class Const:
    """An argument that is a constant for the rule, something else for the framework."""

    def __init__(self, real: Any, seen: Expr) -> None:
        self.real, self.seen = real, seen


def dtype(name: str) -> Const:
    return Const(getattr(tf, name), Expr(f"tf.{name}", Symbol(f"tf.{name}")))


def function_of(name: str) -> Any:
    room, *path = name.split(".")
    if name.startswith("keras.backend."):
        found: Any = tf_keras
    else:
        found = tf if room == "tf" else keras
    for part in path:
        found = getattr(found, part)
    return found


def symbolic(name: str, array: np.ndarray, first: bool) -> Tensor:
    dims = tuple(expr(int(d)) for d in array.shape[1:])
    kind = str(array.dtype).replace("float64", "float32")
    if first and array.ndim > 2:
        code = Expr(f"{name}.movedim(-1, 1)", strength=18)
        return Tensor(code, dims, Layout.FIRST, dtype=kind)
    return Tensor(Expr(name), dims, dtype=kind)


def evaluated(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], first: bool) -> Any:
    """What the rule gives, run by torch, and the shapes it foretold."""
    rule = OPS[name]
    arrays: dict[str, np.ndarray] = {}

    def seen(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            key = f"t{len(arrays)}"
            arrays[key] = value
            return symbolic(key, value, first)
        if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            return [seen(v) for v in value]
        return value.seen if isinstance(value, Const) else argument(value)

    given = {rule.aliases.get(k, k): seen(v) for k, v in kwargs.items()}
    positional = [seen(v) for v in args]
    bound = rule.signature.bind(*positional, **given)
    for parameter in rule.signature.parameters.values():
        if parameter.default is not parameter.empty and parameter.name not in bound.arguments:
            bound.arguments[parameter.name] = argument(parameter.default)
    results = rule.build(*bound.args, **bound.kwargs)
    many = results if isinstance(results, list) else [results]
    ordered = [in_order(r) if isinstance(r, Tensor) else r for r in many]
    model = model_of(ordered, tuple(arrays))
    return ordered, model(*(torch.as_tensor(a) for a in arrays.values()))


def real(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return tf.constant(value)
    if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
        return [tf.constant(v) for v in value]
    return value.real if isinstance(value, Const) else value


#: TensorFlow keeps constants of these in float32.
ROUGH = ("leaky_relu", "backend.relu", "gelu", "resize")


def check(name: str, *args: Any, **kwargs: Any) -> None:
    expected = function_of(name)(*map(real, args), **{k: real(v) for k, v in kwargs.items()})
    wanted = list(expected) if isinstance(expected, (list, tuple)) else [expected]
    rough = name.endswith(ROUGH) or any("float32" in str(np.asarray(w).dtype) for w in wanted)
    within = 2e-6 if rough else 1e-9
    for first in (False, True):
        ordered, got = evaluated(name, args, kwargs, first)
        assert len(got) == len(wanted)
        for tensor, mine, theirs in zip(ordered, got, wanted, strict=True):
            theirs = np.asarray(theirs)
            mine = np.asarray(mine)
            assert mine.shape == theirs.shape, (name, first)
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=within)
            if isinstance(tensor, Tensor) and tensor.dims is not None and theirs.ndim:
                foretold = [None if d is None else d.value for d in tensor.dims]
                assert len(foretold) == theirs.ndim - 1, (name, first)
                for size, true in zip(foretold, theirs.shape[1:], strict=True):
                    assert size is None or size == true, (name, first, foretold, theirs.shape)


ONES = [
    "abs",
    "ceil",
    "cos",
    "exp",
    "floor",
    "negative",
    "round",
    "sign",
    "sin",
    "square",
    "tanh",
    "sigmoid",
    "asinh",
    "atan",
    "erf",
    "expm1",
]


@pytest.mark.parametrize("name", [n for n in OPS if n.split(".")[-1] in ONES])
def test_one(name: str) -> None:
    try:
        function_of(name)
    except AttributeError:
        pytest.skip("nobody has it")
    check(name, IMAGE)


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in OPS
        if n.split(".")[-1]
        in ("log", "sqrt", "rsqrt", "log1p", "reciprocal", "lgamma", "digamma", "log2", "log10")
    ],
)
def test_positive(name: str) -> None:
    try:
        function_of(name)
    except AttributeError:
        pytest.skip("nobody has it")
    check(name, POSITIVE)


TWOS = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "truediv",
    "true_divide",
    "floordiv",
    "floor_divide",
    "mod",
    "floormod",
    "truncatemod",
    "maximum",
    "minimum",
    "equal",
    "not_equal",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "squared_difference",
    "atan2",
    "arctan2",
    "divide_no_nan",
]


@pytest.mark.parametrize("name", [n for n in OPS if n.split(".")[-1] in TWOS])
def test_two(name: str) -> None:
    try:
        function_of(name)
    except AttributeError:
        pytest.skip("nobody has it")
    check(name, IMAGE, OTHER)
    check(name, IMAGE, ODD)
    check(name, IMAGE, STEPS[0, 0, :3])
    numbers = not name.endswith(("atan2", "arctan2"))
    if numbers:
        check(name, IMAGE, 2.0)
    if "equal" not in name and "less" not in name and "greater" not in name:
        check(name, STEPS, ROWS)


REDUCTIONS = [
    "reduce_sum",
    "reduce_mean",
    "reduce_max",
    "reduce_min",
    "reduce_prod",
    "reduce_std",
    "reduce_variance",
    "reduce_logsumexp",
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "std",
    "var",
    "logsumexp",
    "amax",
    "amin",
]


@pytest.mark.parametrize("axis", [None, 0, 1, 2, 3, -1, -2, [1, 2], [2, -1], [0, 1], (0, 1, 2, 3)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", [n for n in OPS if n.split(".")[-1] in REDUCTIONS])
def test_reductions(name: str, axis: Any, keepdims: bool) -> None:
    try:
        function_of(name)
    except AttributeError:
        pytest.skip("nobody has it")
    check(name, IMAGE, axis=axis, keepdims=keepdims)


@pytest.mark.parametrize("axis", [None, 1, -1, [1, 2], 0])
@pytest.mark.parametrize(
    "name", ["tf.reduce_any", "tf.reduce_all", "keras.ops.any", "keras.ops.all"]
)
def test_truth(name: str, axis: Any) -> None:
    check(name, BITS, axis=axis)


CASES: list[tuple[Any, ...]] = [
    ("tf.reshape", IMAGE, [-1, 24, 3]),
    ("tf.reshape", IMAGE, (2, -1)),
    ("tf.reshape", STEPS, [-1]),
    ("keras.ops.reshape", IMAGE, (-1, 4, 18)),
    ("keras.backend.reshape", IMAGE, (-1, 4, 18)),
    ("keras.backend.flatten", IMAGE),
    ("keras.backend.batch_flatten", IMAGE),
    ("keras.ops.ravel", STEPS),
    ("tf.transpose", STEPS, [0, 2, 1]),
    ("tf.transpose", STEPS),
    ("tf.transpose", ROWS),
    ("tf.transpose", IMAGE, (0, 3, 1, 2)),
    ("tf.transpose", IMAGE, (3, 0, 1, 2)),
    ("keras.backend.permute_dimensions", IMAGE, (0, 2, 1, 3)),
    ("keras.backend.transpose", ROWS),
    ("keras.ops.transpose", IMAGE, (0, 2, 1, 3)),
    *[("tf.expand_dims", STEPS, axis) for axis in (0, 1, 2, 3, -1, -2)],
    ("keras.backend.expand_dims", STEPS),
    ("keras.ops.expand_dims", IMAGE, -1),
    ("tf.squeeze", ODD),
    ("tf.squeeze", ODD, 1),
    ("tf.squeeze", ODD, [1, 3]),
    ("tf.squeeze", ODD, -1),
    ("keras.backend.squeeze", ODD, -1),
    *[("tf.concat", [IMAGE, OTHER], axis) for axis in (0, 1, -1, 3, -2)],
    ("keras.ops.concatenate", [STEPS, STEPS], 1),
    ("keras.ops.concatenate", [STEPS, STEPS]),
    ("keras.backend.concatenate", [STEPS, STEPS]),
    *[("tf.stack", [STEPS, STEPS, STEPS], axis) for axis in (0, 1, -1, 2)],
    ("keras.ops.stack", [STEPS, STEPS]),
    ("keras.backend.stack", [STEPS, STEPS], 1),
    ("tf.split", IMAGE, 2, 1),
    ("tf.split", IMAGE, 3, -1),
    ("tf.split", IMAGE, [1, 2], 3),
    ("tf.split", IMAGE, [1, -1, 2], 2),
    ("keras.ops.split", IMAGE, 3, 2),
    ("keras.ops.split", IMAGE, [1, 4], 2),
    ("tf.unstack", IMAGE, None, 1),
    ("tf.unstack", IMAGE, None, -1),
    ("keras.ops.unstack", STEPS, None, 1),
    ("tf.tile", IMAGE, [1, 2, 1, 3]),
    ("keras.ops.tile", STEPS, (1, 2, 1)),
    ("keras.backend.tile", STEPS, [1, 2, 1]),
    ("tf.repeat", IMAGE, 2, 1),
    ("tf.repeat", IMAGE, 3, -1),
    ("keras.ops.repeat", IMAGE, 2, 2),
    ("keras.backend.repeat_elements", IMAGE, 2, 1),
    ("keras.backend.repeat", ROWS, 3),
    ("tf.broadcast_to", ODD, (2, 4, 6, 3)),
    ("tf.reverse", IMAGE, [1]),
    ("tf.reverse", IMAGE, [-1, 1]),
    ("keras.ops.flip", STEPS, 1),
    ("keras.backend.reverse", STEPS, 1),
    ("tf.roll", IMAGE, 1, 2),
    ("tf.roll", IMAGE, (1, 2), (1, 3)),
    ("tf.pad", IMAGE, [[0, 0], [1, 2], [3, 0], [0, 0]]),
    ("tf.pad", IMAGE, [[0, 0], [1, 2], [0, 0], [0, 1]]),
    ("tf.pad", IMAGE, [[1, 0], [1, 2], [0, 0], [0, 1]]),
    ("tf.pad", IMAGE, [[0, 0], [1, 2], [2, 1], [0, 0]], "REFLECT"),
    ("tf.pad", STEPS, [[0, 0], [2, 1], [0, 0]], "REFLECT"),
    ("tf.pad", IMAGE, [[0, 0], [1, 1], [1, 1], [0, 0]], "CONSTANT", 2.5),
    ("keras.ops.pad", STEPS, ((0, 0), (1, 0), (0, 2))),
    ("tf.gather", ROWS, IDS),
    ("tf.gather", STEPS, [0, 2], None, 1),
    ("tf.gather", IMAGE, [0, 2], None, -1),
    ("tf.gather", IMAGE, 1, None, 2),
    ("tf.gather", STEPS, IDS, None, 1, 1),
    ("keras.ops.take", STEPS, IDS, 1),
    ("keras.ops.take", IMAGE, [1, 2], -1),
    ("keras.ops.take", ROWS, IDS),
    ("keras.backend.gather", ROWS, IDS),
    ("keras.ops.take_along_axis", STEPS, IDS[..., None], 1),
    ("tf.gather_nd", ROWS, IDS[:, :2]),
    ("tf.boolean_mask", ROWS, np.array([True, False, True, True, False])),
    ("tf.slice", IMAGE, [0, 1, 2, 0], [2, 2, -1, 1]),
    ("keras.ops.slice", STEPS, (0, 1, 0), (2, 3, 2)),
    ("tf.nn.top_k", STEPS, 2),
    ("keras.ops.top_k", STEPS, 3),
    ("tf.sort", IMAGE),
    ("tf.sort", IMAGE, 1, "DESCENDING"),
    ("tf.argsort", STEPS, 1),
    ("keras.ops.sort", STEPS, 1),
    ("keras.ops.argsort", STEPS),
    ("tf.matmul", STEPS, STEPS, False, True),
    ("tf.matmul", STEPS, STEPS, True),
    ("tf.matmul", STEPS, RANDOM.normal(size=(4, 3))),
    ("keras.ops.matmul", STEPS, RANDOM.normal(size=(2, 4, 3))),
    ("keras.backend.dot", STEPS, RANDOM.normal(size=(4, 3))),
    ("keras.backend.dot", ROWS, RANDOM.normal(size=(4, 3))),
    ("keras.backend.batch_dot", STEPS, STEPS, [2, 2]),
    ("keras.backend.batch_dot", STEPS, STEPS, 1),
    ("keras.backend.batch_dot", STEPS, RANDOM.normal(size=(2, 4, 3))),
    ("keras.backend.batch_dot", ROWS, ROWS, 1),
    ("tf.einsum", "bic,bjc->bij", STEPS, STEPS),
    ("keras.ops.einsum", "bhwc,cd->bhwd", IMAGE, RANDOM.normal(size=(3, 7))),
    ("tf.tensordot", STEPS, RANDOM.normal(size=(4, 3)), 1),
    ("tf.tensordot", STEPS, RANDOM.normal(size=(4, 5, 3)), [[1, 2], [1, 0]]),
    ("tf.linalg.band_part", STEPS, -1, 0),
    ("tf.linalg.band_part", STEPS, 0, -1),
    ("tf.linalg.band_part", STEPS, 1, 2),
    ("keras.ops.tril", STEPS, -1),
    ("keras.ops.triu", STEPS),
    ("tf.linalg.trace", STEPS),
    ("tf.linalg.diag", ROWS),
    ("tf.linalg.diag_part", STEPS),
    ("tf.linalg.inv", RANDOM.normal(size=(2, 3, 3))),
    *[("tf.argmax", IMAGE, axis) for axis in (None, 0, 1, 3, -1)],
    *[("keras.ops.argmax", IMAGE, axis) for axis in (None, 0, 2, -1)],
    ("keras.backend.argmax", IMAGE),
    ("tf.argmin", IMAGE, 1),
    ("tf.argmax", IMAGE, -1, dtype("int32")),
    ("tf.math.count_nonzero", BITS.astype("float64"), 1),
    ("tf.norm", IMAGE),
    ("tf.norm", IMAGE, "euclidean", -1),
    ("tf.norm", IMAGE, 1, 1, True),
    ("tf.nn.moments", IMAGE, [1, 2]),
    ("tf.nn.moments", IMAGE, [0, 1, 2]),
    ("tf.cumsum", STEPS, 1),
    ("tf.cumsum", IMAGE, -1, False, True),
    ("tf.math.cumprod", IMAGE, 1),
    ("keras.ops.cumsum", IMAGE, 2),
    ("keras.ops.cumsum", STEPS),
    ("tf.clip_by_value", IMAGE, -0.5, 0.5),
    ("keras.ops.clip", IMAGE, 0.0, 1.0),
    ("keras.backend.clip", IMAGE, -0.1, 0.1),
    ("tf.where", BITS, IMAGE, OTHER),
    ("tf.where", BITS, IMAGE, 0.0),
    ("keras.ops.where", BITS, 1.0, ODD),
    ("tf.where", BITS),
    ("tf.cast", BITS, dtype("float32")),
    ("tf.cast", IMAGE, dtype("int32")),
    ("keras.ops.cast", BITS, "float64"),
    ("keras.backend.cast", BITS, "float32"),
    ("tf.zeros_like", IMAGE),
    ("tf.ones_like", IMAGE, dtype("int64")),
    ("tf.nn.relu", IMAGE),
    ("tf.nn.leaky_relu", IMAGE),
    ("tf.nn.leaky_relu", IMAGE, 0.1),
    ("tf.nn.elu", IMAGE),
    ("tf.nn.silu", IMAGE),
    ("tf.nn.gelu", IMAGE),
    ("keras.ops.gelu", IMAGE),
    ("keras.backend.relu", IMAGE, 0.1),
    ("keras.backend.hard_sigmoid", IMAGE),
    ("tf.nn.softmax", IMAGE),
    ("tf.nn.softmax", IMAGE, 1),
    ("keras.backend.softmax", STEPS),
    ("keras.ops.softmax", IMAGE, 2),
    ("tf.nn.log_softmax", IMAGE),
    ("tf.nn.l2_normalize", IMAGE, -1),
    ("tf.nn.l2_normalize", IMAGE, 1),
    ("tf.nn.l2_normalize", IMAGE * 1e-7, 1),
    ("tf.math.l2_normalize", IMAGE),
    ("tf.math.l2_normalize", IMAGE, [1, 2]),
    ("keras.backend.l2_normalize", IMAGE, 1),
    ("keras.backend.l2_normalize", IMAGE),
    ("keras.ops.normalize", IMAGE),
    ("tf.one_hot", IDS, 4),
    ("keras.backend.one_hot", IDS, 5),
    ("keras.ops.one_hot", IDS, 5),
    ("tf.nn.bias_add", IMAGE, np.array([1.0, 2.0, 3.0])),
    ("tf.nn.l2_loss", IMAGE),
    ("tf.nn.sigmoid_cross_entropy_with_logits", BITS.astype("float64"), IMAGE),
    ("tf.nn.weighted_cross_entropy_with_logits", BITS.astype("float64"), IMAGE, 3.0),
    (
        "tf.nn.weighted_cross_entropy_with_logits",
        BITS.astype("float64"),
        IMAGE,
        np.linspace(0.5, 3, IMAGE.shape[-1]),
    ),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits", IDS[:, 0], ROWS[:2]),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits", IDS, STEPS[:, :3]),
    ("tf.nn.softmax_cross_entropy_with_logits", np.eye(4)[[0, 1, 2, 3, 0]], ROWS),
    (
        "tf.nn.batch_normalization",
        IMAGE,
        IMAGE[0, 0, 0],
        POSITIVE[0, 0, 0],
        IMAGE[0, 1, 0],
        OTHER[0, 0, 0],
        1e-3,
    ),
    ("tf.nn.batch_normalization", IMAGE, IMAGE[0, 0, 0], POSITIVE[0, 0, 0], None, None, 1e-3),
    ("tf.image.resize", IMAGE, [8, 3]),
    ("tf.image.resize", IMAGE, [9, 5], "nearest"),
    ("tf.image.resize", IMAGE, [2, 2], "bilinear", False, True),
    ("tf.compat.v1.image.resize", IMAGE, [8, 3], "bilinear", True),
    ("keras.ops.image.resize", IMAGE, (8, 12)),
    ("keras.backend.resize_images", IMAGE, 2, 3, "channels_last"),
    ("keras.backend.resize_images", IMAGE, 2, 2, "channels_last", "bilinear"),
    ("tf.nn.space_to_depth", IMAGE, 2),
    ("tf.nn.depth_to_space", RANDOM.normal(size=(2, 3, 4, 12)), 2),
    ("tf.image.flip_left_right", IMAGE),
    ("tf.image.flip_up_down", IMAGE),
    ("tf.image.grayscale_to_rgb", IMAGE[..., :1]),
    ("tf.add_n", [IMAGE, OTHER, IMAGE]),
    ("tf.pow", IMAGE, 2.0),
    ("keras.ops.power", IMAGE, 3),
    ("keras.backend.pow", IMAGE, 2),
    ("tf.logical_and", BITS, ~BITS),
    ("tf.logical_not", BITS),
    ("tf.math.is_nan", IMAGE),
    ("tf.shape", IMAGE),
]


@pytest.mark.parametrize(
    "case",
    CASES,
    ids=lambda c: f"{c[0]}-{[a for a in c[1:] if not isinstance(a, (np.ndarray, Const))]}"[:60],
)
def test_case(case: tuple[Any, ...]) -> None:
    if case[0] == "tf.shape":
        _, got = evaluated("tf.shape", case[1:], {}, True)
        assert got == ((2, 4, 6, 3),)
        return
    check(*case)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("tf.reduce_mean", (IDS,)),
        ("tf.pad", (IMAGE, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")),
        ("tf.image.resize", (IMAGE, [8, 8], "bicubic")),
        ("tf.compat.v1.image.resize", (IMAGE, [8, 8])),
        ("tf.one_hot", (IDS, 4, 5.0)),
        ("tf.cast", (IMAGE, "string")),
    ],
)
def test_refused(name: str, args: tuple[Any, ...]) -> None:
    with pytest.raises(Unsupported):
        evaluated(name, args, {}, False)


@pytest.mark.parametrize("options", [{}, {"alpha": 1e-4, "beta": 0.75}, {"depth_radius": 1}])
def test_local_response_normalization(options: dict[str, Any]) -> None:
    rule = OPS["tf.nn.lrn"]
    given = {p: expr(options.get(p, d.default)) for p, d in rule.signature.parameters.items()}
    x = symbolic("x", IMAGE, True)
    result = rule.build(**{**given, "x": x})
    assert isinstance(result, Tensor)
    (ours,) = model_of(in_order(result), ("x",))(torch.as_tensor(IMAGE))
    theirs = tf.nn.lrn(IMAGE.astype("float32"), **options)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
