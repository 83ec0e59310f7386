"""Functions that give one of several optimizers: which one, is only known when the program runs.

def get_optimizer(name, rate):
    if name == "sgd":
        return SGD(rate)            # partial(torch.optim.SGD, lr=rate)
    return Adam(rate)               # partial(torch.optim.Adam, lr=rate, eps=1e-7)

model.compile(get_optimizer(args.optimizer, 0.1))
# optimizer = get_optimizer(args.optimizer, 0.1)(model.parameters())
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.bindings import made_in
from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.functions.given_parts import calls_in, is_about_parts
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Framework, Function, Static, Value
from transpiler.ir.expr import Configured, Expr
from transpiler.source.suites import assigned_names, returns_of

_OPTIMIZER, _SCHEDULE = "keras.optimizers.", "keras.optimizers.schedules."
Span = tuple[int, int]


def note_optimizer_maker(
    region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]
) -> None:
    """Keep of a call which optimizers it may give, if all that it may give are known ones."""
    made = function.node
    here = function.file is None or function.file is region.file
    if not here or not isinstance(made, cst.FunctionDef) or made.decorators:
        return
    if function.nested_in != function.owner or function.frame is not None:
        return
    if not is_about_parts(region, function):
        return
    if any(_is_schedule(value) for value in bound.values()):
        return
    options = _options(region, function, made)
    answers = [answer.value for answer in returns_of(made)]
    given: list[Span] = []
    for answer in answers:
        if answer is None:
            return
        given += made_in(region.tree, options, made.body, answer)
    if given and all(place in options for place in given):
        region.optimizers |= options
        region.optimizer_makers[region.tree.span(node)] = (made, tuple(given))


def _options(region: Region, function: Function, made: cst.FunctionDef) -> dict[Span, Value]:
    """The optimizers that a function makes, written with its own names, by their places."""
    names = {p.name for p in parameters_of(made)} | set(_bound_names(made))
    outer, before = region.inline, set(region.rewrites)
    kept, events = dict(region.optimizers), region.graph_events
    region.inline = {name: Static(Expr(name)) for name in names}
    try:
        region.optimizers.clear()
        for call in calls_in(made):
            symbol = symbol_of(function, call.func)
            name = symbol.name if isinstance(symbol, Framework) else ""
            if name.startswith(_OPTIMIZER) and not name.startswith(_SCHEDULE):
                evaluate(region, call)
        return dict(region.optimizers)
    except GiveUp:
        return {}
    finally:
        region.optimizers = kept
        region.inline, region.graph_events = outer, events
        for span in set(region.rewrites) - before:
            del region.rewrites[span]


def _bound_names(made: cst.FunctionDef) -> Iterator[str]:
    """The names that a function binds by assignments and loops."""
    pending: list[cst.CSTNode] = [made.body]
    while pending:
        node = pending.pop()
        pending += node.children
        if isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.For)):
            yield from assigned_names(node.target)


def _is_schedule(value: Value) -> bool:
    made = value.expr.value if isinstance(value, Static) else None
    return isinstance(made, Configured) and made.name.startswith(_SCHEDULE)
