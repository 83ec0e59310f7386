"""Whether code sees in which order a dict has its entries: Keras 3 sorts them by name.

history.history["loss"]                # sees nothing
for name, values in history.history.items():
losses = list(history.history.values())[0]  # takes one by its place
"""

from __future__ import annotations

from collections.abc import Iterable

from transpiler.emit.training.shared import Shared
from transpiler.regex import regex

#: What asks for one entry by its name: what stands behind the dict, or before and behind.
_NAMED = regex(r"\s*(?:\[|\.(?:get|pop|setdefault|update)\()")
_MEMBER = regex(r"(?:[\"'] (?:not )?in |\blen\()$")

#: What takes entries by their place: what stands before the dict, and what behind it.
_PLACES_BEFORE = regex(
    r"(?:\b(?:list|tuple|enumerate|reversed|zip|next\(iter)\((?:[^()]*,)?|[\[(,]\s*\*"
    r"|^\s*\(?\*?\w[\w.\[\]]*,[^=:]*=)\s*$"
)
#: A table of the entries, and what takes columns of tables by their place.
_TABLE_BEFORE = regex(r"\bDataFrame\((?:data=)?\s*$")
_COLUMNS = regex(r"\.(?:values|columns)\b(?!\()|\.(?:iloc|to_numpy|itertuples)\b")
_VIEW = regex(r"(?:\.(?:keys|values|items)\(\))?(?!\s*[.\[\w])")
#: Another name for the dict.
_ALIAS = regex(r"^\s*(\w+) = $")

SORTED = (
    "entries are taken by their place, in the order of Keras 3, which sorts them by name; "
    "Keras 2 begins with the loss"
)


class EntryOrder:
    """How a file reads some dicts, which stand at known places."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.shown = False  #: whether anything sees the order
        self.by_place = False  #: whether something takes entries by it
        self._seen: set[str] = set()

    def look_at(self, dicts: Iterable[tuple[int, int]]) -> None:
        """Follow dicts, and other names for them, to what reads them."""
        text, tree = self.shared.tree.blanked, self.shared.tree
        for start, end in dicts:
            line = tree.line_start(start)
            before = text[line:start]
            alias = _ALIAS.match(before)
            tabled = _TABLE_BEFORE.search(before) is not None and _COLUMNS.search(text) is not None
            if alias is not None and text[end : end + 1] in ("\n", ";", ""):
                self.look_at_name(alias.group(1))
            elif not _NAMED.match(text, end) and not _MEMBER.search(tree.text[line:start]):
                self.shown = True
                viewed = _VIEW.match(text, end) is not None
                self.by_place |= viewed and (tabled or _PLACES_BEFORE.search(before) is not None)

    def look_at_name(self, name: str) -> None:
        """The same of all that is called by a name."""
        if name not in self._seen:
            self._seen.add(name)
            places = [p for p in self.shared.found.of(name) if not p.binds]
            self.look_at((p.start, p.end) for p in places)
