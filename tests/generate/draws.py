"""Choices that make a program: random ones, noted so that a wrong program can be shrunk."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tests.generate.programs import program


class Written(Protocol):
    """A program that was drawn."""

    @property
    def text(self) -> str: ...


P = TypeVar("P", bound=Written)

MOST_CHOICES = 5000  #: of one program: when shrunk ones need more, they go in circles


@dataclass
class Choices:
    """Those that are given, then random ones, or the first of all possibilities."""

    given: Sequence[int] = ()
    chance: random.Random | None = None
    made: list[int] = field(default_factory=list)

    def __call__(self, below: int) -> int:
        if len(self.made) >= MOST_CHOICES:
            raise RecursionError("a program without an end")
        if len(self.made) < len(self.given):
            number = min(self.given[len(self.made)], below - 1)
        else:
            number = 0 if self.chance is None else self.chance.randrange(below)
        self.made.append(number)
        return number


def draw(seed: int, make: Callable[[Choices], P] = program) -> tuple[P, list[int]]:  # type: ignore[assignment]
    """The program of a seed, and the choices that make it."""
    choices = Choices(chance=random.Random(seed))
    return make(choices), choices.made


def shrunk(
    one: P,
    made: Sequence[int],
    fails: Callable[[P], bool],
    attempts: int = 300,
    make: Callable[[Choices], P] = program,  # type: ignore[assignment]
) -> P:
    """The shortest program that was found to fail, too, by leaving out and lowering choices."""
    best, shortest = list(made), one
    seen = {one.text}
    improved = True
    while improved and attempts > 0:
        improved = False
        for candidate in simpler(best):
            choices = Choices(candidate)
            try:
                other = make(choices)
            except RecursionError:
                continue
            if other.text in seen or len(other.text) >= len(shortest.text):
                continue
            seen.add(other.text)
            attempts -= 1
            if fails(other):
                best, shortest, improved = choices.made, other, True
                break
            if attempts <= 0:
                break
    return shortest


def simpler(made: Sequence[int]) -> Iterator[list[int]]:
    """Fewer choices, and lower ones."""
    size = len(made) // 2
    while size:
        for start in range(0, len(made), size):
            yield [*made[:start], *made[start + size :]]
        for start in range(0, len(made), size):
            inside = made[start : start + size]
            if any(inside):
                yield [*made[:start], *[0] * len(inside), *made[start + size :]]
        size //= 2
