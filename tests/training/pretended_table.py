"""What Keras asks of a table of pandas, which the tests do without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class Column(list[Any]):
    """A column."""

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...] = ()) -> Column:
        return Column(function(value, *args) for value in self)

    map = apply

    def tolist(self) -> list[Any]:
        return list(self)

    def to_numpy(self) -> Any:
        return np.array(list(self))

    @property
    def values(self) -> Any:
        return self.to_numpy()

    def sum(self) -> Any:
        return sum(self)

    def __invert__(self) -> Column:
        return Column(not value for value in self)


class Table(dict[str, Column]):
    """Columns by their names, of which rows are taken."""

    def copy(self) -> Table:
        return Table(self)

    def dropna(self, subset: list[str]) -> Table:
        return self[Column(value is not None for value in self[subset[0]])]  # type: ignore

    @property
    def iloc(self) -> Table:
        return self

    def __len__(self) -> int:
        return len(next(iter(self.values())))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return dict.__getitem__(self, key)
        if isinstance(key, Column):
            kept = [number for number, keep in enumerate(key) if keep]
            return Table({k: Column(column[n] for n in kept) for k, column in self.items()})
        if isinstance(key, tuple):
            return Table({k: Column(column[key[0]]) for k, column in self.items()})
        return Column(zip(*(self[name] for name in key), strict=True))


_NAMES = [f"{kind}/{i}.png" for i in range(5) for kind in ("dogs", "cats", "cows")]
#: The images of a test, and one that is not there.
table = Table(
    name=Column([*_NAMES, "none.png"]),
    kind=Column([*(name[:4] for name in _NAMES), "cows"]),
    path=Column([*(f"pets/{name}" for name in _NAMES), "none.png"]),
    size=Column(range(16)),
    width=Column(n * n for n in range(16)),
)
