"""What names stand for in modules, classes and running functions, for `far_values.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from transpiler.record import record
from transpiler.source.imported import imported_texts, read_text, real_path
from transpiler.source.importers import importing_files, may_have_framework
from transpiler.source.lexical import imports_framework, skips
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, parts_of

_MOST = 3000  #: calls that are followed for one file
_LOOKS = 50_000  #: expressions that are looked at for that
_NODES = 4096  #: bodies of code of which is kept what is in them


@lru_cache(maxsize=1024)
def reaches_framework(text: str, path: str) -> bool:
    """Whether a file imports one that imports the framework, through any number of files.

    A word of it in a text alone makes no models.
    """
    if not path or "import" not in text or not may_have_framework(path):
        return False
    pending, seen = [(text, path)], {real_path(path)}
    while pending:
        text, path = pending.pop()
        for other, imported in imported_texts(text, path):
            if (real := real_path(str(other))) not in seen:
                seen.add(real)
                if imports_framework(imported) and not skips(imported):
                    return True
                if _filled_by_framework(real):
                    return True
                pending.append((imported, real))
    return False


@remembered
def _filled_by_framework(path: str) -> bool:
    """Whether a file of the framework imports one, and may put models into what that has."""
    importing = importing_files(path, PUTS)
    return any(imports_framework(read_text(other)) for other in importing)


#: What a file must have that may put something into a list or dict of another one.
PUTS = r"\]\s*=(?!=)|@\w|\.(?:append|add|insert|setdefault|extend|update)\("


@record(frozen=True, slots=True)
class Thing:
    """A value of the framework."""

    kind: str
    home: str  #: the path of the file that makes it
    made: str = ""  #: the class of the program's own that it is made of


@record(frozen=True, slots=True)
class Name:
    """What an import from outside of the project gives, or an attribute of that."""

    dotted: str


@record(frozen=True, slots=True)
class Bound:
    """A method of a value of the framework."""

    of: Thing
    name: str


@record(frozen=True, slots=True)
class Module:
    path: str


@record(frozen=True, slots=True)
class Made:
    """A function or class, where it stands: in a module, or in what a call of a function runs."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    frame: Frame
    of: Value = frozenset()  #: the object that it is a method of


@record(frozen=True, slots=True)
class Object:
    """An object of a class of the project, made with these arguments.

    Also what its other methods get: of `add(model)`, under "add.model"; and what its attributes
    are set to from outside, under ".model".
    """

    made: Made
    given: tuple[tuple[str, Value], ...] = ()


@record(frozen=True, slots=True)
class Row:
    parts: tuple[Value, ...]


@record(frozen=True, slots=True)
class Box:
    """A list or dict."""

    held: Value


@record(frozen=True, slots=True)
class Anything:
    """Something of which nothing is known."""


Atom: TypeAlias = "Thing | Name | Bound | Module | Made | Object | Row | Box | Anything"
#: All that an expression may be.
Value: TypeAlias = frozenset[Atom]

NOTHING: Value = frozenset()
ANYTHING: Value = frozenset({Anything()})


class Steps:
    """How many calls may still be followed."""

    left = 0  #: of those that run something which has not been run so
    looks = 0  #: how many expressions may still be looked at

    @classmethod
    def taken(cls) -> bool:
        """Whether there was one left."""
        cls.left -= 1
        return cls.left >= 0

    @classmethod
    def looked(cls) -> bool:
        """Whether an expression may be looked at: objects that keep each other have no end."""
        cls.looks -= 1
        return cls.looks >= 0

    @classmethod
    def begin(cls) -> None:
        """For another file."""
        cls.left, cls.looks = _MOST, _LOOKS


class Frame:
    """What the names of a module, a class or a running function stand for."""

    def __init__(
        self, path: str, node: ast.AST, outer: Frame | None, given: dict[str, Value], depth: int = 0
    ) -> None:
        self.path = path
        self.node = node
        self.outer = outer
        self.given = given
        self.depth = depth
        self.known: dict[object, Value] = {}
        self.inner: dict[ast.AST, Frame] = {}  #: those of its classes
        self.bindings = _bindings_in(node)
        self.puts = _puts_in(node)
        #: what methods of the classes of others get in a module, by the class
        self.kept: dict[ast.AST, dict[str, Value]] = {}

    def module(self) -> Frame:
        """That of the module that it is in."""
        return self if self.outer is None else self.outer.module()


#: Methods that put something into a list, set or dict, or all that is in another one.
PUTTING = frozenset({"append", "add", "insert", "setdefault", "extend", "update"})


def put_in(method: str, value: Value) -> Value:
    """The list or dict that has what a method puts in."""
    return value if method in ("extend", "update") else frozenset({Box(value)})


_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@lru_cache(maxsize=_NODES)
def inside(node: ast.AST) -> tuple[ast.AST, ...]:
    """The nodes of a body, without those of the functions and classes in it."""
    body = getattr(node, "body", [])
    pending: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    found = []
    while pending:
        node = pending.pop()
        found.append(node)
        if not isinstance(node, _INNER):
            pending += parts_of(node)
    return tuple(found)


@lru_cache(maxsize=_NODES)
def _bindings_in(body: ast.AST) -> dict[str, list[tuple[ast.AST, ...]]]:
    """The statements that bind each name, with the target or alias in question."""
    found: dict[str, list[tuple[ast.AST, ...]]] = {}
    for node in inside(body):
        if type(node) in _BINDING:
            for name, *how in _bound_by(node):
                found.setdefault(name, []).append((node, *how))
    return found


@lru_cache(maxsize=_NODES)
def _puts_in(body: ast.AST) -> dict[str, list[ast.Call | ast.Assign]]:
    """The statements that put something into the list or dict that a variable is."""
    found: dict[str, list[ast.Call | ast.Assign]] = {}
    for node in inside(body):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=put), args=[_, *_]):
                if put in PUTTING:
                    found.setdefault(name, []).append(node)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))]):
                found.setdefault(name, []).append(node)
    return found


#: What `_bound_by` looks at.
_BINDING = frozenset(
    {
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom,
        ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.AsyncFor,
        ast.comprehension, ast.withitem,
    }
)  # fmt: skip


def _bound_by(node: ast.AST) -> Iterator[tuple[str, ast.AST] | tuple[str]]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield (name,)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                bound = alias.asname or alias.name
                bound = bound if isinstance(node, ast.ImportFrom) else bound.partition(".")[0]
                yield bound, alias
        case ast.Assign(targets=targets):
            for target in targets:
                named = (n for n in all_in(target) if isinstance(n, ast.Name))
                yield from ((n.id, target) for n in named if isinstance(n.ctx, ast.Store))
        case ast.AnnAssign(target=ast.Name(id=name) as target) if node.value is not None:
            yield name, target
        case ast.AugAssign(target=ast.Name(id=name) as target):
            yield name, target
        case ast.NamedExpr(target=target):
            yield target.id, target
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            yield from ((n.id, node.target) for n in all_in(node.target) if isinstance(n, ast.Name))
        case ast.withitem(optional_vars=ast.Name(id=name) as target):
            yield name, target
