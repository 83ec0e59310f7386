"""Models that an object has from its beginning, and loads anew: it reads their weights.

self.model = load_model(path)         self.model.load_weights(path)

The class writes such files itself. They hold the state of the optimizer, too: that is said.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_LOADED = regex(r"^[ \t]+self\.\w+ *= *(?:[\w.]+\.)?load_model\(", re.MULTILINE)
#: How Keras's file is read, not what is in it.
_READING = frozenset({"compile", "custom_objects", "safe_mode"})
_WEIGHTS_ALONE = (
    "`{0}` reads the weights of the file; a file of Keras has the state of the optimizer, too, "
    "with which Keras goes on training"
)


def loaded_in_methods(text: str) -> Rewritten | None:
    """The text in which such methods read weights, if it has any."""
    if not _LOADED.search(text):
        return None
    module = program_tree(text)
    positions = Positions(text)
    edits: dict[Span, str] = {}
    left: list[str] = []
    said: list[tuple[int, str]] = []
    for owner in all_in(module) if module is not None else ():
        if isinstance(owner, ast.ClassDef):
            for method, statement, name, path in _loads(owner):
                span = positions.span(statement)
                if not comments_in(text[slice(*span)]):
                    edits[span] = f"self.{name}.load_weights({text[slice(*positions.span(path))]})"
                    left.append(edits[span])
                    said.append((statement.lineno, _WEIGHTS_ALONE.format(method.name)))
    return rewritten(text, edits, left, said) if edits else None


def _loads(
    owner: ast.ClassDef,
) -> Iterator[tuple[ast.FunctionDef, ast.Assign, str, ast.expr]]:
    """The methods of a class that load a model which it has made before, and from where."""
    made, saved = {*_made(owner)}, {*_saved(owner)}
    for method in owner.body:
        if not isinstance(method, ast.FunctionDef) or method.name == "__init__":
            continue
        for statement in all_in(method):
            match statement:
                case ast.Assign(
                    targets=[ast.Attribute(ast.Name("self"), name)],
                    value=ast.Call(args=[path], keywords=more) as call,
                ) if (
                    _is_load(call) and name in made & saved
                ):
                    if all(one.arg in _READING for one in more):
                        yield method, statement, name, path


def _is_load(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name("load_model") | ast.Attribute(attr="load_model")):
            return True
    return False


def _made(owner: ast.ClassDef) -> Iterator[str]:
    """The attributes that each object gets at once by some call."""
    for method in owner.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            for statement in method.body:
                match statement:
                    case ast.Assign(
                        targets=[ast.Attribute(ast.Name("self"), name)], value=ast.Call() as call
                    ) if not _is_load(call):
                        yield name


def _saved(owner: ast.ClassDef) -> Iterator[str]:
    """The attributes that a method saves as a model."""
    for node in all_in(owner):
        match node:
            case ast.Call(func=ast.Attribute(ast.Attribute(ast.Name("self"), name), "save")):
                yield name
            case ast.Call(
                func=ast.Name("save_model") | ast.Attribute(attr="save_model"),
                args=[ast.Attribute(ast.Name("self"), name), *_],
            ):
                yield name
