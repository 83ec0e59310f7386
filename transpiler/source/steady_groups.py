"""Whether what a name holds stays as it is made: a list or dict of objects, say.

trainers = [Trainer(a), Trainer(b)]
for trainer in sorted(trainers, key=Trainer.score):     which only looks at them
    ...
trainers[0] = Other(c); swap(trainers); same = trainers     after each of which they may be others
"""

from __future__ import annotations

import re

from transpiler.regex import regex

#: Functions that only look at a list or dict.
_LOOKING = frozenset({
    "all", "any", "dict", "enumerate", "filter", "iter", "len", "list", "map", "max", "min",
    "print", "product", "reversed", "set", "sorted", "sum", "tqdm", "tuple", "zip",
})  # fmt: skip
_CHANGING = regex(
    r"\.(?:append|appendleft|clear|extend|insert|pop|popitem|remove|reverse|setdefault|sort|update)\("
)
_ELEMENT = regex(r"\[[^\[\]\n]*\]\s*(?:[-+*/|&]?=)(?!=)")
_CALLED = regex(r"([\w.]*)\($")
_HANDED = regex(r"(?:(?<![=!<>])=|\breturn|\byield|[\[{,:(*])\s*$")


def stays_as_made(code: str, name: str) -> bool:
    """Whether nothing in some code, without its strings, changes what a name holds, or may."""
    places = [m.span() for m in re.finditer(rf"(?<![\w.]){re.escape(name)}\b", code)]
    return not any(_may_change(code, start, end) for start, end in places)


def _may_change(code: str, start: int, end: int) -> bool:
    if _ELEMENT.match(code, end) or _CHANGING.match(code, end):
        return True
    after = code[end : end + 40].lstrip(" ")
    if after.startswith((".", "[")) or re.match(r"=(?!=)", after):
        return False
    if re.match(r"[-+*/|&]=", after):
        return True
    before = code[:start]
    if _HANDED.search(before) is None:
        return False
    opened = _opened(before)
    called = _CALLED.search(before, 0, opened + 1) if opened >= 0 else None
    return called is None or called[1].rpartition(".")[2] not in _LOOKING


def _opened(before: str) -> int:
    """Where the innermost bracket is opened that is not closed; -1 outside of all."""
    depth = 0
    for place in range(len(before) - 1, max(len(before) - 2000, -1), -1):
        depth += (before[place] in ")]}") - (before[place] in "([{")
        if depth < 0:
            return place
    return -1
