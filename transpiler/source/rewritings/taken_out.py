"""Edits that take parameters out of a function, and arguments out of a call."""

from __future__ import annotations

import ast

from transpiler.source.lexical import blanked, comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Span

WIDTH = 88  #: of lines that are written anew


def without_parameters(
    positions: Positions, function: ast.FunctionDef, names: set[str]
) -> dict[Span, str]:
    """The edits that take some of the parameters out.

    `/` and `*` go with the last of those that they are about.
    """
    taken = function.args
    args = [*taken.posonlyargs, *taken.args]
    defaults = dict(zip(reversed(args), reversed(taken.defaults), strict=False))
    defaults |= {k: d for k, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d}

    def whole(one: ast.arg, stars: int = 0) -> Span:
        return positions.span(one)[0] - stars, positions.span(defaults.get(one, one))[1]

    def go(some: list[ast.arg]) -> list[bool]:
        return [one.arg in names for one in some]

    spans, gone = [*map(whole, taken.posonlyargs)], go(taken.posonlyargs)
    if spans:
        spans.append(_sign_after(positions, spans[-1][1]))
        gone.append(all(gone))
    spans += map(whole, taken.args)
    gone += go(taken.args)
    if taken.vararg is not None:
        spans.append(whole(taken.vararg, 1))
        gone.append(False)
    elif taken.kwonlyargs:
        spans.append(_sign_before(positions, taken.kwonlyargs[0]))
        gone.append(all(go(taken.kwonlyargs)))
    spans += map(whole, taken.kwonlyargs)
    gone += go(taken.kwonlyargs)
    if taken.kwarg is not None:
        spans.append(whole(taken.kwarg, 2))
        gone.append(False)
    if spans and all(gone):  # and with them a comma at the end
        start, end = spans[-1]
        comma = positions.text[end:].lstrip().startswith(",")
        spans[-1] = start, positions.text.index(",", end) + 1 if comma else end
    return _cut(spans, gone)


def _sign_before(positions: Positions, parameter: ast.arg) -> Span:
    """Where the `*` stands that makes parameters those of keywords alone."""
    place = blanked(positions.text).rindex("*", 0, positions.span(parameter)[0])
    return place, place + 1


def _sign_after(positions: Positions, end: int) -> Span:
    """Where the `/` stands after what is only given by its place."""
    place = blanked(positions.text).index("/", end)
    return place, place + 1


def without_arguments(
    positions: Positions, call: ast.Call, gone: list[ast.expr], each: bool = False
) -> dict[Span, str]:
    """The edits that take some of the arguments out of a call: one for `each`, or all of it."""
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    values = [one.value if isinstance(one, ast.keyword) else one for one in given]
    spans = [
        (positions.offset(one.lineno, one.col_offset), positions.span(value)[1])
        for one, value in zip(given, values, strict=True)
    ]
    cut = [any(value is one for one in gone) for value in values]
    text, (start, end) = positions.text, (positions.span(call.func)[1] + 1, positions.span(call)[1])
    left = ", ".join(text[slice(*span)] for span, out in zip(spans, cut, strict=True) if not out)
    whole = text[start:end]
    several = "\n" in whole and not each and not comments_in(whole)
    if several and "\n" not in left and start - text.rfind("\n", 0, start) + len(left) < WIDTH:
        return {(start, end - 1): left}  # which has no need of several lines any more
    return _cut(spans, cut)


def _cut(spans: list[Span], gone: list[bool]) -> dict[Span, str]:
    """What goes of some expressions between commas: each with a comma, where others stay."""
    edits: dict[Span, str] = {}
    for place, (start, end) in enumerate(spans):
        if gone[place] and not all(gone[:place]):
            edits[spans[place - 1][1], end] = ""
        elif gone[place]:
            edits[start, spans[place + 1][0] if place + 1 < len(spans) else end] = ""
    return edits
