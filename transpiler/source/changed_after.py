"""Which arrays a program changes in place after something has got them.

i = keras.Input((3,))
model = keras.Model(i, Dense(1)(i - mean))      # Keras's model has the array itself
mean += 1.0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.reused_arrays import changed_in, local_names, own_nodes_of, views_of
from transpiler.source.syntax import all_in, program_tree

_NAME = regex(r"[^\W\d]\w*(?:\.\w+)*")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEPTH = 4  #: of names that hold the same array, one after another


def is_changed_after(array: str, text: str, place: int) -> bool:
    """Whether a program changes an array in place after a place of it, or in another function.

    Only variables and attributes are looked at: what a call gives, nobody else has.
    """
    if _NAME.fullmatch(array) is None:
        return False
    arrays = _arrays_of(text)
    return arrays is not None and arrays.is_changed(array, place, _DEPTH)


@lru_cache(maxsize=4)
def _arrays_of(text: str) -> _Arrays | None:
    program = program_tree(text)
    return None if program is None else _Arrays(text, program)


@record(frozen=True, slots=True)
class _Room:
    """A function, or the module, and what it does to arrays."""

    node: ast.AST
    begin: int
    end: int
    own: frozenset[str]  #: the names that are its own
    changes: tuple[tuple[int, str], ...]  #: where which arrays change
    shares: tuple[tuple[int, str, str], ...]  #: where a name gets the memory of another one
    owner: str = ""  #: the class of a method

    def sees(self, array: str, of: _Room) -> bool:
        """Whether a name means in it what it means in another room, of which it is no part."""
        variable = array.partition(".")[0]
        if variable == "self" or self is of:
            return True
        inside = of.begin <= self.begin and self.end <= of.end
        return variable not in self.own and (inside or variable not in of.own)


class _Arrays:
    """The arrays of a program, as far as its text tells."""

    def __init__(self, text: str, program: ast.Module) -> None:
        at = Positions(text)
        owners: dict[ast.AST, str] = {
            method: made.name
            for made in all_in(program)
            if isinstance(made, ast.ClassDef)
            for method in made.body
        }
        self.rooms: list[_Room] = []
        for node in all_in(program):
            if isinstance(node, (ast.Module, *_FUNCTIONS)):
                begin, end = (0, len(text)) if isinstance(node, ast.Module) else at.span(node)
                own, local = [*own_nodes_of(node)], set[str]()
                if not isinstance(node, ast.Module):
                    local = local_names(node, own)
                changes = ((_offset(at, n), name) for n in own for name in changed_in(n))
                shares = (
                    (at.span(n)[1], ast.unparse(target), name)
                    for n in own
                    if isinstance(n, ast.Assign)
                    for name in views_of(n.value)
                    for target in n.targets
                )
                owner = owners.get(node, "")
                room = _Room(node, begin, end, frozenset(local), (*changes,), (*shares,), owner)
                self.rooms.append(room)
        self.calls = [(at.span(n)[1], n) for n in all_in(program) if isinstance(n, ast.Call)]

    def is_changed(self, array: str, place: int, depth: int) -> bool:
        """Whether one that a place reads changes later; `depth` of the names that it may have."""
        here = [room for room in self.rooms if room.begin <= place <= room.end][-1]
        for room in self.rooms:
            late = room is not here and (room is not self.rooms[0] or array.startswith("self."))
            if late or room is here:
                for offset, name in room.changes:
                    same = _is_same(array, name) and room.sees(array, here)
                    if same and (late or offset > place):
                        return True
        others, called = [*self._shared(array, here)], False
        if isinstance(here.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            others += (calls := [*self._given(here, here.node, array)])
            called = bool(calls)
        if here is not self.rooms[0] and not called and array.partition(".")[0] not in here.own:
            others.append((here.end + 1, array))  # what a layer, for instance, has got
        return depth > 0 and any(self.is_changed(name, at, depth - 1) for at, name in others)

    def _shared(self, array: str, here: _Room) -> Iterator[tuple[int, str]]:
        """Other names of an array, and where they get it."""
        for room in self.rooms if array.startswith("self.") else [here]:
            for offset, one, other in room.shares:
                if array in (one, other):
                    yield offset, other if array == one else one

    def _given(
        self, here: _Room, function: ast.FunctionDef | ast.AsyncFunctionDef, array: str
    ) -> Iterator[tuple[int, str]]:
        """What an array of a function is called where it, or its class, is called, and where."""
        called = here.owner if function.name == "__init__" else function.name
        taken = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        taken = taken[1:] if taken[:1] in (["self"], ["cls"]) else taken
        for end, call in self.calls:
            if getattr(call.func, "id", getattr(call.func, "attr", "")) == called:
                if array.partition(".")[0] not in here.own:
                    yield end, array
                given = [*zip(taken, call.args, strict=False)]
                given += ((keyword.arg or "", keyword.value) for keyword in call.keywords)
                for name, value in given:
                    yield from ((end, view) for view in views_of(value) if name == array)


def _offset(at: Positions, node: ast.AST) -> int:
    return at.offset(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))


def _is_same(array: str, changed: str) -> bool:
    """Whether a change is one of the array, `self.mean`, or of what another room has of it."""
    if array.startswith("self.") and not changed.startswith("self."):
        return "." in changed and changed.rpartition(".")[2] == array.rpartition(".")[2]
    return array == changed
