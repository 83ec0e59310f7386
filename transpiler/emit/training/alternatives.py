"""Variables that hold one model or another: what is asked of them is asked of each.

model = small() if quick else large()
for model in (small, large):
for build in (build_small, build_large):
    model = build()
"""

from __future__ import annotations

from transpiler.emit.training.shared import Room, origin
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Model
from transpiler.record import replace


def with_calls(rooms: list[Room]) -> list[Room]:
    """The rooms with their calls: where a call may be of several models, one for each of them."""
    known = _Alternatives()
    calls = [
        known.calls([one for call in room.region.training.values() for one in _of_rounds(call)])
        for room in rooms
    ]
    return [replace(room, calls=tuple(found)) for room, found in zip(rooms, calls, strict=True)]


def _of_rounds(call: TrainingCall) -> list[TrainingCall]:
    """The call in each round of a loop that is gone through, as far as their models differ.

    Each knows those of all other rounds, since there is one text for all of them.
    """
    if not call.rounds:
        return [call]
    each = (*call.rounds, call)
    found = {id(origin(one.model)): one for one in each}
    for one in found.values():
        one.rounds = tuple(other for other in each if other is not one)
        one.own |= call.own
    return list(found.values())


class _Alternatives:
    """The calls that stand for one, by the models that it may be of."""

    def __init__(self) -> None:
        self.models: dict[int, list[Model]] = {}
        self.made: dict[int, list[TrainingCall]] = {}
        self.behind: dict[int, Model] = {}  #: what stands for one model alone: the model that it is

    def calls(self, calls: list[TrainingCall]) -> list[TrainingCall]:
        """The calls, each once for each model that it may be of."""
        return [one for call in calls for one in self._each(call)]

    def _each(self, call: TrainingCall) -> list[TrainingCall]:
        if id(call) not in self.made:
            models = self._of(call.model)
            self.made[id(call)] = [call]
            if models != [call.model]:
                self.made[id(call)] = [
                    replace(call, model=model, compiled=self._compiled(call, model))
                    for model in models
                ]
        return self.made[id(call)]

    def _compiled(self, call: TrainingCall, model: Model) -> TrainingCall | None:
        """The `compile` that is in force for one of the models."""
        made = root(model)
        made = self.behind.get(id(made), made)
        compiles = call.compiled or call.compiled_each.get(id(made))
        if compiles is None:
            return None
        found = [c for c in self._each(compiles) if root(c.model) is root(model)]
        return found[0] if found else None

    def _of(self, model: Model) -> list[Model]:
        """The models of which one is one, each as the caller sees it."""
        if id(model) not in self.models:
            self.models[id(model)] = self._found(model)
        return self.models[id(model)]

    def _found(self, model: Model) -> list[Model]:
        behind = model.source or model.copy_of
        if behind is not None:
            each = self._of(behind)
            if each == [behind]:
                return [model]
            model = replace(model, options=())
            if model.source is None:
                return [replace(model, copy_of=one, origin=one.origin) for one in each]
            return [replace(model, source=one, origin=one.origin) for one in each]
        if model.options:
            return list(dict.fromkeys(one for option in model.options for one in self._of(option)))
        if model.origin is not None and self._of(model.origin) != [model.origin]:
            found = [replace(model, origin=one) for one in self._of(model.origin)]
            self.behind |= {id(one): model for one in found}
            return found
        return [model]
