"""Of several trainings whose histories get one name: which of them a place reads.

history = model.fit(x, y, epochs=3)
history = model.fit(x, y, epochs=5, initial_epoch=history.epoch[-1])  # reads the first one
print(history.epoch)                                                  # and this the second
"""

from __future__ import annotations

from functools import cached_property

import libcst as cst

from transpiler.emit.training.lines import bound_by, holds, is_repeated, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.named_parts import is_history
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Function, Sequence, Static, UserClass
from transpiler.ir.expr import Configured, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.source.lexical import names_in
from transpiler.source.occurrences import Occurrence
from transpiler.source.reaching import reaching

#: The arguments that are named before the loop where they read what it extends.
EARLY = ("epochs", "initial_epoch")
#: Those that only what stands before the loop reads, if they are arrays.
_BEFORE = (
    *EARLY, "x", "y", "batch_size", "shuffle", "sample_weight", "validation_data",
    "validation_split", "validation_batch_size",
)  # fmt: skip


def made_by_hand(model: ModelWriter, call: TrainingCall) -> tuple[str, int]:
    """The variable of a `History()` among the callbacks of a call, and where it gets that."""
    found = (item.expr.value for item in _callbacks(call) if is_history(item))
    for place in (made.place for made in found if isinstance(made, Configured) and made.place):
        for name, statement in model.parts:
            span = model.tree.span(statement)
            if holds(span, place):
                return name, span[0]
    return "", 0


def _callbacks(call: TrainingCall) -> list[Static]:
    given = call.given.get("callbacks")
    items = given.value.items if given is not None and isinstance(given.value, Sequence) else ()
    return [item for item in items if isinstance(item, Static)]


def _arguments(made: Configured) -> list[Expr]:
    return [*made.args, *(value for _, value in made.kwargs)]


class Fits:
    """The calls of `fit` that give their history to one variable of a room."""

    def __init__(self, model: ModelWriter, call: TrainingCall, name: str) -> None:
        self.model = model
        self.call = call
        self.name = name

    @cached_property
    def _places(self) -> list[Occurrence]:
        places = self.model.shared.places(self.model.room, self.name)
        return [place for place in places if not place.binds]

    @cached_property
    def _gone(self) -> list[tuple[int, int]]:
        """What is no longer there as it is: callbacks, and what makes them."""
        tree = self.model.tree
        given = [c.given.get("callbacks") for c in self.model.part.calls]
        gone = [tree.span(g.node) for g in given if g is not None and g.node is not None]
        return gone + [tree.span(part) for _, part in self.model.parts]

    @property
    def readers(self) -> list[Occurrence]:
        """Where the variable is read, but for what goes."""
        return [place for place in self._places if not within(place.start, self._gone)]

    @cached_property
    def calls(self) -> dict[int, TrainingCall]:
        """Those calls, by where their statements begin."""
        found: dict[int, TrainingCall] = {}
        for call in self.model.room.calls:
            statement = call.statement
            if call.name == "fit" and isinstance(statement, cst.SimpleStatementLine):
                bound = bound_by(self.model.tree, statement)
                if self.name in (bound, made_by_hand(self.model, call)[0]):
                    found[self.model.tree.span(statement)[0]] = call
        return found

    @cached_property
    def _seen(self) -> dict[int, frozenset[int]]:
        shared, room = self.model.shared, self.model.room
        name = self.name.partition(".")[0]
        return reaching(shared.text, name, shared.extent(room), self.calls)

    def _of(self, place: Occurrence) -> frozenset[int]:
        """The calls that a place may see."""
        seen = self._seen.get(place.start, frozenset()) & self.calls.keys()
        return seen or frozenset(self.calls)

    def sees_another(self, place: Occurrence) -> bool:
        """Whether a place surely reads something else: `history = history.history` before it."""
        seen = self._seen.get(place.start, frozenset())
        return bool(seen) and seen.isdisjoint(self.calls)

    def is_seen(self, place: Occurrence) -> bool:
        """Whether a place may read what this call gives."""
        mine = self.model.tree.span(self.call.statement)[0] if self.call.statement else 0
        return mine in self._of(place)

    def common(self, place: Occurrence, what: str, default: str) -> str:
        """An argument of all calls that a place may see; "" where that is not known."""
        found = {self._argument(self.calls[start], what, default) for start in self._of(place)}
        return found.pop() if len(found) == 1 else ""

    def _argument(self, call: TrainingCall, what: str, default: str) -> str:
        made = [item.expr.value for item in _callbacks(call)]
        names = [one.name for one in made if isinstance(one, Configured)]
        if "keras.callbacks.BackupAndRestore" in names:
            return ""  # it sets the first epoch
        given: Given | None = call.given.get(what)
        text = given.text if given is not None else default
        return text if self._is_steady(text) else ""

    def _is_steady(self, text: str) -> bool:
        """Whether some code means the same wherever it stands."""
        if text.isdigit():
            return True
        names = names_in(text) if text.replace(" ", "").isalnum() or text.isidentifier() else None
        return bool(names) and all(map(self._is_bound_once, names or ()))

    def _is_bound_once(self, name: str) -> bool:
        places = self.model.shared.places(self.model.room, name)
        bound = [place.start for place in places if place.binds]
        return len(bound) == 1 and not is_repeated(self.model.tree, bound[0])

    def check_begun(self) -> None:
        """Refuse a `History()` that is read where no `fit` has had it yet."""
        name, made = made_by_hand(self.model, self.call)
        if name == self.name and any(made in self._seen.get(p.start, ()) for p in self.readers):
            raise Unsupported(f"`{name}` is read where no `fit` may have had it yet")

    @cached_property
    def asked_early(self) -> bool:
        """Whether an argument of these calls reads it in a way that needs the object."""
        return any(self._inside(call, early=True) for call in self.calls.values())

    @cached_property
    def read_inside(self) -> bool:
        """Whether something in the loop of this call reads what was there before."""
        return self._inside(self.call, early=False)

    def _inside(self, call: TrainingCall, early: bool) -> bool:
        """Whether a call reads the variable: in what it is given, or in what calls back."""
        tree = self.model.tree
        if any(within(place.start, self._calling_back(call)) for place in self._places):
            return True
        arrays = self.model.data_set(call) is None
        others = (g.node for n, g in call.given.items() if not arrays or n not in _BEFORE)
        spans = [tree.span(node) for node in others if node is not None]
        if not early:
            return any(within(place.start, spans) for place in self.readers)
        start, end = tree.span(call.node)
        mine = {id(one) for one in self.model.part.calls}
        for place in (p for p in self.readers if start <= p.start < end):
            seen = self._seen.get(place.start, frozenset()) - {-1}
            known = [self.calls.get(one) for one in seen]
            if any(o is None or id(o) not in mine for o in known) or any(s >= start for s in seen):
                return True
        return False

    def _calling_back(self, call: TrainingCall) -> list[tuple[int, int]]:
        """The callbacks of a call, what makes them, and what they call."""
        tree, whole = self.model.tree, call.given.get("callbacks")
        if whole is None or whole.node is None or made_by_hand(self.model, call)[0] == self.name:
            return []
        found, names = [tree.span(whole.node)], names_in(whole.text)
        for name, part in reversed(self.model.parts):
            if name in names:
                found.append(tree.span(part))
                names |= names_in(tree.code(part))
        made = [item.expr.value for item in _callbacks(call)]
        given = [one for m in made if isinstance(m, Configured) for one in _arguments(m)]
        made += [one.value for one in given]
        own = [one for one in made if isinstance(one, (UserClass, Function))]
        here = (None, self.model.shared.file)
        return found + [tree.span(one.node) for one in own if one.file in here]
