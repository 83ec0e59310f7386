"""Models that a function loads and gives in one statement: they get a name before.

return load_model(path), history         best_model = load_model(path)
                                         return best_model, history
"""

from __future__ import annotations

import ast

from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_GIVEN = regex(r"\breturn\b[^\n#]*\bload_model\(")
_TRAINS = frozenset({"fit", "fit_generator", "train_on_batch"})


def returned_loads(text: str) -> Rewritten | None:
    """The text with such names, if functions that train give what they load."""
    if "load_model(" not in text or not _GIVEN.search(text):
        return None
    module = program_tree(text)
    positions = Positions(text)
    edits: dict[Span, str] = {}
    left: list[str] = []
    for function in all_in(module) if module is not None else ():
        if not isinstance(function, ast.FunctionDef) or not _trains(function):
            continue
        for statement in all_in(function):
            if not isinstance(statement, ast.Return) or (loads := _loads(statement)) is None:
                continue
            start, (first, last) = positions.span(statement)[0], positions.span(loads)
            begin = text.rfind("\n", 0, start) + 1
            if not text[begin:start].strip():
                name = _free(function)
                left.append(f"{name} = {text[first:last]}")
                edits[start, start] = f"{left[-1]}\n{text[begin:start]}"
                edits[first, last] = name
    return rewritten(text, edits, left) if edits else None


def _trains(function: ast.FunctionDef) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr in _TRAINS for n in all_in(function))


def _loads(statement: ast.Return) -> ast.Call | None:
    """What loads a model, where nothing but names is read before it."""
    given = statement.value
    parts = given.elts if isinstance(given, ast.Tuple) else [given]
    for part in parts:
        match part:
            case ast.Call(func=ast.Name("load_model") | ast.Attribute(attr="load_model")):
                return part
            case ast.Name() | ast.Attribute() | ast.Subscript(slice=ast.Constant()):
                if not any(isinstance(inner, ast.Call) for inner in all_in(part)):
                    continue
        return None
    return None


def _free(function: ast.FunctionDef) -> str:
    """A name that the function doesn't have yet."""
    taken = {n.id for n in all_in(function) if isinstance(n, ast.Name)}
    taken |= {n.arg for n in all_in(function) if isinstance(n, ast.arg)}
    numbered = (f"loaded_{number}" for number in range(2, 99))
    return next(name for name in ("loaded", "loaded_model", *numbered) if name not in taken)
