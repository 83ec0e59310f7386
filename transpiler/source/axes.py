"""How many axes arrays have, and how long these are, as far as the calls tell that make them.

np.zeros((100, 20))                  load_iris(return_X_y=True)
StandardScaler().fit_transform(x)    table.iloc[:, :-1].values
"""

from __future__ import annotations

import ast
from typing import TypeAlias

from transpiler.record import record
from transpiler.regex import regex


@record(frozen=True, slots=True)
class Axes:
    """An array, or a table of pandas."""

    sizes: tuple[int | None, ...]
    table: bool = False


@record(frozen=True, slots=True)
class Outer:
    """Something of a library, or what a call of it makes, by its dotted name."""

    name: str
    made: bool = False


#: A number that is not known.
NUMBER = Outer("a number", True)
#: What an expression may hold: arrays, also in tuples and dicts, numbers and texts; None: anything.
Held: TypeAlias = "Axes | Outer | tuple[Held, ...] | dict[str, Held] | int | str | object | None"
#: The arguments of a call in their order, each with its keyword.
Given: TypeAlias = "list[tuple[str, ast.expr, Held]]"

_ROWS = Axes((None, None))
_COLUMN = Axes((None,))
#: Data sets of scikit-learn: of rows, and something for each of these.
_SAMPLES = regex(
    r"sklearn\.datasets\.(?:load_(?:iris|wine|breast_cancer|diabetes|digits)"
    r"|fetch_california_housing|make_(?:classification|regression|moons|circles|blobs))"
)
_SCALERS = regex(
    r"sklearn\.(?:preprocessing|decomposition|impute)\.(?:StandardScaler|MinMaxScaler|RobustScaler"
    r"|MaxAbsScaler|Normalizer|PCA|QuantileTransformer|PowerTransformer|PolynomialFeatures"
    r"|SimpleImputer)"
)
_GENERATORS = ("numpy.random.RandomState", "numpy.random.default_rng")
_TABLES = frozenset({"read_csv", "read_excel", "read_table", "DataFrame", "get_dummies"})
#: Options with which pandas gives no table.
_OTHERWISE = frozenset({"chunksize", "iterator", "squeeze", "sheet_name"})
#: Methods that leave the number of axes, and change their lengths.
_KEEPING = frozenset(
    {"drop", "dropna", "sample", "head", "tail", "drop_duplicates", "select_dtypes"}
)
#: Methods and functions that leave the axes as they are.
_SAME = frozenset(
    {
        "astype", "copy", "clip", "round", "fillna", "to_numpy", "reset_index", "rename", "replace",
        "array", "asarray", "ascontiguousarray", "nan_to_num", "float32", "float64", "abs", "sqrt",
        "exp", "log", "log1p", "zeros_like", "ones_like", "full_like", "empty_like", "square",
    }
)  # fmt: skip
_FILLED = frozenset({"zeros", "ones", "empty", "full"})
_SIZED = frozenset({"rand", "randn"})
_DRAWN = frozenset(
    {"normal", "uniform", "randint", "integers", "standard_normal", "binomial", "choice"}
)
#: Those of them that take two numbers before the size.
_BETWEEN = frozenset({"normal", "uniform", "randint", "integers", "binomial"})
_RANDOM = frozenset({"random", "random_sample"})
_REDUCING = frozenset({"mean", "std", "var", "sum", "max", "min"})
_JOINING = frozenset({"concatenate", "vstack", "hstack"})


def of_library(name: str, given: Given) -> Held:
    """What a call of something of a library gives."""
    if _SAMPLES.fullmatch(name):
        asked = any(k == "return_X_y" and _constant(node) is True for k, node, _ in given)
        pair = asked or ".make_" in name
        return (_ROWS, None if ".make_" in name else _COLUMN) if pair else Outer(name, True)
    if name == "sklearn.utils.shuffle":
        arrays = [held for keyword, _, held in given if not keyword]
        return arrays[0] if len(arrays) == 1 else tuple(arrays)
    if name == "sklearn.model_selection.train_test_split":
        arrays = [held for keyword, _, held in given if not keyword]
        starred = any(isinstance(node, ast.Starred) for _, node, _ in given)
        return None if starred else tuple(_rows_of(held) for held in arrays for _ in range(2))
    if _SCALERS.fullmatch(name) or name in _GENERATORS:
        return Outer(name, True)
    root, _, last = name.partition(".")[0], *name.rpartition(".")[1:]
    if root == "pandas" and last in _TABLES:
        return None if any(k in _OTHERWISE for k, _, _ in given) else Axes((None, None), True)
    if root == "tensorflow":
        return _of_tensorflow(last, given)
    return of_numpy(name.removeprefix("numpy."), given) if root == "numpy" else None


def _of_tensorflow(name: str, given: Given) -> Held:
    """What becomes of an array, rather than of a tensor: `tf.reduce_min(x)`."""
    first = given[0][2] if given and not given[0][0] else None
    if not isinstance(first, Axes) or first.table:
        return None
    if name in ("reduce_max", "reduce_min"):
        return NUMBER if len(given) == 1 else None
    return first if name == "cast" else None


def of_made(made: str, method: str, given: Given) -> Held:
    """What a method gives of an object that a library has made."""
    if _SCALERS.fullmatch(made):
        return _ROWS if method in ("fit_transform", "transform") else None
    return _drawn(method, given) if made in _GENERATORS else None


def part_of_made(made: str, key: str) -> Held:
    """`digits.data`, `digits["target"]`"""
    found = {"data": _ROWS, "target": _COLUMN}
    return found.get(key) if _SAMPLES.fullmatch(made) else None


def of_numpy(name: str, given: Given) -> Held:
    """What a function of NumPy gives."""
    if name.startswith("random."):
        return _drawn(name.removeprefix("random."), given)
    first = given[0][2] if given and not given[0][0] else None
    if name in _FILLED:
        return _shaped(_argument(given, "shape", 0))
    if name in ("arange", "linspace"):
        return _COLUMN
    if name == "column_stack":
        return _ROWS
    if name in _JOINING and isinstance(first, tuple):
        return _joined(name, first)
    if isinstance(first, Axes) or name == "reshape":
        return _of_array(Axes(first.sizes) if isinstance(first, Axes) else None, name, given[1:])
    return None


def of_method(held: Held, method: str, given: Given) -> Held:
    """What a method of an array or table gives; only arrays have a method `reshape`."""
    if not isinstance(held, Axes):
        return _of_array(None, method, given) if held is None and method == "reshape" else None
    if held.table and method == "pop":
        return _COLUMN
    if any(keyword == "inplace" for keyword, _, _ in given):
        return None
    if method in _KEEPING and held.table:
        return Axes((None,) * len(held.sizes), True)
    made = _of_array(held, method, given)
    return Axes(made.sizes) if isinstance(made, Axes) and method == "to_numpy" else made


def _of_array(held: Axes | None, name: str, given: Given) -> Axes | None:
    if name == "reshape":
        plain = [(node, one) for keyword, node, one in given if not keyword]
        if any(isinstance(node, ast.Starred) for node, _ in plain) or len(plain) != len(given):
            return None
        whole = plain[0][1] if len(plain) == 1 else tuple(one for _, one in plain)
        return _shaped(whole)
    if held is None:
        return None
    if name in _SAME:
        return held
    if name in ("flatten", "ravel"):
        return _COLUMN
    if name == "expand_dims":
        return _expanded(held, _argument(given, "axis", 0))
    if name in _REDUCING:
        return _reduced(held, given)
    return None


def _shaped(shape: Held) -> Axes | None:
    """An array of some shape; of one number, that of its only axis."""
    if isinstance(shape, int) or shape == NUMBER:
        return Axes((shape if isinstance(shape, int) and shape >= 0 else None,))
    if not isinstance(shape, tuple) or not shape:
        return None
    return Axes(tuple(one if isinstance(one, int) and one >= 0 else None for one in shape))


def _drawn(name: str, given: Given) -> Axes | None:
    """Random numbers: as many as are asked for."""
    plain = [(node, held) for keyword, node, held in given if not keyword]
    if any(isinstance(node, ast.Starred) for node, _ in plain):
        return None
    if name == "permutation" and len(plain) == 1:
        return plain[0][1] if isinstance(plain[0][1], Axes) else _shaped(plain[0][1])
    if name in _SIZED:
        return _shaped(tuple(held for _, held in plain))
    if name in _DRAWN or name in _RANDOM:
        size = next((held for keyword, _, held in given if keyword == "size"), None)
        if size is None and name in _RANDOM and plain:
            size = plain[0][1]
        if size is None and name in _BETWEEN and len(plain) == 3:
            size = plain[2][1]
        return _shaped(size)
    return None


def _expanded(held: Axes, axis: Held) -> Axes | None:
    if not isinstance(axis, int):
        return None
    place = axis if axis >= 0 else len(held.sizes) + 1 + axis
    return Axes((*held.sizes[:place], 1, *held.sizes[place:]))


def _reduced(held: Axes, given: Given) -> Axes | None:
    """`x.mean(axis=0)`; of all numbers, one."""
    axis = _argument(given, "axis", 0)
    if (
        len(given) != 1
        or not isinstance(axis, int)
        or not -len(held.sizes) <= axis < len(held.sizes)
    ):
        return None
    place = axis % len(held.sizes)
    return Axes(held.sizes[:place] + held.sizes[place + 1 :])


def _joined(name: str, parts: tuple[Held, ...]) -> Axes | None:
    """Arrays one behind the other, all of them with as many axes."""
    ranks = {len(part.sizes) if isinstance(part, Axes) else 0 for part in parts}
    rank = ranks.pop() if len(ranks) == 1 else 0
    return Axes((None,) * rank) if rank > (name != "concatenate") else None


def _rows_of(held: Held) -> Held:
    """Some rows of an array or table."""
    return Axes((None, *held.sizes[1:]), held.table) if isinstance(held, Axes) else None


def _argument(given: Given, keyword: str, place: int) -> Held:
    named = next((held for key, _, held in given if key == keyword), None)
    plain = [held for key, _, held in given if not key]
    return named if named is not None else plain[place] if place < len(plain) else None


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def product(
    left: tuple[int | None, ...], right: tuple[int | None, ...]
) -> tuple[int | None, ...] | None:
    """The sizes of `left @ right`, from theirs; None where these are not understood."""
    if not left or not right:
        return None
    if len(right) == 1:
        return left[:-1]
    if len(left) == 1:
        return (*right[:-2], right[-1])
    one, other = left[:-2], right[:-2]
    if one and other and one != other:
        return None
    return (*(one or other), left[-2], right[-1])


def together(left: Held, right: Held) -> Held:
    """What an operator makes of two arrays, or of an array and a number."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Axes) and (isinstance(other, int) or other == NUMBER):
            return one
    if not isinstance(left, Axes) or not isinstance(right, Axes):
        return None
    long, short = sorted((left, right), key=lambda axes: len(axes.sizes), reverse=True)
    ones = (1,) * (len(long.sizes) - len(short.sizes))
    sizes = zip(long.sizes, (*ones, *short.sizes), strict=True)
    return Axes(
        tuple(a if a == b or b == 1 else b if a == 1 else None for a, b in sizes), long.table
    )


def entry(held: Held, index: ast.expr, key: Held, placed: bool) -> Held:
    """`x[:80]`, `table[["age", "size"]]`, `parts["x"]`; placed: of `table.iloc`."""
    if isinstance(held, tuple) and isinstance(key, int) and not isinstance(key, bool):
        return held[key] if -len(held) <= key < len(held) else None
    if isinstance(held, dict) and isinstance(key, str):
        return held.get(key)
    if isinstance(held, Outer) and held.made and isinstance(key, str):
        return part_of_made(held.name, key)
    if not isinstance(held, Axes):
        return None
    if held.table and not placed:
        return _of_table(held, index, key)
    parts = list(index.elts) if isinstance(index, ast.Tuple) else [index]
    keys = list(key) if isinstance(index, ast.Tuple) and isinstance(key, tuple) else [key]
    return _cut(held, parts, keys)


def _of_table(held: Axes, index: ast.expr, key: Held) -> Held:
    rows = Axes((None, *held.sizes[1:]), True)
    if isinstance(key, str):
        return _COLUMN
    if isinstance(index, (ast.List, ast.ListComp)):
        return Axes((None,) * len(held.sizes), True)
    return rows if isinstance(index, ast.Slice) or _is_row(key) else None


def _is_row(held: Held) -> bool:
    """Whether it is an array of one axis: which of the rows are taken, in what order."""
    return isinstance(held, Axes) and len(held.sizes) == 1


def _cut(held: Axes, parts: list[ast.expr], keys: list[Held]) -> Axes | None:
    """Some of an array: slices keep an axis, numbers take it away, None adds one."""
    rest, made = list(held.sizes), list[int | None]()
    for place, (part, key) in enumerate(zip(parts, keys, strict=True)):
        if _adds(part, key):
            made.append(1)
        elif isinstance(part, ast.Constant) and part.value is ...:
            behind = zip(parts[place + 1 :], keys[place + 1 :], strict=True)
            later = sum(not _adds(one, of_it) for one, of_it in behind)
            made += rest[: len(rest) - later]
            rest = rest[len(rest) - later :]
        elif not rest:
            return None
        elif isinstance(part, ast.Slice):
            size = rest.pop(0)
            whole = part.lower is None and part.upper is None and part.step is None
            made.append(size if whole else None)
        elif isinstance(key, int) or key == NUMBER:
            rest.pop(0)
        elif len(parts) == 1 and (isinstance(part, ast.List) or _is_row(key)):
            rest.pop(0)
            made.append(None)
        else:
            return None
    sizes = (*made, *rest)
    return Axes(sizes, held.table and len(sizes) == 2) if sizes else None


def _adds(part: ast.expr, key: Held) -> bool:
    """Whether it adds an axis: `None`, `np.newaxis`."""
    return (isinstance(part, ast.Constant) and part.value is None) or key == Outer("numpy.newaxis")
