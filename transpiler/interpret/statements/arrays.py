"""Sizes of the arrays that a script makes or loads, as far as its text shows them.

A model that does not say what it takes is built on the data that the program hands it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any, TypeAlias

import libcst as cst

from transpiler.interpret.context import Array, Shape
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statements.array_libraries import (
    is_defined,
    is_drawn,
    is_library,
    is_of_framework,
)
from transpiler.interpret.statements.filled_arrays import (
    is_bound_in_passing,
    is_given_inside,
    is_resized,
)
from transpiler.interpret.statements.fold_indices import are_fold_indices
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.statements.own_arrays import note_own_arrays
from transpiler.interpret.statics import constant
from transpiler.interpret.training import Given
from transpiler.interpret.values import Framework, Unknown
from transpiler.ir.expr import UNKNOWN
from transpiler.source.axes import product
from transpiler.source.suites import assigned_names, nodes_of

_DATASETS: dict[str, tuple[Shape, Shape]] = {
    "mnist": ((None, 28, 28), (None,)),
    "fashion_mnist": ((None, 28, 28), (None,)),
    "cifar10": ((None, 32, 32, 3), (None, 1)),
    "cifar100": ((None, 32, 32, 3), (None, 1)),
    "boston_housing": ((None, 13), (None,)),
    "california_housing": ((None, 8), (None,)),
}

#: scikit-learn's data sets with one target for each sample.
_BUNCHES = ("load_digits", "load_iris", "load_wine", "load_breast_cancer", "load_diabetes")

_OF_SHAPE = ("zeros", "ones", "empty", "full", "random", "random_sample", "standard_normal")
_OF_SIZES = ("rand", "randn")
_OF_SIZE_ARGUMENT = ("normal", "uniform", "randint", "integers")
_SAME = (
    "astype", "copy", "asarray", "array", "float32", "cast", "abs", "sqrt", "exp", "clip",
    "constant", "convert_to_tensor", "ones_like", "zeros_like", "empty_like", "full_like",
)  # fmt: skip


def arrays_of(region: Region, node: cst.Assign) -> list[tuple[str, Shape | None]]:
    """The names that an assignment is about to bind, with the sizes of what they get."""
    if not region.is_module:
        return []
    found = [pair for t in node.targets for pair in _bound(region, t.target, node.value)]
    known = {name for name, _ in found}
    bound = (name for t in node.targets for name in assigned_names(t.target))
    return [*found, *((name, None) for name in bound if name not in known)]


def note_arrays(
    region: Region, found: list[tuple[str, Shape | None]], value: cst.BaseExpression
) -> None:
    """Remember the sizes of what variables of the module hold now."""
    arrays = region.file.arrays
    listed = bool(found) and not _is_surely_array(region, value)
    for name, shape in found:
        shape = None if is_resized(region.file, name) else shape
        if name in arrays and arrays[name].shape != shape:
            region.file.reshaped.add(name)
        arrays[name] = Array(region.scope.version(_variable(name)), shape, listed)


def array_at(region: Region, name: str) -> Array | None:
    """What is known of the array that a variable of the module holds now."""
    array = region.file.arrays.get(name)
    current = array is not None and array.version == region.scope.version(name)
    return array if current and region.is_module else None


@provides("shape_of")
def shape_of(region: Region, node: cst.BaseExpression | None) -> Shape | None:
    """The sizes of an array, None where the text does not show them, and for a number."""
    return None if node is None else _shape(region, node) or None


@provides("shapes_of_inputs")
def shapes_of_inputs(region: Region, what: str, given: Given) -> list[dict[int | str, Shape]]:
    """The sizes of the inputs in an argument of a call of a model, those that are known."""
    node = given.node
    note_own_arrays(region, node, _bound, _PLAIN)
    try:
        return _shapes_of_inputs(region, what, node)
    finally:
        region.own_arrays.clear()


def _shapes_of_inputs(
    region: Region, what: str, node: cst.BaseExpression | None
) -> list[dict[int | str, Shape]]:
    if what == "validation_data":
        if not isinstance(node, (cst.Tuple, cst.List)) or not node.elements:
            return [{}]
        node = node.elements[0].value
    parts: dict[int | str, cst.BaseExpression | None] = {"": node}
    if isinstance(node, (cst.List, cst.Tuple)) and _are_arrays(node):
        parts = {place: element.value for place, element in enumerate(node.elements)}
    elif isinstance(node, cst.Dict):
        pairs = [e for e in node.elements if isinstance(e, cst.DictElement)]
        keyed = [(constant(_evaluated(region, e.key)), e.value) for e in pairs]
        parts = {key: value for key, value in keyed if isinstance(key, str)}
    found = {key: shape_of(region, part) for key, part in parts.items()}
    return [{key: shape for key, shape in found.items() if shape is not None}]


def _are_arrays(node: cst.List | cst.Tuple) -> bool:
    """Whether a list holds arrays, and is none itself: `[images, ages]`, not `[[1.0, 2.0]]`."""
    return all(isinstance(e.value, (cst.Name, cst.Call, cst.Subscript)) for e in node.elements)


def _shape(region: Region, node: cst.BaseExpression) -> Shape | None:
    """The same, without any size for a number."""
    if isinstance(node, (cst.Name, cst.Attribute)):
        return _of_name(region, dotted(node))
    if isinstance(node, cst.Call):
        return _of_call(region, node)
    if isinstance(node, cst.Subscript):
        return _of_subscript(region, node)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.MatrixMultiply):
        left, right = _operand(region, node.left), _operand(region, node.right)
        return product(left, right) if left and right else None
    if isinstance(node, cst.BinaryOperation):
        return _broadcast(_operand(region, node.left), _operand(region, node.right))
    if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
        other = node.comparisons[0].comparator
        return _broadcast(_operand(region, node.left), _operand(region, other))
    if isinstance(node, cst.List) and node.elements:
        first = node.elements[0].value
        inner = () if _is_number(region, first) else _operand(region, first)
        return None if inner is None else (len(node.elements), *inner)
    if isinstance(node, cst.ListComp):
        return (None,) if _is_number(region, node.elt) else _of_rows(region, node)
    return None


def _of_rows(region: Region, node: cst.ListComp) -> Shape | None:
    """`[series[i : i + 8] for i in range(92)]`, `[to_categorical(row, n) for row in y]`."""
    if node.for_in.inner_for_in is not None:
        return None
    target = node.for_in.target
    bound = {name.value for name in nodes_of(target) if isinstance(name, cst.Name)}
    if any(constant(region.scope.get(name) or Unknown()) is not UNKNOWN for name in bound):
        return None
    taken = _shape(region, node.for_in.iter) if isinstance(target, cst.Name) else None
    before = region.own_arrays
    region.own_arrays = {**before, **dict.fromkeys(bound, taken[1:] if taken else None)}
    try:
        row = _shape(region, node.elt)
    finally:
        region.own_arrays = before
    return None if row is None else (None, *row)


def _operand(region: Region, node: cst.BaseExpression) -> Shape | None:
    """The sizes of one side of an operator: none for a number."""
    shape = _shape(region, node)
    if shape is None and isinstance(constant(_evaluated(region, node)), (int, float)):
        return ()
    return shape


def _broadcast(left: Shape | None, right: Shape | None) -> Shape | None:
    """The sizes of what an operator makes of two arrays.

    Where those of one are not known, it is taken to have no more axes than a table or images,
    whose sizes tell: only those of one element can grow.
    """
    if left is None or right is None:
        known = right if left is None else left
        grows = known is None or len(known) < 2 or any(size in (1, None) for size in known[1:])
        return None if grows else known
    axes = zip_longest(reversed(left), reversed(right), fillvalue=1)
    sizes = [b if a == 1 or (a is None and b != 1) else a for a, b in axes]
    return tuple(reversed(sizes))


#: Functions that give one number, and reductions that do over all axes.
_NUMBERS = ("ord", "int", "float", "len")
_REDUCING = ("max", "mean", "min", "std", "sum", "var")
#: A dict that numbers things: `{c: i for i, c in enumerate(vocabulary)}`.
_NUMBERING = (
    r"^{0} = (?:\{{\w+: (\w+) for \1, \w+ in enumerate\("
    r"|dict\(\(\w+, (\w+)\) for \2, \w+ in enumerate\()"
)


def _is_number(region: Region, node: cst.BaseExpression) -> bool:
    """Whether it is one number: `numbers[c]`, `ord(c)`."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
        return node.func.value in _NUMBERS
    held = node.value if isinstance(node, cst.Subscript) else None
    if not isinstance(held, cst.Name):
        return False
    return re.search(_NUMBERING.format(held.value), region.tree.text, re.M) is not None


def _of_name(region: Region, name: str) -> Shape | None:
    if name in region.own_arrays:
        return region.own_arrays[name]
    array = region.file.arrays.get(name)
    if array is None:
        return None
    variable = _variable(name)
    if is_given_inside(region.file, variable):
        return None
    if region.is_module:
        return array.shape if region.scope.version(variable) == array.version else None
    own = region.scope.values.get(variable, region.scope.outer.get(variable))
    others = own is not None and own is not region.file.globals.get(variable)
    others = others or name in region.file.reshaped or is_bound_in_passing(region.file, variable)
    return None if others else array.shape


def _variable(name: str) -> str:
    """The variable in `digits.target`."""
    return name.partition(".")[0]


def _bound(
    region: Region, target: cst.BaseExpression, value: cst.BaseExpression
) -> Iterator[tuple[str, Shape | None]]:
    if isinstance(target, cst.Name):
        yield target.value, _shape(region, value)
        if isinstance(value, cst.Call) and dotted(value.func).rpartition(".")[2] in _BUNCHES:
            yield f"{target.value}.target", (None,)
        return
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple):
        for one, of_it in zip(target.elements, value.elements, strict=False):
            yield from _bound(region, one.value, of_it.value)
        return
    if not isinstance(target, (cst.Tuple, cst.List)) or not isinstance(value, cst.Call):
        return
    elements = [element.value for element in target.elements]
    name = dotted(value.func).rpartition(".")[2]
    if name in _BUNCHES and len(elements) == 2:
        label = elements[1]
        if isinstance(label, cst.Name):
            yield label.value, (None,)
    elif name == "load_data" and len(elements) == 2:
        pair = _dataset(region, value)
        for element in elements:
            if pair is not None and isinstance(element, cst.Tuple) and len(element.elements) == 2:
                for part, shape in zip(element.elements, pair, strict=True):
                    if isinstance(part.value, cst.Name):
                        yield part.value.value, shape
    elif name == "train_test_split":
        given = [_shape(region, a.value) for a in value.args if a.keyword is None]
        halves = [half for half in given for _ in range(2)]
        for element, half in zip(elements, halves, strict=False):
            if isinstance(element, cst.Name):
                yield element.value, None if half is None else (None, *half[1:])


def _dataset(region: Region, call: cst.Call) -> tuple[Shape, Shape] | None:
    if not isinstance(call.func, (cst.Name, cst.Attribute)):
        return None
    try:
        callee = evaluate(region, call.func)
    except GiveUp:
        return None
    if not isinstance(callee, Framework) or ".datasets." not in callee.name:
        return None
    return _DATASETS.get(callee.name.split(".")[-2])


def _of_call(region: Region, node: cst.Call) -> Shape | None:
    func = node.func
    name = dotted(func).rpartition(".")[2] if isinstance(func, (cst.Name, cst.Attribute)) else ""
    if isinstance(func, cst.Attribute):
        name = func.attr.value
    plain = [a.value for a in node.args if a.keyword is None and not a.star]
    named = {a.keyword.value: a.value for a in node.args if a.keyword is not None}
    library = isinstance(func, cst.Attribute) and is_library(region, func.value)
    if name in _NUMBERS and isinstance(func, cst.Name):
        return ()
    if name in _REDUCING and len(node.args) == (1 if library else 0):
        reduced = plain[0] if plain else func.value if isinstance(func, cst.Attribute) else func
        return None if _shape(region, reduced) is None else ()
    if name in _REDUCING and isinstance(func, cst.Attribute):
        return _reduced(region, None if library else func.value, plain, named)
    handler = _CALLS.get(name)
    if isinstance(func, cst.Name) and is_defined(region, name):
        return None
    if name in ("normal", "uniform") and is_of_framework(region, func):
        handler = _filled  # `tf.random.normal((100, 20))`
    if handler is not None and not any(a.star for a in node.args):
        receiver = None if library or not isinstance(func, cst.Attribute) else func.value
        return handler(region, receiver, plain, named)
    return None


Arguments: TypeAlias = "list[cst.BaseExpression]"
Named: TypeAlias = "dict[str, cst.BaseExpression]"


def _filled(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`np.zeros((100, 20))`."""
    shape = named.get("shape", named.get("size", plain[0] if plain else None))
    return None if shape is None or not is_drawn(region, receiver) else _sizes(region, shape)


def _sized(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`np.random.rand(100, 20)`."""
    if not is_drawn(region, receiver) or not plain:
        return None
    return tuple(_size(region, part) for part in plain)


def _drawn(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`np.random.normal(size=(100, 20))`."""
    shape = named.get("size", plain[2] if len(plain) > 2 else None)
    return None if shape is None or not is_drawn(region, receiver) else _sizes(region, shape)


def _chosen(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`np.random.choice(5, (100, 1))`."""
    shape = named.get("size", plain[1] if len(plain) > 1 else None)
    return None if shape is None or not is_drawn(region, receiver) else _sizes(region, shape)


def _unchanged(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`x.astype("float32")`, `np.asarray(x)`."""
    inner = receiver if receiver is not None else plain[0] if plain else None
    return None if inner is None or "ndmin" in named else _shape(region, inner)


def _reshaped(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`x.reshape(-1, 28, 28, 1)`, `np.reshape(x, (-1, 784))`."""
    if receiver is None:
        plain = plain[1:]
    if len(plain) == 1 and not _is_count(region, plain[0]):
        return _sizes(region, plain[0])
    return tuple(_size(region, part) for part in plain) or None


def _is_count(region: Region, node: cst.BaseExpression) -> bool:
    """Whether it is one number, not a shape: `-1`, `len(x)`, `x.shape[0]`."""
    if isinstance(node, cst.Subscript):
        return isinstance(node.value, cst.Attribute) and node.value.attr.value == "shape"
    return _is_number(region, node) or isinstance(constant(_evaluated(region, node)), int)


def _reduced(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`x.sum((1, 2))`, `np.mean(x, axis=1)`."""
    kept = constant(_evaluated(region, named["keepdims"])) if "keepdims" in named else False
    named = {word: node for word, node in named.items() if word != "keepdims"}
    given = [*([receiver] if receiver is not None else []), *plain, *named.values()]
    alone = len(given) == 2 and named.keys() <= {"axis"} and isinstance(kept, bool)
    shape = _shape(region, given[0]) if alone else None
    if shape is None:
        return None
    found = constant(_evaluated(region, given[1]))
    axes = tuple(found) if isinstance(found, (tuple, list)) else (found,)
    if not all(isinstance(axis, int) and -len(shape) <= axis < len(shape) for axis in axes):
        return None
    gone = {axis % len(shape) for axis in axes}
    sizes = [1 if place in gone else size for place, size in enumerate(shape)]
    return tuple(size for place, size in enumerate(sizes) if kept or place not in gone)


def _expanded(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`np.expand_dims(x, -1)`."""
    shape = _shape(region, plain[0]) if plain and receiver is None else None
    axis = named.get("axis", plain[1] if len(plain) > 1 else None)
    place = None if axis is None else constant(_evaluated(region, axis))
    if shape is None or not isinstance(place, int):
        return None
    place = place if place >= 0 else len(shape) + 1 + place
    return (*shape[:place], 1, *shape[place:])


def _row(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`np.arange(50)`, `tf.range(50.0)`, `np.linspace(0, 1, 50)`."""
    several = any(isinstance(part, (cst.Tuple, cst.List)) or _shape(region, part) for part in plain)
    return None if receiver is not None or several else (None,)


def _permuted(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`np.random.permutation(100)`, and of an array: the same in another order."""
    if len(plain) != 1 or not is_drawn(region, receiver):
        return None
    return (None,) if _is_count(region, plain[0]) else _shape(region, plain[0])


def _one_hot(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`to_categorical(y, 10)`: a column of classes counts as one axis."""
    shape = _shape(region, plain[0]) if plain else None
    classes = named.get("num_classes", plain[1] if len(plain) > 1 else None)
    if not shape or (len(shape) > 1 and shape[-1] is None):
        return None
    rows = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
    return (*rows, None if classes is None else _size(region, classes))


def _accumulated(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`np.cumsum(x, axis=1)`: without an axis, of all numbers in a row."""
    given = [*([receiver] if receiver is not None else []), *plain, *named.values()]
    return _shape(region, given[0]) if len(given) == 2 and named.keys() <= {"axis"} else None


def _padded(region: Region, receiver: Any, plain: Arguments, named: Named) -> Shape | None:
    """`pad_sequences(x, maxlen=100)`, of word numbers: what are no whole ones may be vectors."""
    length = named.get("maxlen", plain[1] if len(plain) > 1 else None)
    kind = named.get("dtype", plain[2] if len(plain) > 2 else None)
    if kind is not None and "int" not in region.tree.source(kind):
        return None
    return None if length is None else (None, _size(region, length))


_CALLS: dict[str, Callable[[Region, Any, Arguments, Named], Shape | None]] = {
    **dict.fromkeys(_OF_SHAPE, _filled),
    **dict.fromkeys(_OF_SIZES, _sized),
    **dict.fromkeys(_OF_SIZE_ARGUMENT, _drawn),
    "choice": _chosen,
    **dict.fromkeys(_SAME, _unchanged),
    **dict.fromkeys(("arange", "range", "linspace"), _row),
    "reshape": _reshaped,
    "expand_dims": _expanded,
    **dict.fromkeys(("cumsum", "cumprod"), _accumulated),
    "permutation": _permuted,
    "to_categorical": _one_hot,
    "pad_sequences": _padded,
}
#: What may be called to make arrays, and means nothing else.
_PLAIN = frozenset(
    {*_CALLS, *_BUNCHES, *_REDUCING, *_NUMBERS, "load_data", "train_test_split", "RandomState",
     "default_rng"}
)  # fmt: skip


def _is_surely_array(region: Region, node: cst.BaseExpression) -> bool:
    """Whether it is an array of NumPy, whose axes no element changes, rather than a list."""
    match node:
        case cst.Name(name):
            array = region.file.arrays.get(name)
            return array is not None and not array.listed
        case cst.Tuple():
            return all(_is_surely_array(region, one.value) for one in node.elements)
        case cst.Subscript(value=held):
            return _is_surely_array(region, held)
        case cst.BinaryOperation(left=left, right=right):
            return _is_surely_array(region, left) or _is_surely_array(region, right)
        case cst.Comparison(left=left):
            return _is_surely_array(region, left)
        case cst.Call(func=cst.Name(name)) if name in _LISTS:
            return name == "train_test_split" and all(
                _is_surely_array(region, a.value) for a in node.args if a.keyword is None
            )
        case cst.Call(func=cst.Name(name)):
            return name in _PLAIN
        case cst.Call(func=cst.Attribute(value=held, attr=cst.Name(name))):
            made = name in ("astype", "load_data") or is_library(region, held)
            return made or is_drawn(region, held) or _is_surely_array(region, held)
    return False


#: Functions that give lists where they get such.
_LISTS = ("choice", "copy", "range", "train_test_split")


def _of_subscript(region: Region, node: cst.Subscript) -> Shape | None:
    """`x[:800]`, `x[0]`, `x[..., None]`."""
    shape = _shape(region, node.value)
    if shape is None:
        return None
    rest: list[int | None] = list(shape)
    made: list[int | None] = []
    for position, element in enumerate(node.slice):
        if isinstance(element.slice, cst.Slice):
            if not rest:
                return None
            bounds = element.slice
            whole = bounds.lower is None and bounds.upper is None and bounds.step is None
            size = rest.pop(0)
            made.append(size if whole else None)
            continue
        key = element.slice.value if isinstance(element.slice, cst.Index) else None
        if isinstance(key, cst.Ellipsis):
            taken = sum(not _is_new_axis(e) for e in node.slice[position + 1 :])
            made += rest[: len(rest) - taken]
            rest = rest[len(rest) - taken :]
        elif _is_new_axis(element):
            made.append(1)
        elif isinstance(key, cst.Integer) and rest:
            rest.pop(0)
        elif isinstance(key, cst.Name) and rest and len(node.slice) == 1 and _is_row(region, key):
            rest.pop(0)
            made.append(None)
        else:
            return None
    return (*made, *rest)


def _is_row(region: Region, key: cst.Name) -> bool:
    """Whether it holds numbers of samples, or whether each is taken, in one axis."""
    shape = _of_name(region, key.value)
    return len(shape) == 1 if shape else are_fold_indices(region.tree.text, key.value)


def _is_new_axis(element: cst.SubscriptElement) -> bool:
    key = element.slice.value if isinstance(element.slice, cst.Index) else None
    if isinstance(key, cst.Name):
        return key.value == "None"
    return isinstance(key, cst.Attribute) and key.attr.value == "newaxis"


def _sizes(region: Region, node: cst.BaseExpression) -> Shape | None:
    if isinstance(node, (cst.Tuple, cst.List)):
        if any(isinstance(element, cst.StarredElement) for element in node.elements):
            return None
        return tuple(_size(region, element.value) for element in node.elements)
    value = constant(_evaluated(region, node))
    if isinstance(value, (tuple, list)) and all(isinstance(v, int) for v in value):
        return tuple(v if v >= 0 else None for v in value)
    return (value,) if isinstance(value, int) else None


def _size(region: Region, node: cst.BaseExpression) -> int | None:
    value = constant(_evaluated(region, node))
    return value if isinstance(value, int) and value >= 0 else None


def _evaluated(region: Region, node: cst.BaseExpression) -> Any:
    saved = dict(region.rewrites), dict(region.running)
    try:
        return evaluate(region, node)
    finally:
        region.rewrites, region.running = saved
