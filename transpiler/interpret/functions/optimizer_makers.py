"""Functions that give one of several optimizers: which one, is only known when the program runs.

def get_optimizer(name, rate):
    if name == "sgd":
        return SGD(rate)            # partial(torch.optim.SGD, lr=rate)
    return Adam(rate)               # partial(torch.optim.Adam, lr=rate, eps=1e-7)

model.compile(get_optimizer(args.optimizer, 0.1))
# optimizer = get_optimizer(args.optimizer, 0.1)(model.parameters())
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import libcst as cst

from transpiler.interpret.bindings import made_in
from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.functions.given_parts import calls_in, is_about_parts
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Framework, Function, Static, Value
from transpiler.ir.expr import Configured, Expr
from transpiler.source.children import children_of
from transpiler.source.modules import only_compiles
from transpiler.source.stores import names_bound
from transpiler.source.suites import assigned_names, returns_of

_OPTIMIZER, _SCHEDULE = "keras.optimizers.", "keras.optimizers.schedules."
#: Functions that read nothing of a dict but its keys.
_READERS = frozenset({"list", "sorted", "tuple", "set", "len"})
Span = tuple[int, int]


def note_optimizer_maker(
    region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]
) -> None:
    """Keep of a call which optimizers it may give, if all that it may give are known ones."""
    made = function.node
    here = function.file is None or function.file is region.file
    if not here and not only_compiles(region.tree.blanked) and _chooses(function, bound):
        region.file.lent[id(made)] = function
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
    if not given or not all(place in options for place in given):
        return
    if _only_gives(region, made, set(options)):
        for place, option in options.items():
            region.note_optimizer(place, option)
        maker = (made, tuple(given))
        region.optimizer_makers[region.tree.span(node)] = maker
        region.file.optimizer_makers[region.tree.span(node)] = maker


def _chooses(function: Function, bound: dict[str, Value]) -> bool:
    """Whether a function of another file gives one of several optimizers, by what is not known."""
    made = function.node
    if not isinstance(made, cst.FunctionDef) or function.owner or function.nested_in:
        return False
    told = all(isinstance(value, Static) and value.expr.known for value in bound.values())
    if told or not is_about_parts(function.file.module, function):
        return False
    symbols = [symbol_of(function, call.func) for call in calls_in(made)]
    names = [symbol.name for symbol in symbols if isinstance(symbol, Framework)]
    return sum(n.startswith(_OPTIMIZER) and not n.startswith(_SCHEDULE) for n in names) > 1


def _options(region: Region, function: Function, made: cst.FunctionDef) -> dict[Span, Static]:
    """The optimizers that a function makes, written with its own names, by their places."""
    names = {p.name for p in parameters_of(made)}
    names |= names_bound(ast.parse(region.tree.source(made)))
    found: dict[Span, Static] = {}
    try:
        with region.apart({name: Static(Expr(name)) for name in names}):
            for call in calls_in(made):
                symbol = symbol_of(function, call.func)
                name = symbol.name if isinstance(symbol, Framework) else ""
                if name.startswith(_OPTIMIZER) and not name.startswith(_SCHEDULE):
                    option = evaluate(region, call)
                    if not isinstance(option, Static):
                        return {}
                    found[region.tree.span(call)] = option
    except GiveUp:
        return {}
    return found


def _only_gives(region: Region, made: cst.FunctionDef, options: set[Span]) -> bool:
    """Whether a function does nothing with its optimizers but to name and give them."""
    held: set[str] = set()
    plain: set[int] = set()  # ids of the nodes that are only named, or given
    pending: list[cst.CSTNode] = [made.body]
    nodes: list[cst.CSTNode] = []
    while pending:
        node = pending.pop()
        nodes.append(node)
        pending += _read(node)
        if isinstance(node, (cst.Assign, cst.Return)) and node.value is not None:
            parts = list(_picked(node.value))
            plain.update(map(id, parts))
            if isinstance(node, cst.Assign) and any(_is_in(region, p, options) for p in parts):
                held.update(n for t in node.targets for n in assigned_names(t.target))
        plain.update(id(part) for part in _only_looked_at(node))
    calls = [n for n in nodes if _is_in(region, n, options)]
    uses = [n for n in nodes if isinstance(n, cst.Name) and n.value in held]
    return all(id(n) in plain for n in (*calls, *uses))


def _read(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The parts of a node in which values are read."""
    match node:
        case cst.Attribute(value=value) | cst.Arg(value=value):
            return (value,)
        case cst.Assign(targets=targets, value=value):
            return (value, *(t.target for t in targets if not assigned_names(t.target)))
    return children_of(node)


def _picked(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What an expression gives as it is, by a condition or a key."""
    match value:
        case cst.IfExp(body=then, orelse=otherwise):
            yield from _picked(then)
            yield from _picked(otherwise)
        case cst.Dict(elements=elements):
            for element in elements:
                yield from _picked(element.value)
        case cst.Subscript(value=held):
            yield from _picked(held)
        case cst.Call(func=cst.Attribute(value=held, attr=cst.Name("get")), args=[_, *default]):
            yield from _picked(held)
            for argument in default:
                yield from _picked(argument.value)
        case _:
            yield value


def _only_looked_at(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What a node reads of optimizers that is alike for torch: whether there is one, and keys."""
    match node:
        case cst.If(test=asked) | cst.IfExp(test=asked):
            yield asked
        case cst.UnaryOperation(operator=cst.Not(), expression=asked):
            yield asked
        case cst.Comparison(left=asked, comparisons=[cst.ComparisonTarget(operator, other)]):
            if isinstance(operator, (cst.Is, cst.IsNot)) and getattr(other, "value", "") == "None":
                yield asked
            elif isinstance(operator, (cst.In, cst.NotIn)):
                yield other
        case cst.Call(func=cst.Name(reader), args=[cst.Arg(value=table)]) if reader in _READERS:
            yield table
        case cst.Call(func=cst.Attribute(value=table, attr=cst.Name("keys")), args=[]):
            yield table
        case cst.Call(func=cst.Attribute(attr=cst.Name("join")), args=[cst.Arg(value=table)]):
            yield table


def _is_in(region: Region, node: cst.CSTNode, options: set[Span]) -> bool:
    return isinstance(node, cst.Call) and region.tree.span(node) in options


def _is_schedule(value: Value) -> bool:
    made = value.expr.value if isinstance(value, Static) else None
    return isinstance(made, Configured) and made.name.startswith(_SCHEDULE)
