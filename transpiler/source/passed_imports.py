"""Names that a file has from another one, also of the framework: `from common import keras`."""

from __future__ import annotations

import ast
import builtins
import os
from collections.abc import Iterator
from functools import lru_cache

from transpiler.record import record
from transpiler.source.far_frames import (
    Frame,
    Made,
    Module,
    Steps,
    inside,
)
from transpiler.source.far_kinds import FRAMEWORKS
from transpiler.source.far_values import class_frame, frame_for, frame_of, located, value_of
from transpiler.source.imported import imported_texts, locate, read_text, real_path
from transpiler.source.importers import importing_files
from transpiler.source.lexical import is_about_framework, skips
from transpiler.source.syntax import program_tree

_DEEPEST = 4  #: of files that only pass on what others have


@record(frozen=True, slots=True)
class Taken:
    """A name that a file reads of another one."""

    #: The files that pass it on, by their paths, and what they call it.
    homes: tuple[tuple[str, str], ...]
    of_framework: bool = False


_NONE = Taken(())


@lru_cache(maxsize=256)
def takes_framework(text: str, path: str) -> bool:
    """Whether a file without a word of the framework reads names of it that others pass on."""
    if not path or not _passes_on(text, path, 0):
        return False
    return any(taken.of_framework for taken in names_taken(text, path))


@lru_cache(maxsize=256)
def names_taken(text: str, path: str) -> list[Taken]:
    """The names that a file reads of others."""
    tree = program_tree(text)
    if tree is None:
        return []
    Steps.begin()
    found = dict.fromkeys(_taken_in(Frame(real_path(path), tree, None, {})))
    return [taken for taken in found if taken.homes]


def is_taken(path: str, name: str) -> bool:
    """Whether another file reads what a file has under some name."""
    home = real_path(path), name
    return any(
        home in taken.homes
        for other in importing_files(path, rf"\b{name}\b|\*")
        for taken in names_taken(read_text(other), other)
    )


def does_something(path: str, module: str) -> bool:
    """Whether a module that a file imports does more than to bind names, as far as one sees."""
    found = locate(os.path.dirname(real_path(path)), module, read_text(path)) if path else None
    frame = frame_of(str(found)) if found is not None else None
    for node in inside(frame.node) if frame is not None else ():
        match node:
            case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Delete():
                return True
            case ast.Assign(targets=targets):
                if any(isinstance(one, (ast.Attribute, ast.Subscript)) for one in targets):
                    return True
    return False


def _passes_on(text: str, path: str, depth: int) -> bool:
    """Whether a file imports one that is about the framework, or has it from such a one."""
    others = imported_texts(text, path) if depth < _DEEPEST else ()
    return any(
        (is_about_framework(other) and not skips(other)) or _passes_on(other, str(home), depth + 1)
        for home, other in others
        if "import" in other
    )


def _taken_in(frame: Frame) -> Iterator[Taken]:
    """What a body of code reads, with the functions and classes in it."""
    for node in inside(frame.node):
        match node:
            case ast.ImportFrom():
                other = located(node, frame)
                if other is not None and node.names[0].name == "*" and _has_framework(other, set()):
                    yield Taken(((other.path, "*"),), True)
                yield from (_taken(alias.name, other) for alias in node.names)
            case ast.Attribute(value=of, attr=name) if _may_be_module(of, frame):
                modules = (one for one in value_of(of, frame) if isinstance(one, Module))
                yield from (_taken(name, frame_of(one.path)) for one in modules)
            case ast.Name(id=name, ctx=ast.Load()) if not _is_bound(name, frame):
                yield _starred(name, frame.module())
            case ast.ClassDef():
                yield from _taken_in(class_frame(Made(node, frame)))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from _taken_in(frame_for(Made(node, frame), {}))


def _has_framework(frame: Frame, seen: set[str]) -> bool:
    """Whether a module imports something of the framework, or all from one that does."""
    seen.add(frame.path)
    for statement, *_ in (found for every in frame.bindings.values() for found in every):
        if isinstance(statement, ast.Import):
            if any(alias.name.partition(".")[0] in FRAMEWORKS for alias in statement.names):
                return True
        elif isinstance(statement, ast.ImportFrom):
            other = located(statement, frame) if statement.names[0].name == "*" else None
            further = other is not None and other.path not in seen and _has_framework(other, seen)
            if further or _is_of_framework(statement):
                return True
    return False


def _may_be_module(node: ast.expr, frame: Frame | None) -> bool:
    """Whether an expression starts with a name that is imported."""
    while isinstance(node, ast.Attribute):
        node = node.value
    while isinstance(node, ast.Name) and frame is not None:
        for statement, *_ in frame.bindings.get(node.id, ()):
            return isinstance(statement, (ast.Import, ast.ImportFrom))
        frame = frame.outer
    return False


def _is_bound(name: str, frame: Frame | None) -> bool:
    """Whether a name is one of the file's own, or one that it imports by this name."""
    while frame is not None:
        if name in frame.bindings or name in frame.given:
            return True
        frame = frame.outer
    return hasattr(builtins, name)


def _taken(name: str, frame: Frame | None, seen: frozenset[tuple[str, str]] = frozenset()) -> Taken:
    """What a name of a module leads to."""
    if frame is None or name == "*" or (own := (frame.path, name)) in seen:
        return _NONE
    seen |= {own}
    of_framework, beyond = False, _NONE
    for statement, *how in frame.bindings.get(name, ()):
        match statement:
            case ast.Import(names=names):
                of_framework |= any(a.name.partition(".")[0] in FRAMEWORKS for a in names)
            case ast.ImportFrom():
                of_framework |= _is_of_framework(statement)
                alias = how[0]
                assert isinstance(alias, ast.alias)
                beyond = _taken(alias.name, located(statement, frame), seen)
            case ast.Assign(value=value):
                while isinstance(value, ast.Attribute):
                    value = value.value
                if isinstance(value, ast.Name):
                    root = _taken(value.id, frame, seen)
                    of_framework |= root.of_framework
    if name not in frame.bindings:
        beyond = _starred(name, frame, seen)
        return Taken((own, *beyond.homes), beyond.of_framework) if beyond.homes else _NONE
    return Taken((own, *beyond.homes), of_framework or beyond.of_framework)


def _starred(name: str, frame: Frame, seen: frozenset[tuple[str, str]] = frozenset()) -> Taken:
    """The same for a name that a module has from a star, of another file or of the framework."""
    stars = [s for s, *_ in frame.bindings.get("*", ()) if isinstance(s, ast.ImportFrom)]
    found = (_taken(name, located(s, frame), seen) for s in stars if not _is_of_framework(s))
    framework = Taken(((frame.path, name),), True) if any(map(_is_of_framework, stars)) else _NONE
    return next((taken for taken in found if taken.homes), framework)


def _is_of_framework(statement: ast.ImportFrom) -> bool:
    return not statement.level and (statement.module or "").partition(".")[0] in FRAMEWORKS
