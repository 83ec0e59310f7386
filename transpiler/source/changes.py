"""Which names a text shows to be changed in place, behind their backs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from transpiler.regex import regex
from transpiler.source.changed_inside import METHODS

_METHODS = rf"\.(?:{'|'.join(sorted(METHODS))})\("
_ASSIGNED = r" *(?:[-+*/|&]|\*\*|//)?=(?!=)"
_ELEMENT = rf"(?:\[[^\]\n]*\])+{_ASSIGNED}"
_ENTRY = rf"\[ *(?:\"[^\"\n]*\"|'[^'\n]*'|-?\d+) *\](?:\[[^\]\n]*\])*{_ASSIGNED}"
_DELETION = regex(r"(?<![\w.])del +$")

_CHANGE = regex(rf"{_METHODS}|{_ELEMENT}")
_CHANGE_OF_ENTRY = regex(rf"{_METHODS}|{_ENTRY}")
_CHANGE_OR_GROWTH = regex(rf"{_METHODS}|{_ELEMENT}|[ \t]*\+=")


#: Where nothing like it is in a text, nothing inside of anything is changed. That each of these
#: begins with a character of its own passes over all others at once.
_MAY_CHANGE = regex(
    rf"\.(?<=[\])\w]\.)(?:{'|'.join(sorted(METHODS))})\b|\][ \t]*=(?!=)|\+=|\*=|\|=|&=|-="
    r"|del\b(?<!\wdel)|\.(?<=[\])\w]\.)(?:shuffle|heap\w+)\(|\bshuffle\(|insort\w*\(|\bheap\w+\("
    r"|\.dict\(|\b(?:set|del)item\("
)


def may_change(text: str) -> bool:
    """Whether something in a list or dict may be changed in a program."""
    return any(_is_assigned(text, found) for found in _MAY_CHANGE.finditer(text))


def _is_assigned(text: str, found: re.Match[str]) -> bool:
    """Whether it is no annotation before a value, as in `sizes: list[int] = [3, 3]`."""
    if found.group()[0] != "]":
        return True
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    return _ANNOTATED.match(line) is None or ";" in line


#: The start of a line in which a variable or parameter gets an annotation.
_ANNOTATED = regex(r"[ \t]*(?!(?:else|try|finally)\b)\w+[ \t]*:")


def changed_in_place(text: str, names: Iterable[str], grows: bool = True) -> bool:
    """Whether a list or dict of one of these names is changed; `grows` if `+=` would do it, too."""
    return _is_changed(text, names, _CHANGE_OR_GROWTH if grows else _CHANGE)


def entry_changed(text: str, names: Iterable[str]) -> bool:
    """The same of what a key that is written out finds, or a method: not rows of an array."""
    return _is_changed(text, names, _CHANGE_OF_ENTRY)


def _is_changed(text: str, names: Iterable[str], change: re.Pattern[str]) -> bool:
    return any(
        change.match(text, end) or (text[end : end + 1] == "[" and _deletes(text, start))
        for name in names
        for start, end in _places(text, name)
    )


def _deletes(text: str, start: int) -> bool:
    """Whether `del` stands before an offset."""
    return _DELETION.search(text[text.rfind("\n", 0, start) + 1 : start]) is not None


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where a name begins and ends, as a whole, or with what follows a dot."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "_."):
            yield start, end
        start = text.find(name, end)
