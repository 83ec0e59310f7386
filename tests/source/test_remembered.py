"""What is asked of files is known while one conversion runs, and no longer."""

from __future__ import annotations

import gc
import weakref

import pytest

from transpiler.source import remembered as remembered_module
from transpiler.source.changes import may_change
from transpiler.source.remembered import Memory, remembered, remembering

asked: list[str] = []


@remembered
def answer(question: str) -> int:
    asked.append(question)
    return len(asked)


def test_known_while_converting() -> None:
    asked.clear()
    with remembering():
        assert (answer("a"), answer("b"), answer("a")) == (1, 2, 1)
        with remembering():
            assert answer("b") == 2
        assert answer("b") == 2
    with remembering():
        assert answer("a") == 3


def test_unknown_between() -> None:
    asked.clear()
    assert (answer("a"), answer("a")) == (1, 2)


def test_annotations_change_nothing() -> None:
    """That a parameter has a type and a default sets no element."""
    for line, changes in (
        ("    sizes: list[int] = [3, 3],", False),
        ("sizes: Dict[str, List[int]] = {}", False),
        ("    sizes[0] = 3", True),
        ("else: sizes['a'] = 3", True),
        ("sizes: list[int] = [3]; sizes[0] = 4", True),
        ("def build(sizes: list[int] = [3]): sizes += [4]", True),
    ):
        found = may_change(line)
        assert found is changes, line


def test_a_run_over_files_keeps_what_it_knows_for_some_of_them() -> None:
    calls: list[int] = []

    @remembered
    def asked(number: int) -> int:
        calls.append(number)
        return number

    memory = Memory(files=2)
    for _ in range(3):
        with memory.used():
            assert asked(1) == 1
    assert calls == [1, 1]  # the third file asks anew
    memory.forget()
    with memory.used():
        asked(1)
    assert calls == [1, 1, 1]
    asked(1)
    assert calls == [1, 1, 1, 1]  # outside of a run nothing is kept


def test_garbage_waits_until_a_run_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered_module, "_MANY", -1)

    class Link:
        itself: Link

    memory, gone = Memory(), list[str]()
    with memory.used():
        link = Link()
        link.itself = link
        weakref.finalize(link, gone.append, "link")
        del link
    assert gc.isenabled()
    gc.collect()
    assert not gone
    memory.forget()
    assert gone == ["link"]
