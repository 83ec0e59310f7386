"""Models that are asked by a name which may hold an earlier one again."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.training import TrainingCall
from transpiler.source.given_back import may_be_earlier

_ASKS = ("evaluate", "test_on_batch")


def asked_back(shared: Shared, parts: list[Part]) -> tuple[TrainingCall, str] | None:
    """A call that asks for the loss of a model whose name another one has had since."""
    for part in parts:
        for call in part.calls:
            if call.name in _ASKS and is_given_back(shared, part, call, by_others=True):
                return call, "another model has had the name that this one has again"
    return None


def is_given_back(
    shared: Shared,
    part: Part,
    call: TrainingCall,
    by_others: bool = False,
    made: Iterable[cst.CSTNode] = (),
) -> bool:
    """Whether a call may be of another model than the one that was compiled there last."""
    span = shared.tree.span
    compiled = [span(c.node)[0] for c in part.room.calls if c.name == "compile"]
    return may_be_earlier(
        shared.tree.text,
        part.variable,
        span(call.node)[0],
        compiled,
        by_others,
        [span(node)[0] for node in made],
    )
