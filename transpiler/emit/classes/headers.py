"""The header of a loop, taken apart and put together again with only what its body reads."""

from __future__ import annotations

import re

from transpiler.emit.fold import split_commas
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.lexical import words_in

_CALL = regex(r"(enumerate|zip|range)\((.*)\)", re.DOTALL)


@record(frozen=True, slots=True)
class Header:
    """`for i, (a, b) in enumerate(zip(xs, ys), 1)`: the counter, its start, what is paired."""

    pairs: tuple[tuple[str, str], ...]  #: targets and what they run over
    counter: str = ""
    start: str = ""

    def lean(self, read: frozenset[str], bounded: bool) -> Header:
        """Without the counter and the sources that nobody reads.

        `bounded`: something else runs along that ends in time, such as a list of modules.
        """
        kept = tuple(p for p in self.pairs if read & words_in(p[0]))
        counter = self.counter if self.counter in read else ""
        pairs = kept if bounded else self.pairs
        return replace(self, pairs=pairs, counter=counter, start=self.start if counter else "")

    def along(self, pairs: list[tuple[str, str]]) -> Header:
        """Further sources that run along."""
        return replace(self, pairs=(*self.pairs, *pairs))

    @property
    def text(self) -> str:
        """The line that begins the loop."""
        start = f", {self.start}" if self.start else ""
        if len(self.pairs) == 1:
            ((target, source),) = self.pairs
            if self.counter:
                return f"for {self.counter}, {_grouped(target)} in enumerate({source}{start}):"
            return f"for {_bare(target)} in {source}:"
        targets = ", ".join(_grouped(t) for t, _ in self.pairs)
        sources = f"zip({', '.join(s for _, s in self.pairs)})"
        if not self.counter:
            return f"for {targets} in {sources}:"
        return f"for {self.counter}, ({targets}) in enumerate({sources}{start}):"


def _grouped(target: str) -> str:
    several = len(split_commas(target)) > 1 and not target.startswith("(")
    return f"({target})" if several else target


def header(target: str, iterable: str, counted: bool) -> Header:
    """The header of `for target in iterable`; `counted`: `range(n)` only counts."""
    found = _CALL.fullmatch(iterable)
    name, inside = (found.group(1), split_commas(found.group(2))) if found else ("", [])
    targets = split_commas(_bare(target))
    if name == "range" and counted and len(inside) < 3 and target.isidentifier():
        return Header((), target, "".join(inside[:-1]))
    if name == "enumerate" and len(targets) == 2 and targets[0].isidentifier():
        inner = header(targets[1], inside[0], False)
        start = inside[1].removeprefix("start=") if len(inside) > 1 else ""
        if not inner.counter:
            return replace(inner, counter=targets[0], start=start)
    if name == "zip" and len(targets) == len(inside):
        return Header(tuple(zip(targets, inside, strict=True)))
    return Header(((target, iterable),))


def _bare(target: str) -> str:
    """`(a, b)` without its parentheses; `(a, b), (c, d)` has none."""
    if target.startswith("(") and len(split_commas(target)) == 1 and "," in target:
        return target[1:-1]
    return target
