"""Models that a function has another file build and compile, and gives at once: they get a name.

def get_model():                            def get_model():
    return unet(SIZE, CLASSES)                  model = unet(SIZE, CLASSES)
                                                return model
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from transpiler.regex import regex
from transpiler.source.imported import read_text
from transpiler.source.occurrences import Positions
from transpiler.source.origins import imported_from, modules_called
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.named_models import builders
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_GIVES = regex(r"\n[ \t]+return [A-Za-z_][\w.]*\(")
_NAMES = ("model", "built_model")


def returned_builds(text: str, path: str) -> Rewritten | None:
    """The text with such names, if functions of it give what builders of other files do."""
    module = program_tree(text) if path and _GIVES.search(text) else None
    positions, edits, touched = Positions(text), dict[Span, str](), list[tuple[int, int]]()
    imported = {*_imported(module)} if module is not None else set()
    for function in nodes_of_kind(module, ast.FunctionDef) if module is not None else ():
        for statement, call in _given(function, imported):
            begin, (first, last) = positions.span(statement)[0], positions.span(call)
            margin = text[text.rfind("\n", 0, begin) + 1 : begin]
            name = next((one for one in _NAMES if one not in _taken(function)), None)
            if margin.strip() or name is None or not _is_builder(call.func, path, text):
                continue
            edits[begin, last] = f"{name} = {text[first:last]}\n{margin}return {name}"
            touched.append((statement.lineno, statement.end_lineno or 0))
    return rewritten(text, edits, touched=touched) if edits else None


def _imported(module: ast.Module) -> Iterator[str]:
    for alias in nodes_of_kind(module, ast.alias):
        yield (alias.asname or alias.name).partition(".")[0]


def _given(function: ast.FunctionDef, imported: set[str]) -> Iterator[tuple[ast.Return, ast.Call]]:
    """Where a function gives at once what an imported one does, `build` or `nets.build`."""
    for statement in function.body:
        match statement:
            case ast.Return(
                value=ast.Call(func=ast.Name(name) | ast.Attribute(value=ast.Name(name))) as call
            ) if imported & {name, "*"} and name not in _taken(function):
                yield statement, call


def _taken(function: ast.FunctionDef) -> set[str]:
    """The names that a function gives something."""
    nodes = all_in(function)
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.arg for n in nodes if isinstance(n, ast.arg)}


def _is_builder(called: ast.expr, path: str, text: str) -> bool:
    """Whether another file has a function of that name which compiles a model and gives it."""
    homes: Iterable[tuple[str, str]] = ()
    match called:
        case ast.Name(name):
            homes = imported_from(name, path, text)
        case ast.Attribute(value=ast.Name(owner), attr=name):
            homes = ((place, name) for place in modules_called(owner, path, text))
    for home, name in homes:
        program = read_text(home)
        module = program_tree(program) if ".compile(" in program else None
        own = [f for f in (module.body if module is not None else ()) if _is_named(f, name)]
        if module is not None and own and name in builders(module):
            return True
    return False


def _is_named(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name
