"""Arrays that run backwards through the memory of others, which torch does not take: `x[::-1]`."""

from __future__ import annotations

import re
from functools import lru_cache

from transpiler.regex import regex
from transpiler.source.lexical import blanked
from transpiler.source.turned import Turned

#: A subscript at the end, one of whose slices has a negative step.
_TURNED = regex(r"\[[^\[\]]*:[^\[\]:,]*:\s*-[^\[\]]*\]$")
_FLIPPED = regex(r"(?:np|numpy)\.(?:flip|fliplr|flipud|rot90)\((.*)\)$")
_PICKED = regex(r"(?<=[\w)\]])\[[^\[\]]*\]$")
_BASE = regex(r"[A-Za-z_]\w*(?=(?:\[[^\[\]]*\])*$)")
#: What turns something round, anywhere in a program; of numbers of places it is no array of data.
_TURNS = regex(
    r"(?P<slice>[\[,][^\[\]:,\n]*:[^\[\]:,\n]*:\s*(?:-|(?P<step>[A-Za-z_]\w*)))"
    r"|\bslice\([^()]*,\s*-"
    r"|(?<!image\.)(?<!cv2\.)(?<![\w_])(?:flip\(|(?:fliplr|flipud|rot90)\b)"
    r"|\b(?:np|numpy)\.flip\b|\bgetattr\(\s*(?:np|numpy)\b"
)
_OF_PLACES = regex(r"(?:\b(?:argsort|sorted|range|list)\([^\n]*\)|shape|size)$")


def runs_backwards(text: str, source: str) -> bool:
    """Whether an expression gives such an array; `source` is the program, its strings blank."""
    whole = text
    while not _is_backwards(whole):
        shorter = _PICKED.sub("", whole)
        if shorter == whole:
            break
        whole = shorter
    else:
        return True
    base = _BASE.match(text)
    if base is None:
        return False
    values = _values(base.group(), source)
    return any(_is_backwards(part) for value in values for part in _parts(value))


#: One of these is in all that turns something round.
_MARKS = ("::", ":-", ": -", "slice(", "flip", "rot90", "getattr(np", "getattr(numpy")


@lru_cache(maxsize=64)
def turns_arrays(source: str) -> bool:
    """Whether a program makes such arrays, which its functions may give anywhere."""
    return _is_marked(source) and any(_turns(found, source) for found in _TURNS.finditer(source))


def _turns(found: re.Match[str], source: str) -> bool:
    if not found.group("slice"):
        return True
    step = found.group("step")
    if step and not re.search(rf"\b{step} *(?:=|in\b)[^\n]*-|\bdef\b[^\n]*\b{step}\b", source):
        return False
    return not _OF_PLACES.search(source[: found.start()].rpartition("\n")[2])


def _is_marked(source: str) -> bool:
    return any(mark in source for mark in _MARKS)


def may_run_backwards(text: str, source: str, others: tuple[str, ...] = ()) -> bool:
    """Whether an expression may give such an array, since nobody sees where it comes from.

    `source` is the program; `others` are programs that make such arrays, and give it some.
    """
    if not others and not (_is_marked(source) and turns_arrays(blanked(source))):
        return False
    return _turned(source, others).may_be(text)


@lru_cache(maxsize=8)
def _turned(source: str, others: tuple[str, ...]) -> Turned:
    return Turned(source, others)


def _values(name: str, source: str) -> list[str]:
    """What a program assigns to a variable, maybe together with others."""
    assigned = rf"^[ \t]*(?:[\w.]+, *)*{re.escape(name)}(?:, *[\w.]+)* *=(?!=) *(?=[^\s#])"
    return [_whole(source, match.end()) for match in re.finditer(assigned, source, re.M)]


def _whole(source: str, start: int) -> str:
    """The expression that begins at a place, to the end of a line in which no bracket is open."""
    depth, text = 0, ""
    for line in source[start:].split("\n"):
        line = line.partition("#")[0]
        text += line.strip()
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth <= 0:
            break
    return text


def _is_backwards(text: str) -> bool:
    flipped = _FLIPPED.match(text)
    whole = flipped is not None and _closes_at_end(flipped.group(1))
    return whole or (_TURNED.search(text) is not None and len(_parts(text)) == 1)


def _closes_at_end(inside: str) -> bool:
    """Whether no bracket ends in it that did not begin in it."""
    depth = 0
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            return False
    return True


def _parts(text: str) -> list[str]:
    """What commas separate outside of brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
