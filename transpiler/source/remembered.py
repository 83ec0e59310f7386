"""What is asked of the files of a project again and again while one of them is converted.

Files may change between two conversions in one process, but not during one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_known: dict[Hashable, object] | None = None


@contextmanager
def remembering() -> Iterator[None]:
    """Until this ends, what was asked once is known; of one inside of another, the outer counts."""
    global _known
    before, _known = _known, {} if _known is None else _known
    try:
        yield
    finally:
        _known = before


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """A function of the state of files that is not called twice with the same arguments."""

    @wraps(function)
    def ask(*args: P.args, **options: P.kwargs) -> T:
        if _known is None or options:
            return function(*args, **options)
        key = (function, args)
        if key not in _known:
            _known[key] = function(*args, **options)
        return _known[key]  # type: ignore[return-value]

    return ask
