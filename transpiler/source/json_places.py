"""Where the values of a JSON text stand, so that one is replaced and no other byte changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from transpiler.regex import regex

Span: TypeAlias = "tuple[int, int]"

_BLANK = regex(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def value_at(text: str, offset: int) -> tuple[Any, Span]:
    """The value that begins at an offset, behind white space, and its place."""
    start = _after_blank(text, offset)
    value, end = _DECODER.raw_decode(text, start)
    return value, (start, end)


def members(text: str, offset: int = 0) -> dict[str, Span]:
    """The places of the values of the object that begins at an offset, by their keys."""
    found: dict[str, Span] = {}
    for start in _parts(text, offset, "{", "}"):
        key, (_, end) = value_at(text, start)
        colon = _after_blank(text, end)
        _, found[key] = value_at(text, colon + 1)
    return found


def elements(text: str, offset: int) -> list[Span]:
    """The places of the values of the array that begins at an offset."""
    return [value_at(text, start)[1] for start in _parts(text, offset, "[", "]")]


def _parts(text: str, offset: int, opening: str, closing: str) -> Iterator[int]:
    """Where the parts of an object or array begin. The text is JSON, as `raw_decode` has seen."""
    start = _after_blank(text, offset)
    position = _after_blank(text, start + 1)
    if text[start : start + 1] != opening or text[position : position + 1] == closing:
        return
    while True:
        yield position
        if opening == "{":
            _, (_, end) = value_at(text, position)
            position = _after_blank(text, end) + 1
        _, (_, end) = value_at(text, position)
        position = _after_blank(text, end)
        if text[position] == closing:
            return
        position = _after_blank(text, position + 1)


def _after_blank(text: str, offset: int) -> int:
    found = _BLANK.match(text, offset)
    return found.end() if found is not None else offset
