"""A model that is compiled once more: Keras 3 keeps the metrics that it had, Keras 2 does not.

model.compile("sgd", "mse", metrics=["mae"])
model.compile("adam", "mse")               # in Keras 3 with "mae"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.shared import Part, Trained
from transpiler.interpret.functions.compiled_ways import ways_of
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Model
from transpiler.lower.weighing import is_none
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.suites import blocks_around

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter

_METRICS = ("metrics", "weighted_metrics")
_NAMES = regex(r"None|\[\s*(?:([\"'])\w+\1\s*,?\s*)*\]")
_ELSEWHERE = (
    "Keras 3 keeps the metrics of the `compile` in the function that gives the model, and Keras 2 "
    "has none: say here which there are"
)
KEPT = "Keras 3 keeps the metrics of the `compile` before, as it is done here; Keras 2 has none"


def keep_metrics(made: Trained, compiles: list[TrainingCall], keras: str) -> None:
    """Give each `compile` without metrics those of the last one with some, as Keras 3 does."""
    if keras == "2":
        return
    before = elsewhere = _of_functions(made, compiles) or _of_original(made.training.model)
    made.keeps = not all(map(_gives, compiles))
    for call in compiles:
        if _gives(call):
            before = call
        elif before is not None and before is elsewhere and not _is_plain(before):
            call.problem = call.problem or _ELSEWHERE
        elif before is not None and before is not elsewhere and _may_not_hold(made, before, call):
            call.problem = call.problem or "which metrics are kept depends on what is called before"
        elif before is not None:
            kept = {name: before.given[name] for name in _METRICS if name in before.given}
            call.given = {**call.given, **kept}  # of other models, it may keep others
            made.kept = {name: given.text for name, given in kept.items()}
            if keras == "auto":
                made.said.append((ASSUMED, call.node, KEPT))


def _of_functions(made: Trained, compiles: list[TrainingCall]) -> TrainingCall | None:
    """The `compile` with metrics in the functions that give the model, where it stays there."""
    here = {id(call.node) for call in compiles}
    steps = [step for way in ways_of(made.training.model) for step in way.steps]
    found = [s for s in steps if id(s.call.node) not in here and _gives(s.call)]
    return replace(found[-1].call, conditional=not found[-1].sure) if found else None


def _of_original(model: Model) -> TrainingCall | None:
    """The `compile` with metrics of the model that one was cloned of: Keras 3 copies these."""
    copied: TrainingCall | None = model.cloned
    return copied if copied is not None and _gives(copied) else None


def _is_plain(call: TrainingCall) -> bool:
    """Whether the names of all metrics are known from a `compile`, which surely comes to pass."""
    texts = [call.given[name].text for name in _METRICS if name in call.given]
    return not call.conditional and all(map(_NAMES.fullmatch, texts))


def _may_not_hold(made: Trained, before: TrainingCall, call: TrainingCall) -> bool:
    """Whether a `compile` may come later than another one, or never."""
    if before.conditional or before.region is call.region or before.region is None:
        return before.conditional
    return before.region.name != "__init__" and before not in made.training.moved


def on_one_object(homes: list[Part]) -> bool:
    """Whether methods of one class compile a model, of which some may be called again."""
    owners = {home.room.owner for home in homes}
    kept = all(home.variable.startswith("self.") for home in homes)
    return kept and owners != {""} and len(owners) == 1


def is_replaced(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether a model is compiled again in the same block, before anything is asked of it."""
    training, tree, root = writer.training, writer.tree, writer.room.node
    order = [*training.moved, *writer.part.calls]
    if len(order) < len(training.calls) or call not in order:
        return False
    later = order[order.index(call) + 1 :]
    following = next((c for c in later if c.name not in ("freeze", "trainable")), call)
    node = training.model.node if call in training.moved else call.node
    if following is call or following.name != "compile" or node is None:
        return False
    start, end = tree.span(node)[1], tree.span(following.node)[0]
    here, there = ([s for _, s in blocks_around(tree, root, p)] for p in (start - 1, end))
    mine, other = (c.given.get("optimizer") for c in (call, following))
    same = mine is not None and other is not None and mine.text == other.text
    goes_on = same and mine is not None and isinstance(mine.node, (cst.Name, cst.Attribute))
    asked = ".optimizer." in tree.text[start:end]
    return here == there and not goes_on and not asked


def _gives(call: TrainingCall) -> bool:
    return any(name in call.given and not is_none(call.given[name].value) for name in _METRICS)
