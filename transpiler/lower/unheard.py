"""Models that are said to be trainable when they are so already: Keras 3 takes no notice of that.

base.trainable = False
model = Sequential([base, Dense(1)])
model.trainable = True

The base stays frozen in Keras 3; Keras 2 trains it again.

And layers that are trainable again when a model has trained: it goes on without them until the next
`compile`, while torch's parameters have gradients at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from transpiler.interpret.layers.freezing import FROZEN_NORM
from transpiler.interpret.region import Region
from transpiler.interpret.trainable import is_told_by_run
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Model
from transpiler.ir.code import Construct, Line
from transpiler.passes.liveness import walk
from transpiler.regex import regex

if TYPE_CHECKING:
    from transpiler.lower.freezing import Freezing

_UNHEARD = (
    "Keras 3 takes no notice where the model itself is trainable already, and leaves frozen what "
    "is so of it; Keras 2 makes all of it trainable"
)
#: Where what is trainable changes between `compile` and the training.
AS_COMPILED = (
    "it trains what is trainable where it is compiled, as in Keras 2; Keras 3 goes by what is "
    "trainable when it first trains, and would train nothing"
)
AS_TRAINED = (
    "it trains what is trainable when it first trains, as in Keras 3; Keras 2 goes by what is "
    "trainable where it is compiled"
)
_INSIDE = "models among the layers are frozen, and trainable again with these: say so of each model"
GOES_ON = "layers are frozen or not any more, and it trains on without a new `compile`"
_TRAINS = ("fit", "train_on_batch")
_STILL = regex(r"\.requires_grad_\((?!True\))")


def refuse_unheard(plan: Freezing, calls: Sequence[TrainingCall], keras: str) -> None:
    """Refuse what is said of models, and what trains them, where Keras does not go by that."""
    for call in calls:
        if call.name == "trainable" and call.given["value"].text != "False":
            call.problem = call.problem or _unheard(plan, call, calls, keras)
            if not _holds_frozen(plan, call.model, call, calls):
                continue
        elif call.name != "freeze":
            continue
        for later in _trained_on(plan, call, calls, keras):
            later.problem = later.problem or GOES_ON


def _unheard(plan: Freezing, call: TrainingCall, calls: Sequence[TrainingCall], keras: str) -> str:
    """Why something stays frozen of a model that is trainable now, or all layers of which are."""
    made = root(call.model)
    if plan.of.keeps_norms(made):
        return FROZEN_NORM
    inner = plan.of.parts(made) - {id(made)}
    inside = any(id(one.model) in inner for one in call.frozen)
    if call.of is not None:
        held = (_holds_frozen(plan, part, call, calls) for _, part in plan.of.nested(made))
        homes = _homes(plan, made) if keras != "2" else ()
        own = (s.region for region in homes for s in region.called if s.kind == "layer")
        if keras != "2" and (any(held) or any(r is not None and _makes_frozen(r) for r in own)):
            return _UNHEARD
        return _INSIDE if inside else ""
    itself = any(one.model is made and one.itself for one in call.frozen)
    itself = itself and not is_told_by_run(call)
    others = (root(one.model) for one in call.frozen if root(one.model) is not made)
    shared = any(plan.of.has_all_of(o, made) or plan.of.share(o, made) for o in others)
    unheard = inside or shared or _holds_frozen(plan, made, call, calls)
    return _UNHEARD if keras != "2" and unheard and not itself else ""


def _holds_frozen(
    plan: Freezing, model: Model, call: TrainingCall, calls: Sequence[TrainingCall]
) -> bool:
    """Whether layers of a model may be frozen one by one when a call is met."""
    parts = plan.of.parts(model)
    for one in calls:
        if one.name == "freeze" and id(root(one.model)) in parts and not _is_behind(call, one):
            return True
    return any(_makes_frozen(region) for region in _homes(plan, model))


def _homes(plan: Freezing, model: Model) -> Iterator[Region]:
    """Where a model and its parts are made."""
    home = plan.of.home(model)
    if home is not None:
        yield home[0]
    for _, part in plan.of.nested(model):
        yield from _homes(plan, part)


def _makes_frozen(region: Region) -> bool:
    """Whether code makes layers, some of which may be frozen: itself, or the blocks that it has."""
    made = [n.module.constructor for n in walk(region.root_init) if isinstance(n, Construct)]
    texts = [*(one.text for one in made), *_lines(region)]
    blocks = (summary.region for summary in region.called)
    return any(map(_STILL.search, texts)) or any(
        _makes_frozen(inner) for inner in blocks if inner is not None and inner is not region
    )


def _lines(region: Region) -> Iterator[str]:
    return (node.text for node in walk(region.root_init) if isinstance(node, Line))


def _trained_on(
    plan: Freezing, call: TrainingCall, calls: Sequence[TrainingCall], keras: str
) -> Iterator[TrainingCall]:
    """What goes on training as it was compiled before some layers were frozen, or not any more."""
    for train in calls:
        if train.name not in _TRAINS or not plan.concern(call.model, train.model):
            continue
        mine = [c for c in calls if root(c.model) is root(train.model)]
        before = [c for c in mine if c.name in _TRAINS and not _is_behind(call, c)]
        if not before and keras != "2":
            return  # Keras 3 goes by what is trainable when it first trains
        compiles = [c for c in mine if c.name == "compile"]
        if not _is_compiled_between(call, train, compiles):
            yield train


def place_of(call: TrainingCall) -> int:
    """Where a call begins in the text of its file."""
    assert call.region is not None
    return call.region.tree.span(call.node)[0]


def _is_behind(call: TrainingCall, other: TrainingCall) -> bool:
    """Whether another call surely comes after this one, each time."""
    alone = call.region is other.region and not (call.in_loop and other.in_loop)
    return alone and place_of(call) < place_of(other)


def _is_compiled_between(
    call: TrainingCall, train: TrainingCall, compiles: list[TrainingCall]
) -> bool:
    """Whether a model is compiled after a call, before it trains; or trains before that alone."""
    here = call.region is train.region
    if here and place_of(train) < place_of(call) and not (call.in_loop and train.in_loop):
        return True
    for one in compiles:
        if one.region is train.region and not here:
            if not one.conditional and place_of(one) < place_of(train):
                return True
        elif one.region is call.region and place_of(call) < place_of(one):
            in_time = (
                not here or place_of(one) < place_of(train) or place_of(train) < place_of(call)
            )
            if in_time and runs_nothing(call, one) and _is_in_its_block(call, one):
                return True
    return False


def runs_nothing(call: TrainingCall, other: TrainingCall) -> bool:
    """Whether no function that trains something is called between two calls."""
    assert call.region is not None
    runs = (call.region.tree.span(run.node)[0] for run in call.region.runs.values())
    return not any(place_of(call) < place < place_of(other) for place in runs)


def _is_in_its_block(call: TrainingCall, other: TrainingCall) -> bool:
    """Whether a call comes to pass whenever an earlier one does: it stands in the same block."""
    assert call.region is not None
    tree = call.region.tree
    start, end = tree.line_start(place_of(call)), tree.line_start(place_of(other))
    lines = [*tree.blanked[start:end].split("\n"), tree.blanked[end : place_of(other) + 1]]
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    return min(indents) == indents[0] >= indents[-1]


def is_made_still(model: Model) -> bool:
    """Whether a model is made with `trainable=False`, here or by a function."""
    made = root(model)
    return made.still or (made.origin is not None and made.origin.still)
