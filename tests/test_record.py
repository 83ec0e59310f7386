"""Records are dataclasses: what theirs do, ours do, for every way of declaring a field."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest

from transpiler.record import record
from transpiler.record import replace as record_replace


def declared(decorate: Callable[[type], type]) -> type:
    class Point:
        x: int
        y: int = 2
        tags: list[str] = field(default_factory=list)
        count: int = field(default=0, init=False)
        cache: dict[str, int] = field(default_factory=dict, init=False, compare=False, repr=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "count", self.x + self.y)

    Point.__annotations__ = {"x": int, "y": int, "tags": list, "count": int, "cache": dict}
    return decorate(Point)


@pytest.fixture(
    params=[{}, {"slots": True}, {"eq": False}, {"frozen": True, "slots": True}], ids=str
)
def both(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    return declared(record(**request.param)), declared(dataclass(**request.param))


def test_they_are_made_alike(both: tuple[Any, Any]) -> None:
    ours, theirs = (
        [repr(kind(1)), repr(kind(1, y=5, tags=["a"])), kind(3, 4).count] for kind in both
    )
    assert ours == theirs


def test_each_has_its_own_default(both: tuple[Any, Any]) -> None:
    first, second = both[0](1), both[0](1)
    first.tags.append("a")
    assert second.tags == []
    assert first.cache is not second.cache


@pytest.mark.parametrize("arguments", [(), (1, 2, [], 0), (1, 2, [], 0, {})])
def test_wrong_arguments_are_refused(both: tuple[Any, Any], arguments: tuple[Any, ...]) -> None:
    for kind in both:
        with pytest.raises(TypeError):
            kind(*arguments)


def test_they_are_compared_alike(both: tuple[Any, Any]) -> None:
    def found(kind: Any) -> list[bool]:
        one = kind(1)
        return [one == one, one == kind(1), one == kind(2), one == (1, 2), one != kind(1)]

    assert found(both[0]) == found(both[1])


def test_they_are_hashed_alike() -> None:
    @record(frozen=True)
    class Frozen:
        x: int
        y: int = field(default=0, compare=False)

    @record()
    class Changing:
        x: int

    assert hash(Frozen(1, 2)) == hash(Frozen(1, 3)) != hash(Frozen(2, 2))
    with pytest.raises(TypeError):
        hash(Changing(1))


def test_fields_and_replace_work(both: tuple[Any, Any]) -> None:
    ours, theirs = both
    assert [f.name for f in fields(ours)] == [f.name for f in fields(theirs)]
    assert repr(replace(ours(1), y=7)) == repr(replace(theirs(1), y=7))


@record(frozen=True, slots=True)
class Base:
    x: int = 1


@record(frozen=True, slots=True)
class Derived(Base):
    y: int = 2

    def __repr__(self) -> str:
        return f"<{self.x} {self.y}>"


def test_fields_are_inherited_and_own_methods_stay() -> None:
    assert repr(Derived(3)) == "<3 2>"
    assert repr(Base(4)) == "Base(x=4)"
    assert Derived(1, 2) != Base(1)


def test_they_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Derived(3, 4))) == Derived(3, 4)


def test_copies_are_made_alike(both: tuple[Any, Any]) -> None:
    ours, theirs = both
    copied, expected = record_replace(ours(1, y=5), x=2), replace(theirs(1, y=5), x=2)
    assert (repr(copied), copied.count) == (repr(expected), expected.count)
    with pytest.raises(TypeError):
        record_replace(ours(1), count=3)
