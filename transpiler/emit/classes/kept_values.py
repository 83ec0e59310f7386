"""What `__init__` computes, and keeps for `forward`: `self.n_outputs = n_outputs`."""

from __future__ import annotations

import re
from collections import Counter

from transpiler.emit.classes.contents import texts_of
from transpiler.emit.classes.plan import ClassPlan
from transpiler.ir.code import For, Line, Node
from transpiler.passes.liveness import prune, walk
from transpiler.regex import regex
from transpiler.source.lexical import may_act


def without_kept(
    plan: ClassPlan, init: list[Node], forward: list[Node]
) -> tuple[list[Node], list[str]]:
    """`forward` without what `__init__` computes for it, and the names of what that is.

    These are the sizes of tensors that another model computes, and what functions give that would
    run again in each step: `train_x, train_y = to_supervised(train)`.
    """
    _, live = prune(forward, frozenset(), effects=False)
    sized: set[str] = set()
    if (live & plan.tensor_names) - set(plan.inputs):
        sized = {d for n in walk(forward) if isinstance(n, Line) and n.sized for d in n.defs}
        forward = [n for n in forward if not (isinstance(n, Line) and n.sized)]
    forward, computed = _without_called(init, forward)
    if not sized and not computed:
        return forward, []
    forward, live = prune(forward, frozenset(), effects=False)
    return forward, sorted(live & (sized | computed))


def _without_called(init: list[Node], forward: list[Node]) -> tuple[list[Node], set[str]]:
    """The same for what functions give, and for what is computed of that."""
    made = {node.text for node in init if isinstance(node, Line) and node.static}
    again = [n for n in forward if isinstance(n, Line) and n.static and n.text in made]
    if not any(map(_calls, again)):
        return forward, set()
    counts: Counter[str] = Counter()
    programs = [*init, *forward]
    for program in (init, forward):
        changed = Counter(d for n in walk(program) if isinstance(n, Line) for d in n.defs)
        changed.update(name for n in walk(program) if isinstance(n, For) for name in n.target_names)
        counts |= changed
    computed: set[str] = set()
    for line in again:
        once = line.kills and _ASSIGNED.match(line.text) is not None
        once = once and all(
            counts[name] == 1 and not _may_change(name, programs) for name in line.defs
        )
        if once and not line.modules and (_calls(line) or line.uses & computed):
            computed |= line.defs
    if not computed:
        return forward, computed
    return [n for n in forward if not (n in again and n.defs & computed)], computed


#: A statement that gives names their values.
_ASSIGNED = regex(r"[\w, ]+ = ")


def _may_change(name: str, programs: list[Node]) -> bool:
    """Whether a statement calls a method of what a name holds: `units.pop(0)`."""
    method = re.compile(rf"(?<![\w.]){name}\.\w+\(")
    return any(method.search(text) for node in walk(programs) for text in texts_of(node))


def _calls(line: Line) -> bool:
    return "(" in line.text and may_act(line.text)
