"""What is asked of the files of a project again and again while one of them is converted.

Files may change between two conversions in one process, but not during one, nor during a run over
many files: that writes when all are converted.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_known: dict[Hashable, object] | None = None
#: So many objects more may have much garbage among them.
_MANY = 300_000


@contextmanager
def remembering() -> Iterator[None]:
    """Until this ends, what was asked once is known; of one inside of another, the outer counts."""
    global _known
    before, _known = _known, {} if _known is None else _known
    try:
        yield
    finally:
        _known = before


class Memory:
    """What a run over many files keeps from one to the next: trees among it, so for some only.

    Garbage waits until that is forgotten: looking for it among all these trees after each file
    takes a tenth of the time, and there is little of it.
    """

    def __init__(self, files: int = 32) -> None:
        self._files = files  #: how many are converted before it is forgotten
        self._uses = 0
        self._more = 0  #: how many objects more there are than when garbage was last looked for
        self.forget()

    def forget(self) -> None:
        """Begin anew: files may have changed."""
        self._known: dict[Hashable, object] = {}
        if self._more > _MANY:
            gc.unfreeze()
            gc.collect()
            self._more = 0
        self._uses = 0

    @contextmanager
    def used(self) -> Iterator[None]:
        """While one file is converted."""
        global _known
        if self._uses == self._files:
            self.forget()
        self._uses += 1
        before, _known = _known, self._known
        collecting = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            _known = before
            if collecting:
                self._more += gc.get_count()[0]
                gc.freeze()
                gc.enable()


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """A function of the state of files that is not called twice with the same arguments."""

    @wraps(function)
    def ask(*args: P.args, **options: P.kwargs) -> T:
        known = _known
        if known is None or options:
            return function(*args, **options)
        key = (function, args)
        if key not in known:
            known[key] = function(*args, **options)
        return known[key]  # type: ignore[return-value]

    return ask
