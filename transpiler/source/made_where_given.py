"""Whether what a call gets is made for it, or is an object that was there before.

model.fit(x, y, callbacks=[Warmup(5)])      # another one for each call
model.fit(x, y, callbacks=make())           # likewise, where `make` makes it
model.fit(x, y, callbacks=CALLBACKS)        # the same for all calls that get it
"""

from __future__ import annotations

import re

from transpiler.regex import regex
from transpiler.source.outer_reads import functions_of

_CALLED = regex(r"([A-Za-z_]\w*)\(")
#: What gives the same objects in another list.
_OF_LISTS = frozenset({"copy", "list", "tuple", "sorted", "reversed", "dict", "get", "pop"})


def is_made_where_given(text: str, given: str, made: str) -> bool:
    """Whether an argument, as a file's text has it, makes an object by the expression `made`.

    A function that it calls may do that; those of other files are taken to do it.
    """
    wanted = re.compile(rf"(?<![\w.]){re.escape(_bare(made))}")
    if wanted.search(_bare(given)):
        return True
    functions = functions_of(text)
    for name in _CALLED.findall(given):
        own = [one for one in functions.all if getattr(one, "name", "") == name]
        if any(wanted.search(_bare(functions.source(one))) for one in own):
            return True
        if not own and name[:1].islower() and name not in _OF_LISTS:  # of another file
            return True
    return False


def _bare(source: str) -> str:
    return re.sub(r"\s", "", source)
