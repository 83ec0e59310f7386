"""Regular expressions that are compiled when they are first asked.

Hundreds of them stand in the modules, and a file asks few; to compile all took a fifth of the
start-up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from re import compile as regex
else:

    class regex:  # noqa: N801 - stands for `re.compile`
        """A pattern like `re.compile(text, flags)`, for its methods; `re.sub` can't be given it."""

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self._asked = text, flags

        def __getattr__(self, name: str) -> Any:
            """Each method is taken over as soon as it is read, and found at once from then on."""
            found = getattr(re.compile(*self._asked), name)
            setattr(self, name, found)
            return found


__all__ = ["regex"]
