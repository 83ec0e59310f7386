"""Variables that hold the numbers of samples: one axis of them, as splitters give them.

for fold, (train, test) in enumerate(KFold(5).split(x)):
    model.fit(x[train], y[train])
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from transpiler.regex import regex
from transpiler.source.occurrences import Occurrences
from transpiler.source.syntax import all_in, program_tree

_SPLITTERS = regex(
    r"\b(?:\w*KFold|\w*ShuffleSplit|TimeSeriesSplit|\w*LeaveOneOut|LeaveOneGroupOut)\b"
)


def are_fold_indices(text: str, name: str) -> bool:
    """Whether all that a program binds a name to are the indices of a fold."""
    given = _fold_names(text)
    if name not in given:
        return False
    return sum(place.binds for place in Occurrences(text).of(name)) == given.count(name)


@lru_cache(maxsize=8)
def _fold_names(text: str) -> list[str]:
    """The names to which the program gives the indices of a fold, as often as it does."""
    program = program_tree(text) if _SPLITTERS.search(text) else None
    found: list[str] = []
    for node in all_in(program) if program is not None else ():
        match node:
            case ast.For(target=target, iter=given) | ast.comprehension(target=target, iter=given):
                found += _of_rounds(target, given)
            case ast.Assign(targets=[target], value=ast.Call(func=ast.Name("next"), args=[given])):
                found += _of_rounds(target, given)
    return found


def _of_rounds(target: ast.expr, given: ast.expr) -> Iterator[str]:
    match given, target:
        case ast.Call(func=ast.Name("enumerate"), args=[inner, *_]), ast.Tuple(elts=[_, pair]):
            yield from _of_rounds(pair, inner)
        case ast.Call(func=ast.Name("list"), args=[inner]), _:
            yield from _of_rounds(target, inner)
        case ast.Call(func=ast.Attribute(attr="split")), ast.Tuple(elts=[one, other]):
            yield from (part.id for part in (one, other) if isinstance(part, ast.Name))
