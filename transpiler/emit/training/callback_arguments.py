"""Arguments of callbacks: Keras evaluates them once, where the program makes the callback."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.training.conditions import changes_of, paths_in
from transpiler.emit.training.lines import blocks_around, holds
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Fit, Hooks
from transpiler.lower.binding import Use
from transpiler.record import replace
from transpiler.source.lexical import blanked, may_act
from transpiler.source.occurrences import Occurrence

#: Methods of strings and of dates, which only compute.
_TEXTS = re.compile(r"\.(?:format|strftime|replace|join|lower|upper|strip|split)\(")


def check_unchanged(model: ModelWriter, call: TrainingCall, use: Use) -> None:
    """Refuse what reads something that the program changes before the training."""
    if use.place is None:
        return
    texts = [blanked(e.text) for e in use.arguments.values() if not e.known]
    paths = {path for text in texts for path in paths_in(text)}
    if not paths:
        return
    begin, end = _between(model, call, use.place)
    names = {path.partition(".")[0] for path in paths} - {"self"}
    bound = [p.start for name in names for p in model.shared.found.of(name) if _binds(model, p)]
    changed = [found.start() for found in changes_of(paths).finditer(model.tree.blanked)]
    if any(begin <= place < end for place in (*bound, *changed)):
        read = ", ".join(sorted(names))
        raise Unsupported(f"{use.symbol} reads what is changed before `fit`, of: {read}")


def _binds(model: ModelWriter, place: Occurrence) -> bool:
    """Whether a name is bound that the training sees."""
    start, end = model.shared.extent(model.room)
    return place.binds and (not place.local or start <= place.start < end)


def _between(model: ModelWriter, call: TrainingCall, place: tuple[int, int]) -> tuple[int, int]:
    """What runs after a callback is made, and before the last of its training."""
    tree, room = model.tree, model.room
    start, end = tree.span(call.node)
    calls = model.shared.calls_giving(room, place)
    begin = max((span[1] for span in calls if span[1] <= end), default=place[1])
    for statement, _ in blocks_around(tree, room.node, start):
        span = tree.span(statement)
        if isinstance(statement, (cst.For, cst.While)) and not span[0] <= begin < span[1]:
            return begin, span[1]
    if not holds(model.shared.extent(room), (begin, begin)):
        return begin, len(tree.text)  # nobody knows when the function is called
    return begin, start


def once_called(fit: Fit, use: Use) -> tuple[Use, dict[str, str]]:
    """Names for the arguments that call what may do more than compute."""
    named: dict[str, str] = {}
    arguments = dict(use.arguments)
    for name, argument in use.arguments.items():
        if not argument.known and may_act(_TEXTS.sub(".join(", argument.text)):
            variable = fit.free(name)
            named[variable] = argument.text
            arguments[name] = Expr(variable)
    return replace(use, arguments=arguments), named


def with_names(hooks: Hooks, named: dict[str, str]) -> Hooks:
    """Code that reads those names, which are bound before it, or written where they are read."""
    for name, text in named.items():
        alone = re.compile(rf"(?<=[(=]){name}(?=[,)])")
        others = repr(replace(hooks, before=tuple(alone.sub("", h, 1) for h in hooks.before)))
        if re.search(rf"\b{name}\b(?!=)", others) is None:
            before = [alone.sub(text.replace("\\", r"\\"), line) for line in hooks.before]
        else:
            before = [f"{name} = {text}", *hooks.before]
        hooks = replace(hooks, before=tuple(before))
    return hooks
