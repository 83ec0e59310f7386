"""What generators of a program change beside giving batches, and others read.

def batches():
    for start in range(0, len(x), 8):
        served.append(start)
        yield x[start : start + 8], y[start : start + 8]
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from transpiler.source.changed_inside import own_nodes
from transpiler.source.effects import GIVEN, effects_in
from transpiler.source.syntax import all_in, program_tree


@lru_cache(maxsize=4)
def told_by_generators(text: str) -> tuple[tuple[str, str], ...]:
    """What changes so, each with the function that changes it; what only this reads counts not."""
    module = program_tree(text) if "yield" in text else None
    return () if module is None else tuple(dict.fromkeys(_told(module)))


def _told(module: ast.Module) -> Iterator[tuple[str, str]]:
    effects, _ = effects_in(module)
    for effect in effects:
        function, (variable, *parts) = effect.scope.function, effect.path
        if not isinstance(function, ast.FunctionDef) or variable == GIVEN:
            continue
        if effect.scope.owner(variable) is function and variable != "self":
            continue
        if not any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in own_nodes(function)):
            continue
        inside = {*all_in(function)}
        name = parts[0].removeprefix(".") if variable == "self" and parts else variable
        read = (n for n in all_in(module) if n not in inside and _reads(n, name))
        if next(read, None) is not None:
            yield (name if variable != "self" else f"self.{name}"), function.name


def _reads(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=found, ctx=ast.Load()) | ast.Attribute(attr=found, ctx=ast.Load()):
            return found == name
    return False
