"""Settings of the program's own whose names are those of variables in the loops that read them.

targets = 0.3                                   def evaluate(model, loader, criterion):
metrics=[BinaryAccuracy(threshold=targets)]         for inputs, targets in loader:
                                                        ... (outputs > targets) == targets
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from transpiler.ir import tokens
from transpiler.ir.expr import reads
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled
from transpiler.source.syntax import all_in


def refuse_captured(source: str, compiled: Iterable[Compiled]) -> None:
    """Refuse settings that a function would take for its own variables."""
    names = {name for one in compiled for name in _read_in_loops(one)}
    if captured := sorted(names & _own(source) if names else ()):
        raise Unsupported(
            f"`{captured[0]}` is the name of a variable in the loops that would read it: call it "
            "otherwise"
        )


def _read_in_loops(compiled: Compiled) -> Iterator[str]:
    """The variables that the functions may read which train and evaluate."""
    given = [value for use in compiled.uses for value in use.arguments.values()]
    given += [bound for _, bound in compiled.optimizing.clipping]
    if compiled.optimizing.accumulation is not None:
        given.append(compiled.optimizing.accumulation)
    for one in given:
        yield from reads(one)
    for head in compiled.heads:
        if head.weight is not None and head.given_weight is None:
            yield from reads(head.weight)


def _own(source: str) -> set[str]:
    """The names that a function binds."""
    nodes = [*all_in(ast.parse(re.sub(tokens.ANY_CHARACTER, "_", source)))]
    bound = (n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load))
    return {*bound, *(n.arg for n in nodes if isinstance(n, ast.arg))}
