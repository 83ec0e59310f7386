"""Code that trains models and runs more than once: in rounds of a loop, or in calls of a function.

for stage in range(2):
    train(model)
    base.trainable = False

It is interpreted once, and written once: what is not trainable has to be the same each time.
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.summary import Run, Summary
from transpiler.interpret.trainable import set_frozen
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Model


def note_run(region: Region, node: cst.CSTNode, summary: Summary) -> None:
    """Note a call of a function; one that trains something and ran before runs again now."""
    inner = summary.region
    if inner is None or summary.kind == "running" or not (inner.training or inner.runs):
        return
    known = region.file.ran
    if id(summary) in known:
        run_again(inner)
    known.add(id(summary))
    region.runs[id(node)] = Run(node, summary, not region.branches and not region.loops)


def run_again(region: Region, around: cst.CSTNode | None = None) -> None:
    """Go once more through what a region, or one statement of it, trains, freezes and calls.

    Each call learns what is not trainable then.
    """
    start, end = region.tree.span(around) if around is not None else (0, len(region.tree.text))
    calls: list[tuple[cst.CSTNode, TrainingCall | Run]]
    calls = [(call.node, call) for call in region.training.values()]
    calls += [(run.node, run) for run in region.runs.values()]
    placed = sorted(((region.tree.span(node)[0], call) for node, call in calls), key=lambda p: p[0])
    for offset, call in placed:
        if not start <= offset < end:
            continue
        if isinstance(call, Run):
            _run_function_again(region, call)
        elif call.name == "trainable":
            set_frozen(region.file, call.model, call.given["value"].value, call.but_norms)
        else:
            call.later.append(tuple(region.file.frozen.values()))


def _run_function_again(region: Region, run: Run) -> None:
    for model in run.fresh:
        region.file.frozen.pop(id(model), None)
    if run.summary.region is not None:
        run_again(run.summary.region)


def note_construction(
    region: Region, node: cst.CSTNode, summary: Summary, models: Iterable[Model]
) -> None:
    """Note a call of a class: what its `__init__` freezes is frozen from then on."""
    fresh = tuple(map(root, models))
    run = Run(node, summary, not region.branches and not region.loops, fresh)
    region.runs[id(node)] = run
    _run_function_again(region, run)


def traced_anew(before: list[TrainingCall], later: list[TrainingCall]) -> bool:
    """Whether Keras 3 may trace a step once more: for other batches than it has met."""
    known = [_batches(call) for call in before]
    return any(_batches(call) not in known for call in later)


def _batches(call: TrainingCall) -> tuple[object, ...]:
    """What says which batches a call trains on."""
    given = {name: one.text for name, one in call.given.items() if name not in _ALIKE}
    return call.name, given


#: Arguments that have nothing to do with the batches.
_ALIKE = frozenset({"epochs", "verbose", "initial_epoch", "callbacks"})
