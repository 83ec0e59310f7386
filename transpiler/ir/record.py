"""Frozen dataclasses for what is made tens of thousands of times in a conversion.

A frozen dataclass sets each of its fields through `object.__setattr__`, which takes three times
as long as an assignment. Type checkers take a `record` for such a dataclass and refuse to assign
to its fields; at run time it is one that could be changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen, slots=False, eq=True):
        """The decorator `dataclass(frozen=True)`, without its cost for each new object."""
        assert frozen
        return dataclass(slots=slots, eq=eq, unsafe_hash=eq)


__all__ = ["record"]
