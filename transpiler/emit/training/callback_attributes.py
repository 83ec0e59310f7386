"""What a program reads of its callbacks when a `fit` has ended: variables of the loop.

early = EarlyStopping(patience=3)
model.fit(x, y, callbacks=[early])
print(early.stopped_epoch)            print(stopped_epoch)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from transpiler.emit.edits import Edit
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.named_parts import made_in
from transpiler.interpret.control.perhaps import by_conditions
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence, Static
from transpiler.ir.expr import Configured
from transpiler.ir.tensor import Unsupported
from transpiler.lower.binding import Use
from transpiler.regex import regex
from transpiler.source.lexical import words_in
from transpiler.source.reaching import reaching

_LITERAL = regex(r"[-+]?[\d.]+(?:e[-+]?\d+)?|([\"'])[^\"'\\]*\1")


class Asked:
    """What is read of one callback that a `fit` gets."""

    def __init__(self, model: ModelWriter, call: TrainingCall, use: Use) -> None:
        self.model = model
        self.call = call
        self.use = use
        self.name = self._variable_of(use.place, call)
        places = model.shared.places(model.room, self.name) if self.name else []
        self.places = [p for p in places if p.attribute in use.rule.attributes]
        self.alone = all(map(self._gives, self._fits))

    @property
    def attributes(self) -> frozenset[str]:
        """Their names."""
        return frozenset(place.attribute for place in self.places)

    @property
    def _fits(self) -> list[TrainingCall]:
        return [call for call in self.model.room.calls if call.name == "fit"]

    def _gives(self, call: TrainingCall) -> bool:
        """Whether a `fit` gets the callback, or another one that the variable holds."""
        given = call.given.get("callbacks")
        items = given.value.items if given is not None and isinstance(given.value, Sequence) else ()
        each = (one for item in items for _, one in by_conditions(item))
        made = (one.expr.value for one in each if isinstance(one, Static))
        places = (one.place for one in made if isinstance(one, Configured))
        return any(self._variable_of(place, call) == self.name for place in places)

    def _variable_of(self, place: tuple[int, int] | None, call: TrainingCall) -> str:
        """The variable that holds a callback of a call; "" if that is not known.

        Several may hold what a function gives: then the call has to name one.
        """
        tree, naming = self.model.tree, self.model.naming
        if (name := made_in(tree, naming, place)) or place is None:
            return name
        calls = self.model.shared.calls_giving(self.model.room, place)
        names = {made_in(tree, naming, span) for span in calls}
        if len(names) > 1:
            names &= words_in(call.given["callbacks"].text) if "callbacks" in call.given else set()
        return names.pop() if len(names) == 1 else ""

    def variable(self, wanted: str, taken: set[str]) -> str:
        """A variable that keeps its value, whatever else is trained before it is read."""
        own = f"{self.name}_{wanted}"
        names = itertools.chain((own,), (f"{own}_{number}" for number in itertools.count(2)))
        names = itertools.chain((wanted,), names) if self.alone else names
        found = next(n for n in names if n not in taken and self.model.lasting(n) == n)
        taken.add(found)
        return found

    def _is_steady(self, attribute: str, text: str) -> bool:
        """Whether an argument is a literal, or a variable that stays what it is."""
        if attribute not in self.use.arguments:
            return True  # a variable of the loop
        if not text.isidentifier():
            return _LITERAL.fullmatch(text) is not None
        places = self.model.shared.places(self.model.room, text)
        return sum(place.binds for place in places) < 2

    def answer(self, answers: Iterable[tuple[str, str]]) -> None:
        """Write what the loop knows in the places that read it."""
        if not self.places:
            return
        shared, room = self.model.shared, self.model.room
        mine = self.model.tree.span(self.call.statement)[0] if self.call.statement else 0
        fits = {
            shared.tree.span(c.statement)[0] for c in self._fits if self._gives(c) and c.statement
        }
        seen = reaching(shared.text, self.name, shared.extent(room), fits)
        known = dict(answers)
        for place in self.places:
            sources = seen.get(place.start, frozenset())
            text = f"`{self.name}.{place.attribute}`"
            if not sources or not sources <= fits:
                raise Unsupported(f"{text} is read where no `fit` may have had it yet")
            if mine not in sources:
                continue
            found, span = known.get(place.attribute), (place.start, place.attribute_end)
            if found is None or not self._is_steady(place.attribute, found):
                raise Unsupported(f"what {text} is, is not known")
            if shared.replaced.get(span, found) != found:
                raise Unsupported(f"what {text} is, is not known")
            shared.replaced[span] = found
            edit = Edit(*span, found)
            if mine == min(sources) and edit not in self.model.edits:
                self.model.edits.append(edit)
