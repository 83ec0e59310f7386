"""Which attributes of a program's objects are computed whenever they are read.

class Sampler:
    @property
    def x(self):
        return self.rng.randn(20, 3)
"""

from __future__ import annotations

import re

from transpiler.regex import regex
from transpiler.source.imported import taken_texts
from transpiler.source.remembered import remembered

_PROPERTY = regex(r"@property\b[^\n]*\n(?:[ \t]*(?:@|#)[^\n]*\n)*[ \t]*def[ \t]+(\w+)")
_MADE = regex(r"^[ \t]*(\w+)[ \t]*=[ \t]*property\(", re.MULTILINE)


@remembered
def properties(text: str, path: str) -> frozenset[str]:
    """Their names, in a file and in those that it imports."""
    texts = (text, *(taken_texts(text, path) if path else ()))
    found = (one for one in texts if "property" in one)
    return frozenset(n for one in found for kind in (_PROPERTY, _MADE) for n in kind.findall(one))
