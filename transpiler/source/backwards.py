"""Arrays that run backwards through the memory of others, which torch does not take: `x[::-1]`."""

from __future__ import annotations

import re

#: A subscript at the end, one of whose slices has a negative step.
_TURNED = re.compile(r"\[[^\[\]]*:[^\[\]:,]*:\s*-[^\[\]]*\]$")
_FLIPPED = re.compile(r"(?:np|numpy)\.(?:flip|fliplr|flipud|rot90)\((.*)\)$")
_PICKED = re.compile(r"(?<=[\w)\]])\[[^\[\]]*\]$")
_BASE = re.compile(r"[A-Za-z_]\w*(?=(?:\[[^\[\]]*\])*$)")


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
    assigned = re.compile(rf"^[ \t]*(?:\w+, *)*{base.group()}(?:, *\w+)* *=(?!=) *([^\n#]+)", re.M)
    values = (match.group(1).strip() for match in assigned.finditer(source))
    return any(_is_backwards(part) for value in values for part in _parts(value))


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
