"""Which expressions may be arrays or lists of numbers: beside a tensor, they become tensors.

weights = compute_class_weight("balanced", classes=np.unique(y), y=y)
low, high = np.percentile(y, [5, 95], axis=0)

What nothing in the program shows to be one, as `args.alpha`, is taken for a number.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from typing import TypeAlias

from transpiler.source.bound_values import BoundValues, bound_values
from transpiler.source.imported import locate, read_text, real_path
from transpiler.source.importers import importing_files
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree

#: Functions of NumPy, and methods of arrays, that give one number unless they are told an axis.
_REDUCING = frozenset(
    {
        "all", "any", "argmax", "argmin", "average", "max", "mean", "median", "min", "nanmax",
        "nanmean", "nanmin", "nanstd", "prod", "ptp", "std", "sum", "var", "amax", "amin", "ndim",
        "size", "dot", "count_nonzero", "norm", "trace", "item",
    }
)  # fmt: skip
#: Those that give as much as they get.
_ELEMENTWISE = frozenset(
    {
        "abs", "absolute", "ceil", "clip", "copy", "astype", "cos", "cumsum", "divide", "exp",
        "expm1", "float32", "float64", "floor", "fmax", "fmin", "int32", "int64", "log", "log10",
        "log1p", "log2", "maximum", "minimum", "multiply", "nan_to_num", "negative", "power",
        "round", "sign", "sin", "sqrt", "square", "subtract", "add", "tanh", "tan", "where",
    }
)  # fmt: skip
#: Functions and methods of other libraries that give arrays or lists.
_MAKERS = frozenset(
    {
        "compute_class_weight", "compute_sample_weight", "fit_transform", "transform", "to_numpy",
        "tolist", "list", "sorted", "predict_proba",
    }
)  # fmt: skip
#: The same of pandas, for tables.
_TENSORS = frozenset({"variable", "Variable", "constant", "convert_to_tensor", "cast"})
_DEPTH = 3  #: of modules that import each other
_OF_TABLES = frozenset({"values", "T"})
#: Keys that leave an axis or add one.
_NEW_AXES = ("None", "np.newaxis", "...", "Ellipsis")
_NUMPY = ("numpy", "numpy.random", "numpy.linalg")
_SHOWN_BY = ("np", "numpy", "[", "compute_", "sklearn", "pandas")


@remembered
def array_values(text: str, path: str, depth: int = 0) -> ArrayValues:
    """Those of a program, found once."""
    return ArrayValues(text, path, depth)


class ArrayValues:
    """What the text of a program tells of its variables."""

    def __init__(self, text: str, path: str, depth: int) -> None:
        self._text = text
        self._path = path
        self._depth = depth  #: of modules that import each other
        self._bound: BoundValues | None = None
        self._returned: dict[str, list[ast.expr]] | None = None
        self._elements: set[str] = set()  #: variables of loops, which hold parts of what is bound
        self._passed: dict[str, list[ast.expr]] = {}  #: what calls give parameters, by these
        self._speaks = any(word in text for word in _SHOWN_BY)

    def may_hold(self, expression: str) -> bool:
        """Whether an expression of the program may be an array or a list."""
        if not self._speaks and "import" not in self._text:
            return False
        try:
            node = ast.parse(expression, mode="eval").body
        except SyntaxError:  # it has tokens for what is named later
            return False
        if self._bound is None:
            self._bound = bound_values(self._text)
            self._elements = set(_elements(self._text))
            self._passed = _passed(self._text, _orders(self._text))
        return self._bound is not None and self._is_array(node, frozenset())

    def _elsewhere(self, name: str) -> bool:
        """Whether something that is imported from another file of the project may be one."""
        assert self._bound is not None
        first, _, rest = name.partition(".")
        origin = self._imported[first]
        module, wanted = (origin, rest) if rest else origin.rpartition(".")[::2]
        if not self._path or self._depth >= _DEPTH or not module:
            return False
        found = locate(os.path.dirname(real_path(self._path)), module, self._text)
        if found is None:
            return False
        there = array_values(read_text(str(found)), str(found), self._depth + 1)
        return there.may_hold(wanted)

    def _is_array(self, node: ast.expr | None, seen: frozenset[str]) -> bool:
        match node:
            case ast.Name(id=name):
                if name in self._imported:
                    return self._elsewhere(name)
                return name not in seen and self._holds(name, seen)
            case ast.Attribute(value=inner, attr=name):
                if name in _OF_TABLES or (name.endswith("_") and not name.startswith("_")):
                    return True
                if isinstance(inner, ast.Name) and inner.id in self._imported:
                    return self._elsewhere(f"{inner.id}.{name}")
                return f".{name}" not in seen and self._holds(f".{name}", seen)
            case ast.Subscript(value=inner, slice=key):
                return self._is_part(inner, key, seen)
            case ast.BinOp(left=left, right=right):
                return self._is_array(left, seen) or self._is_array(right, seen)
            case ast.UnaryOp(operand=inner) | ast.Compare(left=inner) | ast.NamedExpr(value=inner):
                return self._is_array(inner, seen)
            case ast.IfExp(body=one, orelse=other):
                return self._is_array(one, seen) or self._is_array(other, seen)
            case ast.BoolOp(values=values):
                return any(self._is_array(value, seen) for value in values)
            case ast.List() | ast.ListComp():
                return True
            case ast.Tuple(elts=parts):  # what a function gives; or several numbers
                numbers = all(isinstance(_unsigned(part), ast.Constant) for part in parts)
                return numbers or any(self._is_array(part, seen) for part in parts)
            case ast.Call():
                return self._gives_array(node, seen)
        return False

    @property
    def _imported(self) -> dict[str, str]:
        return {} if self._bound is None else self._bound.imported

    def _holds(self, name: str, seen: frozenset[str]) -> bool:
        """Whether a variable, or an attribute, may hold one."""
        assert self._bound is not None
        values = [*self._bound.values.get(name, ()), *self._passed.get(name, ())]
        if name in self._elements or any(map(_makes_tensor, values)):
            return False
        if any(self._is_array(value, seen | {name}) for value in values):
            return True
        return not name.startswith(".") and self._is_given_afar(name)

    def _is_given_afar(self, parameter: str) -> bool:
        """Whether another file gives one to a function or class that has such a parameter."""
        if not self._path or self._depth:
            return False
        orders = _orders(self._text)
        taking = {one: lists for one, lists in orders.items() if any(parameter in o for o in lists)}
        for name in taking:
            for other in importing_files(self._path, rf"\b{name}\("):
                given = _passed(read_text(other), taking).get(parameter, ())
                there = array_values(read_text(other), other, self._depth + 1)
                if any(there.may_hold(ast.unparse(value)) for value in given):
                    return True
        return False

    def _is_part(self, whole: ast.expr, key: ast.expr, seen: frozenset[str]) -> bool:
        """Whether an element is one: `settings["weights"]`; a part of an array: `w[:3]`."""
        entries = self._entries(whole, seen)
        if entries:
            wanted = [v for k, v in entries if k is not None and ast.dump(k) == ast.dump(key)]
            return any(self._is_array(v, seen) for v in wanted or [v for _, v in entries])
        keys = key.elts if isinstance(key, ast.Tuple) else [key]
        whole_axis = any(isinstance(k, ast.Slice) or ast.unparse(k) in _NEW_AXES for k in keys)
        return whole_axis and self._is_array(whole, seen)

    def _entries(
        self, whole: ast.expr, seen: frozenset[str]
    ) -> list[tuple[ast.expr | None, ast.expr]]:
        """What the dicts hold that a variable or attribute may be."""
        match whole:
            case ast.Dict(keys=keys, values=values):
                return list(zip(keys, values, strict=True))
            case ast.Name(id=name):
                pass
            case ast.Attribute(attr=attr):
                name = f".{attr}"
            case _:
                return []
        assert self._bound is not None
        if name in seen:
            return []
        given = [*self._bound.values.get(name, ()), *self._passed.get(name, ())]
        found = (self._entries(v, seen | {name}) for v in given if isinstance(v, ast.Dict))
        return [pair for pairs in found for pair in pairs]

    def _gives_array(self, call: ast.Call, seen: frozenset[str]) -> bool:
        assert self._bound is not None
        named = {k.arg for k in call.keywords}
        match call.func:
            case ast.Name(id=name):
                if name in self._bound.functions and name not in seen:
                    returned = self._results().get(name, [])
                    return any(self._is_array(value, seen | {name}) for value in returned)
                library, _, name = self._bound.imported.get(name, name).rpartition(".")
                if library not in _NUMPY:
                    return name in _MAKERS
            case ast.Attribute(value=inner, attr=name):
                library = self._bound.imported.get(ast.unparse(inner).partition(".")[0], "")
                if library.partition(".")[0] != "numpy":
                    if name in _MAKERS:
                        return True
                    kept = name not in _REDUCING or "axis" in named or bool(call.args)
                    return kept and self._is_array(inner, seen)
            case _:
                return False
        if name in _REDUCING:
            return "axis" in named or len(call.args) > 1
        if name in _ELEMENTWISE:
            return any(self._is_array(argument, seen) for argument in call.args)
        return True

    def _results(self) -> dict[str, list[ast.expr]]:
        """What the functions of the program give, by their names."""
        if self._returned is None:
            self._returned = {}
            module = program_tree(self._text)
            for node in all_in(module) if module is not None else ():
                if isinstance(node, ast.FunctionDef):
                    given = (n.value for n in all_in(node) if isinstance(n, ast.Return))
                    self._returned.setdefault(node.name, []).extend(v for v in given if v)
        return self._returned


#: The parameters of functions, of the methods of such a name, and of classes.
_Orders: TypeAlias = "dict[str, list[list[str]]]"


def _orders(text: str) -> _Orders:
    """The parameters of all that a program defines, by its names."""
    module = program_tree(text)
    orders: _Orders = {}
    for node in all_in(module) if module is not None else ():
        if isinstance(node, ast.FunctionDef):
            orders.setdefault(node.name, []).append([one.arg for one in node.args.args])
        elif isinstance(node, ast.ClassDef):
            made = [s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"]
            orders.setdefault(node.name, []).extend([a.arg for a in s.args.args] for s in made)
    return orders


def _passed(text: str, orders: _Orders) -> dict[str, list[ast.expr]]:
    """What the calls of functions, methods and classes give their parameters, by their names."""
    module = program_tree(text)
    found: dict[str, list[ast.expr]] = {}
    for node in all_in(module) if module is not None else ():
        if not isinstance(node, ast.Call):
            continue
        func = node.func
        name = func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")
        for order in orders.get(name, ()):
            places = order[1:] if order[:1] in (["self"], ["cls"]) else order
            for parameter, value in zip(places, node.args, strict=False):
                found.setdefault(parameter, []).append(value)
            for one in node.keywords:
                if one.arg is not None:
                    found.setdefault(one.arg, []).append(one.value)
    return found


def _unsigned(node: ast.expr) -> ast.expr:
    """A number without its sign."""
    return node.operand if isinstance(node, ast.UnaryOp) else node


def _elements(text: str) -> Iterator[str]:
    """The variables of loops."""
    module = program_tree(text)
    for node in all_in(module) if module is not None else ():
        if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            yield from (n.id for n in all_in(node.target) if isinstance(n, ast.Name))


def _makes_tensor(value: ast.expr | None) -> bool:
    """Whether it is made a tensor by then: `weights = K.variable(weights)`."""
    match value:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name in _TENSORS
    return False
