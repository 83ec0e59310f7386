"""Which data is ready in a variable where a call needs it: made before, on every way there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.emit.training.lines import within
from transpiler.emit.training.shared import Room, Shared
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Static
from transpiler.ir import tokens
from transpiler.ir.expr import Configured
from transpiler.lower.training import Compiled
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.arrays_in_place import may_change_arrays
from transpiler.source.between import changed_between
from transpiler.source.changed_by_callbacks import changed_by_callbacks
from transpiler.source.changed_by_others import given_between
from transpiler.source.changing import changed_elsewhere
from transpiler.source.properties import properties
from transpiler.source.reached import program_of
from transpiler.source.suites import blocks_around

#: Calls in whose place data is made ready.
_MAKING = ("fit", "evaluate")
#: Arguments that say which samples stand in which batches, which may be variables.
_SIZES = (
    "batch_size", "validation_batch_size", "validation_split", "steps_per_epoch",
    "validation_steps", "sample_weight", "class_weight",
)  # fmt: skip
_NAME = regex(r"(?<![\w.])(?:self\.)?[A-Za-z_]\w*")
_WORD = regex(r"[A-Za-z_]\w*")
_ATTRIBUTE = regex(r"\.([A-Za-z_]\w*)")
_CALL = regex(r"[\w\])]\s*\(")
#: Attributes of arrays through which they are not changed.
LOOKING = ("shape", "dtype", "ndim", "size")


def size_that_counts(compiled: Compiled, size: str | None) -> tuple[str, ...]:
    """The size of the batches, where it changes what is measured: Keras takes means of batches.

    It does so for the losses of several outputs, and with functions of the program, which may make
    one number of a batch; losses may be sums, or means over the steps that a mask leaves.
    """
    loss = compiled.call.given.get("loss")
    made = loss.value.expr.value if loss is not None and isinstance(loss.value, Static) else None
    reduced = isinstance(made, Configured) and "reduction" in dict(made.kwargs)
    by_batch = any("{batches}" in metric.result for _, metric in compiled.metrics)
    by_batch = by_batch or any(head.loss.of_batch for head in compiled.heads)
    masked = any(head.steps is not None for head in compiled.heads)
    counts = compiled.several or compiled.call.own or reduced or by_batch or masked
    return (size or "32",) if counts else ()


@record(frozen=True, slots=True, eq=False)
class Made:
    """Statements that make data ready, and the call before which they stand."""

    lines: tuple[str, ...]
    call: TrainingCall
    versions: tuple[Any, ...]
    names: tuple[str, ...]  #: the arguments that they are made of
    ready: Ready

    @property
    def mark(self) -> str:
        """Stands for the lines until it is known which are needed, now that all are written."""
        start, end = self.ready.shared.tree.span(self.call.node)
        return tokens.data(start, end)

    @property
    def variables(self) -> list[str]:
        """What they bind."""
        return [line.split(" = ")[0] for line in self.lines]


class Ready:
    """What the calls of one model have made ready in one room."""

    def __init__(self, shared: Shared, room: Room) -> None:
        self.shared = shared
        self.room = room
        self.made: list[Made] = []
        self.bound: dict[str, Made] = {}  #: what each variable holds, by the last call so far
        self.offers: list[tuple[Any, str, Made]] = []  #: what is loaded, by which variable

    def needed(self, call: TrainingCall, lines: list[str], names: tuple[str, ...]) -> list[str]:
        """What stands for the statements that a call needs; nothing if all is there already."""
        names += tuple(n for n in _SIZES if n in call.given and call.given[n].versions)
        versions = tuple(call.given[n].versions for n in names if n in call.given)
        new = Made(tuple(lines), call, versions, names, self)
        first = _all_of_one(self.bound, new)
        if not lines or (first is not None and self._is_there(first, call, names)):
            return []
        self.bound |= dict.fromkeys(new.variables, new)
        self.made.append(new)
        return [new.mark]

    def offer(self, key: Any, loader: str) -> None:
        """Say what a loader that was made ready gives."""
        if loader in self.bound:
            self.offers.append((key, loader, self.bound[loader]))

    def loader(self, call: TrainingCall, key: Any, names: tuple[str, ...]) -> str:
        """The variable of a loader that gives what a call needs, "" if there is none."""
        loader: str
        for known, loader, made in reversed(self.offers):
            holds_it = known == key and self.bound[loader] is made
            if holds_it and self._is_there(made, call, names):
                return loader
        return ""

    def holding(self, call: TrainingCall, value: str, names: tuple[str, ...]) -> str:
        """The variable of a data set that was made of the same before, "" if there is none."""
        for variable, made in self.bound.items():
            line = f"{variable} = {value}"
            new = Made((line,), call, (), names, self)
            if _is_same(line, new, made) and self._is_there(made, call, names):
                return variable
        return ""

    def first_line(self, lines: list[str]) -> str:
        """The first of some statements, which may be among those that a mark stands for."""
        marked = (made.lines[0] for made in self.made if made.mark == lines[0])
        return next(marked, lines[0])

    def take(self, call: TrainingCall, line: str) -> bool:
        """Take a variable for a statement, if no other call in it needs something else there."""
        key = (id(call.statement), line.split(" = ")[0])
        return self.shared.used.setdefault(key, line) == line

    def _is_there(
        self,
        made: Made,
        call: TrainingCall,
        names: tuple[str, ...],
        is_kept: Callable[[TrainingCall, TrainingCall], bool] | None = None,
    ) -> bool:
        """Whether a call comes after another one on every way, with the data as it was.

        `is_kept` tells whether a call between them is one whose data is known.
        """
        is_kept = is_kept or self._is_kept
        span = self.shared.tree.span
        start, end = span(made.call.node)[1], span(call.node)[0]
        around = blocks_around(self.shared.tree, self.room.node, end)
        before = blocks_around(self.shared.tree, self.room.node, start - 1)
        if start > end or around[: len(before)] != before:
            return False
        loops = [s for s, _ in around[len(before) :] if isinstance(s, (cst.For, cst.While))]
        if loops:
            end = span(loops[0])[1]
        texts = [call.given[n].text for n in names if n in call.given]
        if any(_CALL.search(text) or is_computed(self.shared, text) for text in texts):
            return False
        begin, until = span(made.call.node)[1], span(call.node)[0]
        whole = self.shared.tree.text
        if any(changed_between(whole, text, begin, until, of_arrays=True) for text in texts):
            return False  # by a function, perhaps
        path, program = self.shared.file.path, program_of(whole)
        words = {word for text in texts for word in _WORD.findall(text)}
        behind = program.made_of(words)  # `X` of `X[:100]`, and of `dict(x=X)`
        taken = sorted((behind - words) & program.imported)
        if any(changed_elsewhere(path, whole, text, begin, until) for text in (*texts, *taken)):
            return False
        if given_between(whole, path, frozenset(behind), begin, end):
            return False
        if texts and may_change_arrays(path, whole, begin, until):
            return False
        changed = changed_by_callbacks(whole, path)
        if not changed.sets.isdisjoint(words):
            return False
        calls = self.room.calls
        hooked = (c for c in calls if "callbacks" in c.given)
        if any(span(made.call.node)[0] <= span(c.node)[0] < end for c in hooked):
            if any(map(changed.has, texts)):
                return False
        mine = {id(c.node) for c in calls if c.model is call.model}
        known = [c for c in calls if c.model is call.model or id(c.node) not in mine]
        others = [c for c in known if c.name in _MAKING and c is not call and c is not made.call]
        if any(start < span(c.node)[0] < end and not is_kept(c, call) for c in others):
            return False
        spans = [span(c.node) for c in calls]
        return not any(
            start <= place.start < end
            and place.attribute not in LOOKING
            and not within(place.start, spans)
            for name in {n for text in texts for n in _NAME.findall(text)}
            for place in self.shared.places(self.room, name)
        )

    def _is_kept(self, other: TrainingCall, call: TrainingCall) -> bool:
        """Whether a call between is one of the same model, which `bound` knows of."""
        span = self.shared.tree.span
        return other.model is call.model and span(other.node)[0] < span(call.node)[0]

    def repeats(self, made: Made, first: Made) -> bool:
        """Whether data is made that a call of some model, in the order of all, made before."""

        def is_before(other: TrainingCall, call: TrainingCall) -> bool:
            span = self.shared.tree.span
            return span(other.node)[0] < span(call.node)[0]

        same_room = first.ready.room is self.room
        return same_room and self._is_there(first, made.call, made.names, is_before)


def is_computed(shared: Shared, text: str) -> bool:
    """Whether an expression reads a property, which may give something else each time."""
    asked = {*_ATTRIBUTE.findall(text)} if "." in text else set()
    known = properties(shared.tree.text, shared.file.path) if asked else frozenset()
    return not asked.isdisjoint(known)


def _all_of_one(bound: dict[str, Made], new: Made) -> Made | None:
    """What was made before that is the same, and still in its variables."""
    old = [bound.get(variable) for variable in new.variables]
    first = old[0] if old else None
    if first is None or any(made is not first for made in old):
        return None
    if any(begins in line for line in new.lines for begins in ("iter(", "epochs_of(")):
        return None  # each begins anew
    return first if (first.lines, first.versions) == (new.lines, new.versions) else None


def _is_held(line: str, new: Made, bound: dict[str, Made]) -> bool:
    """Whether a variable holds the data set of a line already, which gets another loader now."""
    old = bound.get(line.split(" = ")[0])
    if old is None or new.call.in_loop:  # before which all of them go together
        return False
    return _is_same(line, new, old) and new.ready.repeats(new, old)


def _is_same(line: str, new: Made, old: Made) -> bool:
    """Whether the data set of a line is one that was made before, under the same name."""
    variable, _, value = line.partition(" = ")
    if line not in old.lines or not value.startswith("TensorDataset("):
        return False
    read = {name for name in _NAME.findall(value) if name not in ("TensorDataset", "torch")}
    bound = {name for made in (new, old) for name in _NAME.findall(" ".join(made.variables))}
    if not read.isdisjoint(bound - {variable}):  # `x_test, y_test = pair` gives them anew
        return False
    before, now = _versions(old.call), _versions(new.call)
    return all(before.get(name) == now.get(name) for name in read)


def _versions(call: TrainingCall) -> dict[str, int]:
    """Which assignments of the names that its arguments read a call sees."""
    return {name: number for given in call.given.values() for name, number in given.versions}


def lines_by_mark(made: list[Made]) -> dict[str, tuple[str, ...]]:
    """The lines for each mark: none where another model needed the same right before."""
    found: dict[str, tuple[str, ...]] = {}
    bound: dict[tuple[int, str], Made] = {}
    for new in sorted(made, key=lambda m: m.ready.shared.tree.span(m.call.node)[1]):
        if new.mark in found:
            continue  # of a call that may be of several models
        room = id(new.ready.room)
        here = {name: one for (place, name), one in bound.items() if place == room}
        first = _all_of_one(here, new)
        repeated = first is not None and new.ready.repeats(new, first)
        left = (line for line in new.lines if not _is_held(line, new, here))
        found[new.mark] = () if repeated else tuple(left)
        if not repeated:
            bound |= {(room, variable): new for variable in new.variables}
    return found
