"""Which expressions may be arrays that run backwards through the memory of others.

Whatever is not surely a new array, or one that runs forward, may be: copying it costs little,
and torch refuses it otherwise.
"""

from __future__ import annotations

import ast
import builtins
import re

from transpiler.source.bound_values import BoundValues, bound_values
from transpiler.source.syntax import all_in

#: Functions of numpy that turn an array round.
FLIPS = frozenset({"flip", "fliplr", "flipud", "rot90"})
#: Those of pandas that do, as far as it copies no data: all that may keep the order of rows.
_OF_TABLES = frozenset(
    {
        "DataFrame", "Series", "drop", "reset_index", "set_index", "rename", "rename_axis",
        "set_axis", "dropna", "fillna", "ffill", "bfill", "interpolate", "drop_duplicates", "head",
        "tail", "truncate", "filter", "select_dtypes", "assign", "astype", "infer_objects",
        "convert_dtypes", "to_frame", "pipe", "replace", "where", "mask", "reindex", "align",
    }
)  # fmt: skip
#: Functions and methods that give a view of an array, or itself.
_VIEWS = _OF_TABLES | frozenset(
    {
        "asarray", "asanyarray", "transpose", "swapaxes", "moveaxis", "rollaxis", "expand_dims",
        "squeeze", "reshape", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_to", "split",
        "array_split", "diagonal", "view", "to_numpy", "require", "broadcast_arrays", "hsplit",
        "vsplit", "dsplit", "einsum",
    }
)  # fmt: skip
#: Methods that give what a dict, list or iterator holds.
_TAKING = frozenset({"get", "pop", "popitem", "popleft", "setdefault", "items", "values"})
#: Packages none of whose functions turn an array round by themselves.
_KNOWN = frozenset(
    {
        "numpy", "sklearn", "tensorflow", "keras", "tf_keras", "scipy", "pandas", "cv2", "PIL",
        "skimage", "matplotlib", "torch", "math", "random", "os", "time", "pathlib", "copy",
    }
)  # fmt: skip


class Turned:
    """The values of a program, and of those modules of its project that turn arrays round."""

    def __init__(self, text: str, others: tuple[str, ...]) -> None:
        self._text = text
        self._own = bound_values(text)
        self._others = [found for found in map(bound_values, others) if found is not None]
        self._known = self._own is not None and len(self._others) == len(others)

    def may_be(self, text: str) -> bool:
        """Whether an expression of the program, or one that we made of such, may be one."""
        try:
            node = ast.parse(f"({text}\n)", mode="eval").body
        except SyntaxError:
            return True
        return not self._known or self._may(node, frozenset())

    @property
    def _all(self) -> list[BoundValues]:
        return [*([self._own] if self._own else []), *self._others]

    def _may(self, node: ast.expr | None, seen: frozenset[str]) -> bool:
        match node:
            case ast.Constant() | ast.JoinedStr() | ast.Compare() | ast.UnaryOp() | ast.Lambda():
                return False
            case ast.BinOp(left=left, op=ast.Add(), right=right):  # maybe of two lists
                return self._may(left, seen) or self._may(right, seen)
            case ast.BinOp():
                return False
            case ast.Name(id=name):
                return self._name(name, seen)
            case ast.Attribute():
                return self._attribute(node, seen)
            case ast.Subscript(value=value, slice=index):
                return self._turns(index, frozenset()) or self._may(value, seen)
            case ast.Call():
                return self._call(node, seen)
            case ast.Starred(value=value) | ast.NamedExpr(value=value):
                return self._may(value, seen)
            case ast.IfExp(body=one, orelse=other):
                return self._may(one, seen) or self._may(other, seen)
            case ast.BoolOp(values=parts) | ast.Dict(values=parts):
                return self._any(parts, seen)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return self._any(parts, seen)
            case ast.ListComp(elt=value) | ast.GeneratorExp(elt=value) | ast.DictComp(value=value):
                return self._may(value, seen)
        return True

    def _any(self, nodes: list[ast.expr], seen: frozenset[str]) -> bool:
        return any(self._may(node, seen) for node in nodes)

    def _name(self, name: str, seen: frozenset[str]) -> bool:
        if name in seen:
            return False
        values = self._values(name)
        if values:
            return any(self._may(value, seen | {name}) for value in values)
        if self._own is not None and name in self._own.imported:
            return name in FLIPS or not self._is_foreign(name)
        return self._mentions(name)  # what the program does not name, we have made

    def _values(self, name: str) -> list[ast.expr | None]:
        """What a name of the program stands for, also where it is imported."""
        assert self._own is not None
        values = [*self._own.values.get(name, [])]
        given = self._own.given.get(name, [])
        values += [None] if given and self._others else given  # others may call its functions
        imported = self._own.imported.get(name, "").rpartition(".")[2]
        return [*values, *(v for one in self._others for v in one.values.get(imported, ()))]

    def _attribute(self, node: ast.Attribute, seen: frozenset[str]) -> bool:
        name = f".{node.attr}"
        if node.attr in FLIPS or any(node.attr in one.functions for one in self._all):
            return True  # the function, or a property
        values = [value for one in self._all for value in one.values.get(name, ())]
        if isinstance(node.value, ast.Name) and node.value.id in self._imported():
            values += [value for one in self._others for value in one.values.get(node.attr, ())]
        if values and name not in seen:
            return any(self._may(value, seen | {name}) for value in values)
        return not values and self._may(node.value, seen)

    def _call(self, node: ast.Call, seen: frozenset[str]) -> bool:
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        match node.func:
            case ast.Name(id=name):
                if name in FLIPS or self._is_own(name) or self._takes_functions(arguments):
                    return True
                if name in self._imported():
                    views = name in _VIEWS or not self._is_foreign(name)
                    return views and self._any(arguments, seen)
                if hasattr(builtins, name):
                    return self._any(arguments, seen)
                return self._mentions(name)
            case ast.Attribute(value=value, attr=name):
                if name in FLIPS or self._has_method(name):
                    return True
                if name in _VIEWS or any(keyword.arg == "copy" for keyword in node.keywords):
                    return self._may(value, seen) or self._any(arguments, seen)
                if isinstance(value, ast.Name) and value.id in self._imported():
                    if not self._is_foreign(value.id):
                        return self._any(arguments, seen)
                return name in _TAKING and self._may(value, seen)
        return True

    def _is_own(self, name: str) -> bool:
        """Whether a name that is called stands for a function, class or object of the project."""
        assert self._own is not None
        if name in {*self._own.functions, *self._own.values, *self._own.given}:
            return True
        imported = self._own.imported.get(name, "").rpartition(".")[2]
        return any(imported in (*one.functions, *one.values) for one in self._others)

    def _has_method(self, name: str) -> bool:
        """Whether the project has a function of such a name, or puts one into an attribute."""
        own = any(name in one.functions or f".{name}" in one.values for one in self._all)
        return own or any(name in one.values for one in self._others)

    def _takes_functions(self, arguments: list[ast.expr]) -> bool:
        """Whether some of the arguments of a call are functions, which may turn what they get."""
        for argument in arguments:
            for node in all_in(argument):
                name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
                defined = any(name in one.functions for one in self._all)
                if isinstance(node, ast.Lambda) or name in FLIPS or (defined and name):
                    return True
        return False

    def _turns(self, index: ast.expr, seen: frozenset[str]) -> bool:
        """Whether a subscript may go backwards."""
        match index:
            case ast.Slice(step=step):
                return step is not None and not self._is_positive(step)
            case ast.Tuple(elts=parts):
                return any(self._turns(part, seen) for part in parts)
            case ast.Call(func=ast.Name(id="slice"), args=[_, _, step]):
                return not self._is_positive(step)
            case ast.Subscript(value=ast.Attribute(attr="s_" | "index_exp"), slice=inner):
                return self._turns(inner, seen)
            case ast.Name(id=name) if name not in seen:
                values = [value for value in self._values(name) if value is not None]
                return any(self._turns(value, seen | {name}) for value in values)
        return False

    def _is_positive(self, step: ast.expr | None) -> bool:
        match step:
            case ast.Constant(value=int() | None):
                return True
            case ast.Name(id=name):
                values = self._values(name)
                return bool(values) and all(
                    isinstance(value, ast.Constant) and self._is_positive(value) for value in values
                )
        return False

    def _imported(self) -> dict[str, str]:
        assert self._own is not None
        return self._own.imported

    def _is_foreign(self, name: str) -> bool:
        """Whether an import is of a package that turns nothing round by itself."""
        return self._imported()[name].partition(".")[0] in _KNOWN

    def _mentions(self, name: str) -> bool:
        return re.search(rf"(?<![\w.]){re.escape(name)}\b", self._text) is not None
