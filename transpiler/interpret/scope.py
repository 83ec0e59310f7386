"""The names of a program and their values, at one point of a run."""

from __future__ import annotations

import itertools

from transpiler.interpret.values import Value
from transpiler.ir.code import Node
from transpiler.ir.expr import Expr

_versions = itertools.count(1)


class Scope:
    """Names and their values; each assignment gives a name a new version."""

    def __init__(self, outer: dict[str, Value] | None = None) -> None:
        self.values: dict[str, Value] = {}
        self.versions: dict[str, int] = {}
        self._readings: dict[str, tuple[int, Expr]] = {}
        #: the size variables: the version, what it holds, and the block that assigned it
        self.sizes: dict[str, tuple[int, Expr, list[Node]]] = {}
        self.outer = outer if outer is not None else {}

    def copy(self) -> Scope:
        """An independent copy, for one branch."""
        other = Scope(self.outer)
        other.values = dict(self.values)
        other.versions = dict(self.versions)
        other.sizes = dict(self.sizes)
        return other

    def get(self, name: str) -> Value | None:
        """The value of a name here or further out."""
        found = self.values.get(name)
        return found if found is not None else self.outer.get(name)

    def version(self, name: str) -> int:
        """The current version of a name; 0 for one that is not assigned here."""
        return self.versions.get(name, 0)

    def bump(self, name: str) -> int:
        """A new version, since the name gets another value."""
        version = next(_versions)
        self.versions[name] = version
        return version

    def read(self, name: str) -> Expr:
        """The name as an expression."""
        version = self.versions.get(name, 0)
        known = self._readings.get(name)
        if known is None or known[0] != version:
            known = version, Expr(name, names=frozenset({(name, version)}))
            self._readings[name] = known
        return known[1]

    def hold(self, token: str, size: Expr, block: list[Node]) -> None:
        """Remember that a size variable was given this value, by a statement of this block."""
        self.sizes[token] = self.bump(token), size, block

    def holds_outside(self, token: str, size: Expr, block: list[Node]) -> bool:
        """Whether a size variable has this value since before the block began."""
        version, held, where = self.sizes.get(token, (-1, size, block))
        return (
            version == self.version(token)
            and where is not block
            and (held.text, held.names) == (size.text, size.names)
            and self.current(size)
        )

    def current(self, expr: Expr) -> bool:
        """Whether every name that an expression reads still has the value it had."""
        for name, version in expr.names:  # noqa: SIM110 (asked tens of thousands of times)
            if self.versions.get(name, 0) != version:
                return False
        return True
