"""Changes in place of which only arrays and numbers are capable: no list or dict changes by them.

y[y == -1] = 0
X[:, 2] = encoder.fit_transform(X[:, 2])
counts[i] += 1
np.clip(X, 0, 1, out=X)
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from transpiler.regex import regex
from transpiler.source.syntax import all_in

#: What asks arrays, and no list or dict, for something to compare, or to look elements up by.
_ASKED = frozenset({"sum", "mean", "max", "min", "std", "any", "all", "isna", "isnull", "abs"})
_TESTS = frozenset({"isnan", "isinf", "isfinite", "isclose", "where", "nonzero"})
_LISTS = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp)
#: Operators with which lists, sets or dicts change in place.
_GROWING = (ast.Add, ast.Mult, ast.BitOr, ast.BitAnd, ast.BitXor, ast.Sub)
#: Methods of arrays that give arrays.
_SAME = frozenset({"astype", "reshape", "to_numpy", "transpose"})
_NUMPY = regex(r"(?:np|numpy)(?:\.\w+)+")
#: Arrays that may hold lists.
_OBJECTS = regex(r"\bobject|\ballow_pickle\b|['\"]O['\"]")


def is_of_array(element: ast.Subscript) -> bool:
    """Whether it can only be an element of an array: `x[:, 0]`, `x[x > 0.9]`."""
    where = element.slice
    if isinstance(where, ast.Tuple) and any(isinstance(e, ast.Slice) for e in where.elts):
        return True
    whole = ast.unparse(element.value)
    return any(_tells(node, whole) for node in all_in(where))


def _tells(node: ast.AST, whole: str) -> bool:
    match node:
        case ast.Compare(left=left, comparators=[right]):
            sides = ((left, right), (right, left))
            return any(_is_asked(a, whole) and not isinstance(b, _LISTS) for a, b in sides)
        case ast.Call(func=ast.Attribute(ast.Name("np" | "numpy"), name), args=[given, *_]):
            return name in _TESTS and ast.unparse(given) == whole
        case ast.Call(func=ast.Attribute(of, "isna" | "isnull")):
            return ast.unparse(of) == whole
    return False


def _is_asked(side: ast.expr, whole: str) -> bool:
    """Whether it is the array as a whole, or what each row of it gives."""
    match side:
        case ast.Call(func=ast.Name("abs"), args=[given]):
            return _is_asked(given, whole)
        case ast.Call(func=ast.Attribute(of, name), args=given) if name in _ASKED:
            return any(ast.unparse(one) == whole for one in (of, *given[:1]))
    return ast.unparse(side) == whole


#: What changes the array that it gets first, of NumPy: also `np.add.at`.
_OF_FIRST = frozenset({"at", "fill_diagonal", "place", "put", "put_along_axis", "putmask"})
_OF_ONE = (
    "abs", "absolute", "arctan", "cbrt", "ceil", "cos", "deg2rad", "exp", "exp2", "expm1", "fabs",
    "floor", "invert", "log", "log10", "log1p", "log2", "logical_not", "negative", "rad2deg",
    "reciprocal", "rint", "sign", "sin", "sqrt", "square", "tanh", "trunc",
)  # fmt: skip
_OF_TWO = (
    "add", "bitwise_and", "bitwise_or", "divide", "dot", "floor_divide", "fmax", "fmin", "fmod",
    "heaviside", "hypot", "logaddexp", "logical_and", "logical_or", "matmul", "maximum", "minimum",
    "mod", "multiply", "power", "remainder", "subtract", "true_divide",
)  # fmt: skip
#: How many arguments functions of NumPy get before the array which they write into.
_INTO = {**dict.fromkeys(_OF_ONE, 1), **dict.fromkeys(_OF_TWO, 2), "clip": 3, "round": 2}


def changed_array(call: ast.Call) -> ast.expr | None:
    """What a function of NumPy, or a method of an array, changes in place; None of others."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return None
    if function.attr in _OF_FIRST and call.args:
        return call.args[0] if _is_of_numpy(function) else None
    if function.attr == "itemset":
        return function.value
    given = next((k.value for k in call.keywords if k.arg == "out"), None)
    if given is None and function.attr in _INTO:
        every = call.args if _is_of_numpy(function) else [function.value, *call.args]
        if len(every) == _INTO[function.attr] + 1:  # `np.clip(x, 0, 1, x)`, `x.clip(0, 1, x)`
            *before, last = every
            return last if ast.unparse(last) in map(ast.unparse, before) else None
    if given is None or _is_of_numpy(function):
        return given
    own = [ast.unparse(one) for one in (function.value, *call.args)]  # `x.clip(0, 1, out=x)`
    return given if ast.unparse(given) in own else None


def _is_of_numpy(function: ast.Attribute) -> bool:
    return _NUMPY.fullmatch(ast.unparse(function)) is not None


def changes_number(node: ast.AugAssign) -> bool:
    """Whether it can only change a number or an array: `x /= 255`, `counts[i] += 1`."""
    if not isinstance(node.op, _GROWING):
        return True
    value = node.value.operand if isinstance(node.value, ast.UnaryOp) else node.value
    number = value.value if isinstance(value, ast.Constant) else None
    repeats = isinstance(node.op, ast.Mult) and isinstance(number, int)
    return isinstance(number, (int, float)) and not repeats


def is_array(value: ast.expr, is_named: Callable[[str], bool]) -> bool:
    """Whether NumPy surely makes an array of it; `is_named`: whether variables are such."""
    match value:
        case ast.Name(name):
            return is_named(name)
        case ast.Subscript(value=whole):
            return is_array(whole, is_named)
        case ast.BinOp(left=left, right=right):
            return is_array(left, is_named) or is_array(right, is_named)
        case ast.Attribute(value=whole, attr="T" | "values"):
            return value.attr == "values" or is_array(whole, is_named)
        case ast.Call(func=ast.Attribute(attr=name) as function):
            of_numpy = _NUMPY.fullmatch(ast.unparse(function)) is not None
            return name in _SAME or (of_numpy and _OBJECTS.search(ast.unparse(value)) is None)
    return False
