"""Which expressions surely are arrays of whole numbers, by where they come from.

labels = rng.integers(0, 3, size=100)       labels[:50], too; lists and arrays of floats are none
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.source.occurrences import Positions
from transpiler.source.reached import program_of
from transpiler.source.syntax import all_in, python_tree

_MAKERS = frozenset({"randint", "integers", "argmax", "argmin", "arange", "digitize", "bincount"})
_BUNCHES = frozenset({"load_digits", "load_iris", "load_wine", "load_breast_cancer"})
#: Data sets whose targets are numbers of any kind.
_MEASURED = ("boston_housing", "california_housing")
#: Methods, and functions of numpy, that give numbers of the same kind.
_SAME = frozenset({
    "asarray", "concatenate", "copy", "expand_dims", "flatten", "permutation", "ravel", "repeat",
    "reshape", "squeeze", "tile",
})  # fmt: skip
_TYPES = frozenset({"int", "int32", "int64", "np.int32", "np.int64", "numpy.int64"})
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Mod, ast.FloorDiv)


def are_whole_numbers(text: str, expression: str, begin: int) -> bool:
    """Whether an expression at an offset of a program is such an array."""
    parsed = python_tree(f"({expression})")
    made = parsed.body[0] if parsed is not None and parsed.body else None
    return isinstance(made, ast.Expr) and _Arrays(text, begin).are_whole(made.value)


class _Arrays:
    """What the variables of a program hold before an offset."""

    def __init__(self, text: str, begin: int) -> None:
        self._tree = program_of(text).tree
        self._positions, self._begin = Positions(text), begin
        self._seen: set[str] = set()

    def are_whole(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name):
                return self._holds(name)
            case ast.Attribute(value=ast.Name(id=name), attr="target"):
                return bool(made := [*self._given(name)]) and all(map(_is_bunch, made))
            case ast.Subscript(value=held):
                return self.are_whole(held)
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
                both = self.are_whole(left), self.are_whole(right)
                return all(both) or (any(both) and (_is_whole(left) or _is_whole(right)))
            case ast.Call(func=ast.Name(id=name)) if name in _BUNCHES:
                return True
            case ast.Call(func=ast.Attribute(value=held, attr=name), args=args, keywords=options):
                return self._gives(held, name, args, {o.arg: o.value for o in options})
        return False

    def _gives(
        self, held: ast.expr, name: str, args: list[ast.expr], options: dict[str | None, ast.expr]
    ) -> bool:
        """Whether a method, or a function of a module, gives whole numbers."""
        dtype = options.get("dtype")
        if name == "astype":
            return bool(args) and _type_of(args[0]) in _TYPES
        if dtype is not None:
            return _type_of(dtype) in _TYPES
        if name == "arange":
            return all(map(_is_whole, args)) or all(isinstance(a, ast.Call) for a in args)
        if name in _MAKERS:
            return True
        if name == "array":
            return bool(args) and (_lists_whole(args[0]) or self.are_whole(args[0]))
        if name == "load_data":
            return not ast.unparse(held).endswith(_MEASURED)
        if name not in _SAME:
            return False
        is_module = isinstance(held, ast.Name) and held.id in _imported(self._tree)
        if not is_module and not isinstance(held, ast.Attribute):
            return self.are_whole(held)
        parts = args[0].elts if args and isinstance(args[0], (ast.Tuple, ast.List)) else args[:1]
        return bool(parts) and all(map(self.are_whole, parts))

    def _holds(self, name: str) -> bool:
        """Whether all that a variable has got so far are such arrays."""
        if name in self._seen:
            return True
        self._seen.add(name)
        given = [*self._given(name)]
        return bool(given) and all(value is not None and self.are_whole(value) for value in given)

    def _given(self, name: str) -> Iterator[ast.expr | None]:
        """What a variable gets before the offset; None where that is not looked into."""
        found = set[ast.AST]()
        for node in all_in(self._tree):
            for target in node.targets if isinstance(node, ast.Assign) else ():
                assert isinstance(node, ast.Assign)
                places = [n for n in all_in(target) if isinstance(n, ast.Name) and n.id == name]
                found.update(places)
                if places and self._positions.span(node)[1] < self._begin:
                    yield _part(target, node.value, name)
        for node in all_in(self._tree):
            if isinstance(node, ast.Name) and node.id == name and node not in found:
                if not isinstance(node.ctx, ast.Load):
                    yield None
            elif isinstance(node, ast.arg) and node.arg == name:
                yield None


def _imported(tree: ast.Module) -> set[str]:
    """The names that a program imports."""
    imports = (n.names for n in all_in(tree) if isinstance(n, (ast.Import, ast.ImportFrom)))
    return {(a.asname or a.name).partition(".")[0] for names in imports for a in names}


def _part(target: ast.expr, value: ast.expr, name: str) -> ast.expr | None:
    """What a variable among several gets."""
    if isinstance(target, ast.Name):
        return value
    called = value.func if isinstance(value, ast.Call) else None
    named = getattr(called, "attr", getattr(called, "id", ""))
    if named == "load_data":
        return value
    if named in _BUNCHES and isinstance(target, ast.Tuple):  # `return_X_y=True`
        return value if getattr(target.elts[-1], "id", "") == name else None
    if named == "train_test_split" and isinstance(target, (ast.Tuple, ast.List)):
        assert isinstance(value, ast.Call)
        names = [getattr(one, "id", "") for one in target.elts]
        place = names.index(name) // 2 if name in names else len(value.args)
        return value.args[place] if place < len(value.args) else None
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=False)
        parts = (_part(t, v, name) for t, v in pairs if name in _names_in(t))
        return next(parts, None)
    return None


def _names_in(target: ast.expr) -> set[str]:
    return {node.id for node in all_in(target) if isinstance(node, ast.Name)}


def _is_bunch(value: ast.expr | None) -> bool:
    called = value.func if isinstance(value, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) in _BUNCHES


def _type_of(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _is_whole(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _lists_whole(node: ast.expr) -> bool:
    """Whether a list, perhaps of lists, holds whole numbers alone, also `[0, 1] * 10`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _lists_whole(node.left)
    if isinstance(node, (ast.List, ast.Tuple)):
        return bool(node.elts) and all(_is_whole(e) or _lists_whole(e) for e in node.elts)
    return False
