"""Where a program asks objects of other libraries, whose methods are called like those of models.

model = LogisticRegression()
model.fit(x, y)                     # this one
model = keras.Sequential()
model.fit(x, y)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from transpiler.source.occurrences import Positions
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, parts_of, program_tree

#: Libraries whose estimators have `fit` and `predict`, and hold no models of Keras.
_LIBRARIES = frozenset(
    {"sklearn", "xgboost", "lightgbm", "catboost", "statsmodels", "imblearn", "pmdarima", "prophet"}
)
#: What holds models of Keras as estimators of scikit-learn.
_WRAPPING = ("KerasClassifier", "KerasRegressor")
#: Methods that give their object again.
_SAME = frozenset({"fit", "set_params"})
_ROOMS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
#: Statements in which one block finds what another has left behind, or the round before.
_AGAIN = (ast.For, ast.AsyncFor, ast.While, ast.Try)
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


@remembered
def foreign_objects(text: str) -> frozenset[tuple[int, int]]:
    """The spans of variables that are asked while they surely hold such an object."""
    wraps = any(name in text for name in _WRAPPING)
    module = program_tree(text) if not wraps and any(n in text for n in _LIBRARIES) else None
    if module is None:
        return frozenset()
    makers = frozenset(_imported(module))
    if not makers:
        return frozenset()
    functions = [node for node in all_in(module) if isinstance(node, ast.FunctionDef)]
    rooms: list[ast.Module | ast.FunctionDef] = [module, *functions]
    places = (place for room in rooms for place in _Room(room, makers).asked())
    return frozenset(map(Positions(text).span, places))


def _imported(module: ast.Module) -> Iterator[str]:
    """The names that stand for something of these libraries."""
    bound: dict[str, list[str]] = {}
    for node in all_in(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound.setdefault(alias.asname or alias.name.split(".")[0], []).append(alias.name)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                home = "" if node.level else node.module or ""
                bound.setdefault(alias.asname or alias.name, []).append(home)
    return (n for n, homes in bound.items() if all(h.split(".")[0] in _LIBRARIES for h in homes))


class _Room:
    """The statements of a function, or of the module."""

    def __init__(self, room: ast.Module | ast.FunctionDef, makers: frozenset[str]) -> None:
        self._room, self._makers = room, makers
        taken = all_in(room.args) if isinstance(room, ast.FunctionDef) else ()
        self._given = {one.arg for one in taken if isinstance(one, ast.arg)}

    def asked(self) -> Iterator[ast.expr]:
        """The variables that are asked for an attribute while they hold such an object."""
        yield from self._in(self._room.body, {})

    def _in(self, body: Sequence[ast.AST], held: dict[str, bool]) -> Iterator[ast.expr]:
        """The same in some statements; `held` are the variables with one, and then those behind."""
        for statement in body:
            if isinstance(statement, _ROOMS):
                continue
            inner = [block for name in _BLOCKS for block in getattr(statement, name, ())]
            if not inner:
                yield from self._asked_in(statement, held)
                self._bind(statement, held)
                continue
            for part in (part for part in parts_of(statement) if part not in inner):
                yield from self._asked_in(part, held)
                self._bind(part, held)
            if isinstance(statement, _AGAIN):
                self._bind_perhaps(statement, held)
            for name in _BLOCKS:
                yield from self._in(getattr(statement, name, ()), dict(held))
            self._bind_perhaps(statement, held)

    def _bind_perhaps(self, statement: ast.AST, held: dict[str, bool]) -> None:
        """Note what variables hold behind statements of which not all may have run."""
        for name, value in _bound(statement):
            held[name] = held.get(name, False) and self._is_foreign(value)

    def _asked_in(self, node: ast.AST, held: dict[str, bool]) -> Iterator[ast.expr]:
        for inner in all_in(node):
            match inner:
                case ast.Attribute(value=ast.Name(id=name) as asked) if held.get(name):
                    yield asked

    def _bind(self, statement: ast.AST, held: dict[str, bool]) -> None:
        for name, value in _bound(statement):
            held[name] = self._is_foreign(value)

    def _is_foreign(self, value: ast.expr | None) -> bool:
        """Whether it makes such an object."""
        match value:
            case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _SAME:
                return self._is_foreign(inner)
            case ast.Call(func=function):
                while isinstance(function, ast.Attribute):
                    function = function.value
                name = function.id if isinstance(function, ast.Name) else ""
                return name in self._makers and name not in self._given
        return False


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """The variables that something binds, each with its value; None of one that is not plain."""
    values = {}
    for inner in all_in(node):
        match inner:
            case ast.Assign(targets=[ast.Name() as target], value=value):
                values[target] = value
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                values[target] = value
    for inner in all_in(node):
        match inner:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name, values.get(inner)
            case ast.ExceptHandler(name=str(name)) | ast.FunctionDef(name=name):
                yield name, None
            case ast.ClassDef(name=name) | ast.alias(asname=str(name)):
                yield name, None
            case ast.alias(name=name):
                yield name, None
