"""Which names a text shows to be changed in place, behind their backs."""

from __future__ import annotations

import re
from collections.abc import Iterable

_METHODS = r"\.(?:append|extend|insert|pop|popitem|remove|clear|reverse|sort|update|setdefault)\("
_ELEMENT = r"(?:\[[^\]\n]*\])+ *(?:[-+*/|&]|\*\*|//)?=(?!=)"
_DELETED = r"(?<![\w.])del +"


def changed_in_place(text: str, names: Iterable[str], grows: bool = True) -> bool:
    """Whether a list or dict of one of these names is changed; `grows` if `+=` would do it, too."""
    either = "|".join(map(re.escape, names))
    more = r"|[ \t]*\+=" if grows else ""
    changes = rf"(?<![\w.])(?:{either})(?:{_METHODS}|{_ELEMENT}{more})|{_DELETED}(?:{either})\["
    return re.search(changes, text) is not None
