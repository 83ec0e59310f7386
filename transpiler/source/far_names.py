"""Which names files without a word of the framework read of files that have one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.source.far_frames import Frame, Module, inside
from transpiler.source.far_kinds import FRAMEWORKS
from transpiler.source.far_values import frame_of, located, value_of
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in


def names_of_others(frame: Frame) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    """Where a body of code reads a name of another file, which file that is, and the name.

    Of a package that only passes it on, it is the name that the package has.
    """
    for node in inside(frame.node):
        match node:
            case ast.ImportFrom():
                other = located(node, frame)
                for alias in node.names if node.names[0].name != "*" else ():
                    if (home := _home(alias.name, other)) is not None:
                        yield node, home.path, alias.name
            case ast.Attribute(value=of, attr=name, ctx=ast.Load()):
                for one in value_of(of, frame):
                    other = frame_of(one.path) if isinstance(one, Module) else None
                    if (home := _home(name, other)) is not None:
                        yield node, home.path, name
            case ast.Name(id=name, ctx=ast.Load()):
                if (home := _starred(name, frame)) is not None:
                    yield node, home.path, name


def bound_in(tree: ast.AST) -> Iterator[str]:
    """The names of a module; "*" where it takes all that another one has."""
    yield from Frame("", tree, None, {}).bindings


def _home(name: str, frame: Frame | None) -> Frame | None:
    """The module with a name that may go when it is converted."""
    if frame is None:
        return None
    known = _homes(frame)
    if name not in known:
        known[name] = None  # what is asked in a circle
        known[name] = _found_home(name, frame)
    return known[name]


@remembered
def _homes(frame: Frame) -> dict[str, Frame | None]:
    """Where the names of a module come from, as far as that was asked."""
    return {}


def _found_home(name: str, frame: Frame) -> Frame | None:
    if name not in frame.bindings:
        stars = (node for node, *_ in frame.bindings.get("*", ()))
        others = (located(node, frame) for node in stars if isinstance(node, ast.ImportFrom))
        found = (_home(name, other) for other in others if other is not frame)
        return next((one for one in found if one is not None), None)
    return frame if _may_go(name, frame, set()) else None


def _may_go(name: str, frame: Frame, seen: set[str]) -> bool:
    """Whether a name stands for what is made with the framework, or passed on from elsewhere."""
    if name in seen:
        return False
    seen.add(name)
    for statement, *how in frame.bindings.get(name, ()):
        if isinstance(statement, ast.ImportFrom):
            alias, other = how[0], located(statement, frame)
            assert isinstance(alias, ast.alias)
            if (statement.module or "").partition(".")[0] in FRAMEWORKS:
                return True
            if other is not None and other is not frame and _home(alias.name, other) is not None:
                return True
        elif isinstance(statement, ast.Import):
            if any(alias.name.partition(".")[0] in FRAMEWORKS for alias in statement.names):
                return True
        elif not isinstance(statement, ast.ClassDef):
            names = _names_read(statement) & frame.bindings.keys()
            if any(_may_go(one, frame, seen) for one in names):
                return True
    return False


@remembered
def _names_read(statement: ast.AST) -> frozenset[str]:
    return frozenset(node.id for node in all_in(statement) if isinstance(node, ast.Name))


def _starred(name: str, frame: Frame) -> Frame | None:
    """The module that a name comes from which a file takes with all others."""
    if name in frame.bindings or name in frame.given:
        return None
    if frame.outer is not None:
        return _starred(name, frame.outer)
    return _home(name, frame) if "*" in frame.bindings else None
