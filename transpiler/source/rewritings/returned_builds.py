"""Models that a function has another file build and compile, and gives at once: they get a name.

def get_model():                            def get_model():
    return unet(SIZE, CLASSES)                  model = unet(SIZE, CLASSES)
                                                return model
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.imported import read_text
from transpiler.source.occurrences import Positions
from transpiler.source.origins import imported_from
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.named_models import builders
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_GIVES = regex(r"\n[ \t]+return [A-Za-z_]\w*\(")
_NAMES = ("model", "built_model")


def returned_builds(text: str, path: str) -> Rewritten | None:
    """The text with such names, if functions of it give what builders of other files do."""
    module = program_tree(text) if path and _GIVES.search(text) else None
    positions, edits, touched = Positions(text), dict[Span, str](), list[tuple[int, int]]()
    origins = nodes_of_kind(module, ast.ImportFrom) if module is not None else []
    imported = {alias.asname or alias.name for node in origins for alias in node.names}
    for function in module.body if module is not None else ():
        if not isinstance(function, ast.FunctionDef):
            continue
        for statement, call in _given(function):
            begin, (first, last) = positions.span(statement)[0], positions.span(call)
            margin = text[text.rfind("\n", 0, begin) + 1 : begin]
            name = next((one for one in _NAMES if one not in _taken(function)), None)
            called = call.func.id if isinstance(call.func, ast.Name) else ""
            if margin.strip() or name is None or not imported & {called, "*"}:
                continue
            if not _is_builder(called, path, text):
                continue
            edits[begin, last] = f"{name} = {text[first:last]}\n{margin}return {name}"
            touched.append((statement.lineno, statement.end_lineno or 0))
    return rewritten(text, edits, touched=touched) if edits else None


def _given(function: ast.FunctionDef) -> Iterator[tuple[ast.Return, ast.Call]]:
    """Where a function gives at once what a function by a name of the module does."""
    for statement in all_in(function):
        match statement:
            case ast.Return(value=ast.Call(func=ast.Name(name)) as call):
                if name not in _taken(function):
                    yield statement, call


def _taken(function: ast.FunctionDef) -> set[str]:
    """The names that a function gives something."""
    nodes = all_in(function)
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.arg for n in nodes if isinstance(n, ast.arg)}


def _is_builder(name: str, path: str, text: str) -> bool:
    """Whether another file has a function of that name which compiles a model and gives it."""
    for home, called in imported_from(name, path, text) if name else ():
        program = read_text(home)
        module = program_tree(program) if ".compile(" in program else None
        own = [f for f in (module.body if module is not None else ()) if _is_named(f, called)]
        if module is not None and own and called in builders(module):
            return True
    return False


def _is_named(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name
