"""Which variables of a module surely hold tables of pandas, or arrays of as many rows and columns.

df = pd.read_csv("wine.csv")
X_train, X_test = train_test_split(scaler.fit_transform(df.drop(columns="quality")))
"""

from __future__ import annotations

import ast
from functools import lru_cache

from transpiler.source.syntax import program_tree

#: Functions of pandas that give a table whatever they get.
_MAKERS = frozenset({"read_csv", "read_excel", "read_table", "DataFrame", "get_dummies"})
#: Methods that give a table for a table, or an array of its rows and columns.
_KEEPING = frozenset(
    {
        "drop", "copy", "dropna", "fillna", "sample", "reset_index", "astype", "head", "tail",
        "drop_duplicates", "rename", "replace", "to_numpy", "round", "clip",
    }
)  # fmt: skip
#: The same of what is given to the methods of others.
_SCALING = frozenset({"fit_transform", "transform"})
_COPYING = frozenset({"np.array", "np.asarray", "numpy.array", "numpy.asarray"})
_SPLIT = "train_test_split"


@lru_cache(maxsize=4)
def rows_of(text: str) -> Rows:
    """The tables and arrays of a program, found once."""
    return Rows(text)


class Rows:
    """What each variable of a module is given, wherever that is."""

    def __init__(self, text: str) -> None:
        self._given: dict[str, list[ast.expr | None]] = {}
        module = program_tree(text) if "pandas" in text else None
        for node in ast.walk(module) if module is not None else ():
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._bind(target, node.value)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._given.setdefault(node.id, []).append(None)
            elif isinstance(node, ast.arg):
                self._given.setdefault(node.arg, []).append(None)

    def hold(self, name: str) -> bool:
        """Whether a variable holds nothing else at any time."""
        return self._has_columns(ast.Name(name), frozenset())

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        """Remember what an assignment gives; each name is met once more by itself."""
        if isinstance(target, ast.Name):
            self._given.setdefault(target.id, []).append(value)
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, ast.Call):
            parts = [part for part in value.args for _ in range(2)]
            if _last_name(value.func) == _SPLIT and len(parts) == len(target.elts):
                for one, part in zip(target.elts, parts, strict=True):
                    self._bind(one, part)

    def _has_columns(self, node: ast.expr, asked: frozenset[str]) -> bool:
        match node:
            case ast.Name(id=name):
                given = self._given.get(name, [])
                known = [value for value in given if value is not None]
                # each assignment is met twice: as one, and as the name that it stores to
                whole = bool(known) and len(given) == 2 * len(known)
                if name in asked:  # `df = df.dropna()`: the others tell
                    return len(known) > 1
                return whole and all(self._has_columns(v, asked | {name}) for v in known)
            case ast.Attribute(value=value, attr="values"):
                return self._has_columns(value, asked)
            case ast.Subscript(value=value, slice=ast.List()):
                return self._has_columns(value, asked)
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self._has_columns(value, asked)
            case ast.BinOp(left=left):
                return self._has_columns(left, asked)
            case ast.Call():
                return self._gives_columns(node, asked)
        return False

    def _gives_columns(self, call: ast.Call, asked: frozenset[str]) -> bool:
        name = _last_name(call.func)
        if isinstance(call.func, ast.Attribute):
            if ast.unparse(call.func.value) == "pd" and name in _MAKERS:
                return True
            if name in _KEEPING:
                return self._has_columns(call.func.value, asked)
        copies = name in _SCALING or ast.unparse(call.func) in _COPYING
        return copies and bool(call.args) and self._has_columns(call.args[0], asked)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
