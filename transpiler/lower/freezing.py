"""Which models are not trained together with those that they are part of.

discriminator.compile(optimizer="adam", loss="binary_crossentropy")
discriminator.trainable = False
gan = keras.Model(z, discriminator(generator(z)))
gan.compile(optimizer="adam", loss="binary_crossentropy")

Keras 2 goes by what is trainable when a model is compiled, Keras 3 by what is when it first trains.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field

from transpiler.interpret.context import Frozen
from transpiler.interpret.layers.freezing import FROZEN_NORM
from transpiler.interpret.region import Region
from transpiler.interpret.repeats import traced_anew
from transpiler.interpret.trainable import is_told_by_run, left_frozen
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Layer, Model
from transpiler.ir.tensor import Unsupported
from transpiler.lower.compositions import WRAPPED, Compositions, Still, Subset
from transpiler.lower.frozen_by_run import is_by_run, models_by_run, refuse_by_run, tells_norms
from transpiler.lower.frozen_elsewhere import freezes_norms_there, frozen_there
from transpiler.lower.frozen_regularizers import asked_frozen, refuse_traced, watched_of
from transpiler.lower.unheard import (
    AS_COMPILED,
    AS_TRAINED,
    GOES_ON,
    is_made_still,
    refuse_unheard,
)
from transpiler.record import record
from transpiler.regex import regex

_TRAINS = ("fit", "train_on_batch")
_BOTH = "the function of another file has frozen a part of it, and this file says of it, too"
_NOTHING = "a model that has all of its layers is not trainable: Keras would train nothing"
#: What batch normalization without one of its two weights is made with.
_LACKING = regex(r"\b(?:scale|center)\b|\*\*")


@record(slots=True)
class Freezing:
    """What is not trained, of all models of a file."""

    of: Compositions
    in_place: bool = True  #: what is frozen when a model trains is what the program froze last
    frozen: dict[int, frozenset[int]] = field(default_factory=dict)  #: by id of the `compile`
    norms: dict[int, frozenset[int]] = field(default_factory=dict)  #: those whose norms train
    models: dict[int, tuple[Model, ...]] = field(default_factory=dict)  #: all that are not trained
    problems: dict[int, str] = field(default_factory=dict)  #: by id of the `compile`
    notes: dict[int, str] = field(default_factory=dict)  #: by id of the `compile`
    compiles: list[TrainingCall] = field(default_factory=list)
    trains: list[TrainingCall] = field(default_factory=list)  #: what takes steps
    calls: Sequence[TrainingCall] = ()  #: all of them, in the order of the program
    #: what freezes layers that normalize batches, once models are made
    norms_in_turn: list[TrainingCall] = field(default_factory=list)

    by_run: list[Model] = field(default_factory=list)  #: of which gradients tell, as it runs
    norms_there: set[int] = field(default_factory=set)  #: by id of the `compile`: of other files

    def concerns(self, model: Model) -> Iterator[TrainingCall]:
        """Each `compile` of something that a model is part of."""
        return (call for call in self.compiles if self.concern(model, call.model))

    def concern(self, model: Model, other: Model) -> bool:
        """Whether a model is part of another one."""
        return bool(_as_seen(model, other) & self.of.parts(other))

    def subset(self, call: TrainingCall, variable: str) -> Subset | None:
        """What of a model, which has this name there, a `compile` trains."""
        if id(call) in self.problems:
            raise Unsupported(self.problems[id(call)])
        frozen = self.frozen.get(id(call), frozenset())
        norms = self.norms.get(id(call), frozenset())
        parts = self.of.parts(call.model)
        touched = [one.model for one in self.norms_in_turn]
        every = [*self.of.all_parts(call.model)]
        if id(call) in self.norms_there:
            return self._told_by_gradients(call)
        mine = parts.union(*map(_made_as, (call.model, *every)))
        if any((_as_seen(m, call.model) | _made_as(m)) & mine for m in touched) or any(
            self.of.share(m, part) for m in touched for part in every
        ):
            return self._told_by_gradients(call)
        if any(self._lends_norms(one, call, frozen) for one in self.models.get(id(call), ())):
            return self._told_by_gradients(call)
        if not self.in_place:
            for part in self.of.live_parts(call.model, frozen):
                if any(self.of.share(part, other) for other in self.models.get(id(call), ())):
                    raise Unsupported("it shares layers with a model that is not trainable")
        home = self.of.home(call.model)
        holder = "" if home is None or call.region is home[0] else variable
        return self.of.subset(call.model, frozen, self.in_place, norms, holder)

    def _lends_norms(self, still: Model, call: TrainingCall, frozen: frozenset[int]) -> bool:
        """Whether what is compiled runs layers of a model that is not trainable, but not itself."""
        of = self.of
        if id(root(still)) in of.parts(call.model) or not of.normalizes(still):
            return False
        return any(of.share(still, part) for part in of.live_parts(call.model, frozen))

    def _told_by_gradients(self, call: TrainingCall) -> Subset:
        """Where layers that normalize batches are frozen in turn, their weights tell which are."""
        every = tuple(self.of.layers(call.model))
        layers = [WRAPPED.sub("", text) for text in every]
        made = [text for text in layers if "BatchNorm" in text]
        blocks = any(not text.startswith("nn.") and text not in made for text in layers)
        kinds = tuple(
            f"nn.BatchNorm{n}d"
            for n in "123"
            if blocks or any(f"BatchNorm{n}d(" in text for text in made)
        )
        plain = all(re.match(r"(?:nn\.|Biased)BatchNorm\dd\(", text) for text in made)
        lacking = any("affine=False" in text or text.startswith("partly_affine(") for text in every)
        lacking |= blocks and any(map(_LACKING.search, self.of.block_sources(call.model)))
        if not self.in_place or lacking or not plain:
            raise Unsupported(FROZEN_NORM)
        return Subset(None, (Still("", kinds, told=True),))

    def is_left(self, call: TrainingCall) -> bool:
        """Whether nothing here trains what a call freezes, and it normalizes batches."""
        freezes = call.given["value"].text != "True" and self.of.normalizes(call.model)
        of = self.of
        return freezes and not any(
            _as_seen(call.model, c.model) & of.parts(c.model)
            or of.share(call.model, c.model)
            or of.has_one_of(c.model, call.model)
            for c in self.trains
        )

    def trains_nothing(self, call: TrainingCall, still: frozenset[int]) -> bool:
        """Whether all weights of what a `compile` trains are frozen, its models `still` too."""
        frozen = self.frozen.get(id(call), frozenset())
        before = self.calls[: self.calls.index(call)] if call in self.calls else ()
        return not self.of.learns(call.model, frozen | still, left_frozen(before))


def plan_freezing(calls: Sequence[TrainingCall], keras: str, regions: Sequence[Region]) -> Freezing:
    """What is frozen for each `compile` of a file."""
    plan = Freezing(Compositions(regions))
    here = {id(root(c.model)) for c in calls if c.name in ("trainable", "freeze")}
    said = bool(here)
    for call in calls:
        if there := frozen_there(call, plan.of):
            call.frozen, said = (*call.frozen, *there), True
            if call.name == "compile" and any(id(one.model) in here for one in there):
                plan.problems[id(call)] = _BOTH
        if call.name == "compile" and freezes_norms_there(call, plan.of):
            plan.norms_there.add(id(call))
            said = True
    if not said and not any(is_made_still(call.model) for call in calls):
        return plan
    plan.of.in_turn = frozenset(id(x) for c in calls if c.name == "freeze" for x in c.layers)
    plan.calls = calls
    plan.compiles = [c for c in calls if c.name == "compile"]
    plan.trains = [c for c in calls if c.name in _TRAINS]
    plan.of.in_turn |= {id(x) for c in calls if c.name == "trainable" for x in _lent(plan, c)}
    freezes = [(c, [x.symbol for x in c.layers]) for c in calls if c.name == "freeze"]
    plan.norms_in_turn = [c for c, s in freezes if any(x.endswith("BatchNormalization") for x in s)]
    plan.by_run = models_by_run(plan, calls)
    plan.norms_in_turn += [c for c in calls if tells_norms(plan, c)]
    plan.in_place = _is_in_turn(plan, calls, regions)
    if plan.in_place:
        plan.of.in_turn |= asked_frozen(plan, calls)
    for call in plan.compiles:
        trains = [c for c in plan.trains if _is_compiled_by(plan, c, call)]
        _settle(plan, call, trains, keras)
    _refuse_unordered(plan, calls, regions)
    refuse_unheard(plan, calls, keras)
    refuse_by_run(plan, calls)
    if keras != "2":
        refuse_traced(plan, calls)
    return plan


def _lent(plan: Freezing, call: TrainingCall) -> Iterator[Layer]:
    """The watched layers of what is frozen, or not, that a model has which it is no part of."""
    of, home = plan.of, plan.of.home(call.model)
    compiled = (c.model for c in plan.compiles if id(root(call.model)) not in of.parts(c.model))
    parts = (part for model in compiled for part in of.live_parts(model, frozenset()))
    if home is None or not home[0].penalties or not any(of.share(call.model, p) for p in parts):
        return
    yield from watched_of(plan, call)


def _is_in_turn(plan: Freezing, calls: Sequence[TrainingCall], regions: Sequence[Region]) -> bool:
    """Whether weights can be frozen where the program says so: it surely comes to pass in time.

    What trains a model is then found by the program as it goes, from top to bottom; or else the
    function that gives the model has frozen its parts.
    """
    once = _run_once(regions)
    involved = [c for c in calls if c.name in ("compile", *_TRAINS)]
    for call in calls:
        if call.name != "trainable":
            continue
        if is_by_run(plan, call):
            continue
        told = is_told_by_run(call)
        if call.in_loop or call.region is None or call.but_norms:
            return False
        if call.conditional and not (
            _only_freezes(calls) and plan.of.needs_gradients_alone(call, and_norms=told)
        ):
            return False
        for other in involved:
            if not _as_seen(call.model, other.model) & plan.of.parts(other.model):
                continue
            home = plan.of.home(other.model)
            sequential = not other.conditional and not other.in_loop
            ordered = sequential and {id(call.region), id(other.region)} <= once
            ordered |= _compiles_anew(other, calls) and id(call.region) in once
            if not ordered and (home is None or home[0] is not call.region):
                return False
    return True


def _only_freezes(calls: Sequence[TrainingCall]) -> bool:
    """Whether a program never says of anything that it is trainable (again)."""
    said = [call for call in calls if call.name in ("trainable", "freeze")]
    values = (c.given["value"] for c in said if not is_told_by_run(c))
    freezes = all(call.name == "trainable" for call in said) and all(
        value.text == "False" for value in values
    )
    once = Counter(id(root(call.model)) for call in said)
    return freezes and all(once[id(root(c.model))] == 1 for c in said if is_told_by_run(c))


def _compiles_anew(one: TrainingCall, calls: Sequence[TrainingCall]) -> bool:
    """Whether a function compiles what it trains, by what is trainable when it is called."""
    compiled = one if one.name == "compile" else one.compiled
    if compiled is None or compiled.region is not one.region:
        return False
    said = any(c.name in ("trainable", "freeze") and c.region is one.region for c in calls)
    return not (said or compiled.conditional or compiled.in_loop)


def _run_once(regions: Sequence[Region]) -> set[int]:
    """The regions that run once: the file, and functions that such a region calls one time."""
    runs = Counter(id(r.summary.region) for region in regions for r in region.runs.values())
    once = {id(regions[0])}
    pending = [regions[0]]
    while pending:
        for run in pending.pop().runs.values():
            if run.once and run.summary.region is not None and runs[id(run.summary.region)] == 1:
                once.add(id(run.summary.region))
                pending.append(run.summary.region)
    return once


def _refuse_unordered(
    plan: Freezing, calls: Sequence[TrainingCall], regions: Sequence[Region]
) -> None:
    """What is trained in one function is not frozen by another of which no call is seen.

    The constructor of a class runs before its methods; a function may freeze what it makes.
    """
    ordered = {id(regions[0])}
    pending = [regions[0]]
    while pending:
        for run in pending.pop().runs.values():
            if run.summary.region is not None and id(run.summary.region) not in ordered:
                ordered.add(id(run.summary.region))
                pending.append(run.summary.region)
    for region in regions:
        if id(region) in ordered or region.name == "__init__":
            continue
        mine = [b.model for b in region.built]
        for call in region.training.values():
            model = root(call.model)
            if call.name == "trainable" and model not in mine and model.caller is not region:
                for compiles in plan.concerns(call.model):
                    alone = _is_settled_in(plan, region, call, compiles, calls)
                    if id(compiles.node) not in region.training and not alone:
                        plan.problems[id(compiles)] = (
                            f"`{region.name}` changes what is trainable, and when that runs is "
                            "not known"
                        )


def _is_settled_in(
    plan: Freezing,
    region: Region,
    freezing: TrainingCall,
    compiles: TrainingCall,
    calls: Sequence[TrainingCall],
) -> bool:
    """Whether a method says what is trainable before it trains what the constructor compiled.

    Nobody else trains it, so that it makes no difference when the method runs.
    """
    if compiles.region is None or compiles.region.name != "__init__":
        return False
    model = root(freezing.model)
    said = [
        region.tree.span(c.node)[0]
        for c in region.training.values()
        if c.name == "trainable" and root(c.model) is model and not c.conditional
    ]
    trains = [c for c in calls if c.name in _TRAINS and _is_compiled_by(plan, c, compiles)]
    return all(
        c.region is region and any(place < region.tree.span(c.node)[0] for place in said)
        for c in trains
    )


def _is_compiled_by(plan: Freezing, call: TrainingCall, compiles: TrainingCall) -> bool:
    """Whether a `compile` is in force, maybe that of the function which gives the model."""
    if call.compiled is not None:
        return call.compiled is compiles
    home = plan.of.home(call.model)
    return home is not None and home[1].model is root(compiles.model)


def _is_told_by_weights(
    plan: Freezing, call: TrainingCall, trains: list[TrainingCall], each: set[frozenset[int]]
) -> bool:
    """Whether a function that trains once more needs to know nothing of what is trainable then.

    Gradients are switched on and off where the program says so; only layers that normalize
    batches have to be told.
    """
    if not plan.in_place or any(one.region is not call.region for one in trains):
        return False
    try:
        found = [plan.of.subset(call.model, one, True, frozenset()) for one in each]
    except Unsupported:
        return False
    told = any(one.still for one in found if one is not None)
    return not told and all(plan.of.learns(call.model, one) for one in each)


def _settle(plan: Freezing, call: TrainingCall, trains: list[TrainingCall], keras: str) -> None:
    """What is frozen for one `compile`."""
    models = (call.model, *(c.model for c in trains))  # as its function builds it, and gives it
    told = frozenset[int]().union(*(_as_seen(one, call.model) for one in plan.by_run))
    mine = frozenset[int]().union(*map(plan.of.parts, models)) - told
    itself = {id(root(model)) for model in models}
    if any(plan.of.has_all_of(one.model, call.model) for c in trains for one in c.frozen):
        plan.problems[id(call)] = GOES_ON if keras == "2" else _NOTHING
    compiled = _frozen(call) & mine
    first = _frozen(trains[0]) & mine if trains else compiled
    frozen = compiled if keras == "2" else first
    if compiled != first and keras != "2":
        older = bool(itself & first) and keras == "auto"
        frozen = compiled if older else first
        plan.notes[id(call)] = AS_COMPILED if older else AS_TRAINED
    for event in (call, *trains):
        met = [_all_seen(later, event.model) & mine for later in event.later]
        others = {one for one in met if one != _frozen(event) & mine}
        if others and not _is_told_by_weights(plan, call, trains, {frozen, *others}):
            plan.problems[id(call)] = "what is trainable changes before this runs again"
    lent = [_lending(plan, event) for event in (call, *trains)]
    if len(set(lent[:2])) > 1 and keras == "2":
        plan.problems[id(call)] = GOES_ON
    elif len(set(lent[:2])) > 1 and keras == "auto":
        plan.notes[id(call)] = AS_TRAINED
    if len(set(lent[1:])) > 1:
        plan.problems[id(call)] = GOES_ON
    changed = [c for c in trains if _frozen(c) & mine != first]
    if keras != "2" and traced_anew([c for c in trains if c not in changed], changed):
        plan.problems[id(call)] = "what is trainable changes, and it trains on without `compile`"
    if trains and (itself & frozen or any(map(is_made_still, models))):
        plan.problems[id(call)] = "it is not trainable itself, and would train nothing"
    plan.frozen[id(call)] = frozen
    decisive = call if frozen is compiled else trains[0]
    plan.models[id(call)] = tuple(one.model for one in decisive.frozen)
    norms = [one for one in decisive.frozen if one.but_norms]
    plan.norms[id(call)] = _all_seen(norms, call.model)
    plan.in_place &= all(_frozen(c) & mine == frozen for c in trains)


def _lending(plan: Freezing, call: TrainingCall) -> frozenset[int]:
    """The models that are not trainable and lend layers to what a call trains or compiles."""
    of, mine = plan.of, plan.of.parts(call.model)
    parts = list(of.live_parts(call.model, frozenset()))
    others = {id(one.model): one.model for one in call.frozen if id(root(one.model)) not in mine}
    lending = (root(m) for m in others.values() if any(of.share(m, part) for part in parts))
    return frozenset(map(id, lending))


def _frozen(call: TrainingCall) -> frozenset[int]:
    return _all_seen(call.frozen, call.model)


def _all_seen(frozen: Iterable[Frozen], other: Model) -> frozenset[int]:
    """What is not trainable, as a model of which it may be a part has it."""
    return frozenset[int]().union(*(_as_seen(one.model, other) for one in frozen))


def _made_as(model: Model) -> frozenset[int]:
    """The ids of a model as the functions have it by which it came."""
    made = root(model)
    found = {id(made)}
    while made.origin is not None:
        made = root(made.origin)
        found.add(id(made))
    return frozenset(found)


def _as_seen(model: Model, other: Model) -> frozenset[int]:
    """The id of a model; also that which a part of another one has that its function gives, too.

    model, base = build()
    base.trainable = False
    """
    made, beside = root(model), root(other)
    if made.origin is None or made.node is None or made.node is not beside.node:
        return frozenset({id(made)})
    return frozenset({id(made), id(root(made.origin))})
