"""Loops, which stay loops in both programs, or are unrolled over layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.aliases import refuse_changed_elements
from transpiler.interpret.control.branches import on_way, serials
from transpiler.interpret.control.changes import (
    RankFound,
    close_round,
    enter_loop,
    leave_loop,
    sums_tensors,
    unstable,
    what_changes,
)
from transpiler.interpret.control.elements import known_items, one_of_models
from transpiler.interpret.control.entries import reads_entries
from transpiler.interpret.control.first_rounds import parted
from transpiler.interpret.control.jumps import (
    Round,
    following_jumps,
    forget_if_left,
    unstable_where_left,
)
from transpiler.interpret.control.sequences import loop_sources
from transpiler.interpret.control.suites import body_of, run_block
from transpiler.interpret.control.targets import bind_target, item_of, layers_in_turn, target_names
from transpiler.interpret.dispatch import evaluate, executes, provided
from transpiler.interpret.layers.collected import collect, collects
from transpiler.interpret.layers.lists import bound_to, known_elements, loop_over
from transpiler.interpret.object_groups import round_of_objects, settled_objects
from transpiler.interpret.records import Records
from transpiler.interpret.region import GiveUp, Region, Way
from transpiler.interpret.repeats import run_again
from transpiler.interpret.scope import Scope
from transpiler.interpret.statics import refuse_data
from transpiler.interpret.undoing import decisions, undo_decisions
from transpiler.interpret.values import (
    Inside,
    Instances,
    Layer,
    LayerChain,
    LayerList,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    Within,
    holds_layers,
    models_in,
)
from transpiler.ir import tokens
from transpiler.ir.code import For, Node, While
from transpiler.ir.expr import NO_SIZE, Expr
from transpiler.passes.liveness import jumps_out
from transpiler.source.suites import assigned_names, nodes_of


def _takes_one(node: cst.For) -> bool:
    """Whether a loop ends after its first turn: whatever has no end gives as much as one with."""
    last = node.body.body[-1]
    small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Break)


def _only_looks(region: Region, node: cst.For) -> bool:
    """Whether a loop clips the weights of the layers of a model or lists these, and is noted."""
    if layers_in_turn(node) is None:
        return False
    clipped: Any = provided("clip_layers")(region, node)
    listed: Any = not clipped and provided("list_layers")(region, node)
    return bool(clipped or listed)


@executes(cst.For)
def for_statement(region: Region, node: cst.For) -> None:
    if node.orelse is not None:
        raise GiveUp("a loop with `else`", node)
    names = target_names(node.target)
    before = {name: held for name in names if isinstance(held := region.scope.get(name), Model)}
    with following_jumps(region, node):
        _for(region, node)
    run_again(region, node)
    for name, held in before.items():  # it is the last one of the loop now, if there is any
        others = region.tree.names(node.iter) - {name}
        models = models_in(*(region.scope.get(other) or Unknown() for other in others))
        if any(one.node is held.node for one in models):
            continue  # what another loop has made, of which it was the last
        reason = f"`{name}` is the variable of a loop"
        region.scope.values[name] = PerhapsModel(reason, models=(held, *models))


def _for(region: Region, node: cst.For) -> None:
    frozen: Any = provided("freeze_layers")(region, node)
    if frozen or _only_looks(region, node):
        return
    iterable = evaluate(region, node.iter)
    if isinstance(iterable, Static) and region.file.data_names:
        once = _takes_one(node)
        iterable = provided("each_element")(region, node.iter, iterable, once, node)
    if isinstance(iterable, Static) and region.file.data_names:
        provided("note_parts")(region, node.target, iterable)
        if not _takes_one(node):
            refuse_data(region, node.iter, [iterable.expr])
    if isinstance(iterable, Within):
        with region.within(node):
            provided("loop_inside")(region, iterable, node)
        return
    if isinstance(iterable, LayerList) and iterable.known is not None:
        iterable = iterable.known
    refuse_changed_elements(region, node, target_names(node.target), iterable)
    if isinstance(iterable, LayerList):
        provided("with_comments")(region, node, lambda: _loop_over_layers(region, node, iterable))
        return
    if isinstance(iterable, LayerChain):
        provided("with_comments")(region, node, lambda: _run_chain(region, node, iterable))
        return
    if collects(region, node):
        provided("with_comments")(region, node, lambda: collect(region, node, iterable))
        return
    if isinstance(iterable, Sequence) and (holds_layers(iterable) or _adds_each(node, iterable)):
        with region.unrolling():
            for item in known_items(region, iterable):
                _bind_known(region, node.target, item)
                run_block(region, body_of(node.body))
        return

    turning = target_names(node.target)
    if reads_entries(region, node.body, turning) and not _binds(node.body, turning):
        pairs: Value | None = provided("pairs_of")(region, node.iter)
        items = known_elements(region, iterable if pairs is None else pairs)
        if items is not None:
            for item in items:
                with bound_to(region, node.target, item):
                    run_block(region, body_of(node.body))
            return
    first, body = parted(region, node)
    run_block(region, first)

    def run() -> None:
        models = one_of_models(region, iterable)
        run_loop(region, node, models, node.target, lambda: run_block(region, body))

    provided("with_comments")(region, node, run)


def _binds(body: cst.CSTNode, names: frozenset[str]) -> bool:
    """Whether a loop gives one of its own variables another value."""
    parts = (n for n in nodes_of(body) if isinstance(n, (cst.AssignTarget, cst.For, cst.AugAssign)))
    return any(not names.isdisjoint(assigned_names(part.target)) for part in parts)


def _adds_each(node: cst.For, layers: Sequence) -> bool:
    """Whether a loop over the layers of a model does nothing but add them to another one."""
    known = all(isinstance(i, Inside) and i.layer is not None for i in layers.items)
    match node.body.body:
        case [
            cst.SimpleStatementLine(body=[cst.Expr(cst.Call(cst.Attribute(attr=cst.Name("add"))))])
        ]:
            return known
    return False


def _loop_over_layers(region: Region, node: cst.For, layers: LayerList) -> None:
    """`for layer in layers:`, which makes the layers too."""

    def run(iterable: Value, target: cst.BaseExpression, make: Callable[[], None]) -> None:
        run_loop(region, node, iterable, target, make)

    def use(layer: Value) -> None:
        _bind_known(region, node.target, layer)
        run_block(region, body_of(node.body))

    loop_over(region, layers, use, run)


def _run_chain(region: Region, node: cst.For, chain: LayerChain) -> None:
    """`for layer in layers:`, of a list that loops and other statements fill."""
    for part in chain.parts:
        if isinstance(part, LayerList):
            _loop_over_layers(region, node, part)
        else:
            _bind_known(region, node.target, part)
            run_block(region, body_of(node.body))


def _bind_known(region: Region, target: cst.BaseExpression, item: Value) -> None:
    """Bind a loop variable to one known element, the loop being unrolled."""
    if isinstance(target, cst.Name):
        region.scope.bump(target.value)
        region.scope.values[target.value] = item
    elif isinstance(target, (cst.Tuple, cst.List)) and isinstance(item, Sequence):
        for child, part in zip(target.elements, item.items, strict=False):
            _bind_known(region, child.value, part)
    else:
        raise GiveUp("a loop over layers whose variable is not a name", target)


@executes(cst.While)
def while_statement(region: Region, node: cst.While) -> None:
    if node.orelse is not None:
        raise GiveUp("a loop with `else`", node)

    def run() -> None:
        _loop(region, node, None, None, lambda: run_block(region, body_of(node.body)))

    with following_jumps(region, node):
        provided("with_comments")(region, node, run)
    run_again(region, node)


def run_loop(
    region: Region,
    node: cst.CSTNode,
    iterable: Value,
    target: cst.BaseExpression | None,
    body: Callable[[], Any],
) -> None:
    """A `for` loop over a value."""
    if not isinstance(iterable, Unknown):
        _loop(region, node, iterable, target, body)
        return
    events = region.graph_events
    if region.may_ask:
        unknown = Expr(tokens.ITEMS)
        items: Value = Static(unknown)
        if isinstance(iterable, PerhapsModel):
            items = Repeated(PerhapsModel(iterable.reason, models=iterable.models), unknown)
        if isinstance(iterable, Records):
            items = Static(unknown) if iterable.keyed else Repeated(iterable.each, unknown)
        if isinstance(iterable, Instances):
            over = node.iter if isinstance(node, (cst.For, cst.CompFor)) else node
            held = settled_objects(region, over, iterable)
            each = round_of_objects(held, unknown)
            items = items if each is None else Repeated(each, unknown)
        _loop(region, node, items, target, body)
    if not region.is_module and (not region.may_ask or region.graph_events != events):
        raise GiveUp(f"a loop over something unknown: {iterable.reason}", node)


def _loop(
    region: Region,
    node: cst.CSTNode,
    iterable: Value | None,
    target: cst.BaseExpression | None,
    body: Callable[[], Any],
) -> None:
    """Interpret the body until what it changes is known for every round."""
    entry = region.scope.copy()
    phis: dict[str, str] = {}
    frozen = region.file.frozen
    for _ in range(6):
        region.scope = entry.copy()
        region.file.frozen = dict(frozen)
        constructed = set(region.constructed)
        diagnostics = list(region.diagnostics)
        built, opened = len(region.built), len(region.open_sequentials)
        temporaries = region.temporaries
        saved = list(region.init), list(region.forward), _layer_states(entry)
        decided = decisions(region)
        enter_loop(region, entry, phis, node)
        start = region.scope.copy()
        region.loops.append(id(node))
        this = Round(start, phis, target, node)
        region.rounds.append(this)
        way = Way(id(node), -1, "", len(region.outside), what_changes(start, phis, target))
        try:
            with on_way(region, way), region.collecting() as (init, forward):
                test = _header(region, node, iterable, target)
                body()
                provided("close_models")(region)
                close_round(region, start, phis)
        finally:
            region.loops.pop()
            region.rounds.pop()
        try:
            whole = None if this.left else node
            more = unstable(region, start, region.scope, phis, target, whole)
            more |= unstable_where_left(region, this)
        except RankFound as found:
            region.want(f"rank:{found.source}", found.rank)
            raise
        if not more:
            if sums_tensors(phis) and not _surely_starts(region, node, iterable):
                region.say(ASSUMED, node, _RUNS)
            if this.left or not _surely_runs(iterable):
                leave_loop(region, start, phis)
                forget_if_left(region, start, this)
            else:
                for name in target_names(target):
                    region.scope.bump(name)
            _emit_loop(region, node, iterable, target, test, init, forward)
            provided("keep_gathered")(region, id(node))
            return
        phis.update(more)
        region.gathered = [g for g in region.gathered if g.loop != id(node)]
        del region.built[built:], region.open_sequentials[opened:]
        region.constructed, region.temporaries = constructed, temporaries
        region.diagnostics = diagnostics
        undo_decisions(region, decided)
        region.init[:], region.forward[:] = saved[0], saved[1]
        for layer, state in saved[2]:
            layer.calls, layer.modules, layer.output = list(state[0]), state[1], state[2]
    raise GiveUp("a loop whose tensors do not settle", node)


def _layer_states(scope: Scope) -> list[tuple[Layer, tuple[Any, ...]]]:
    """Layers that a loop's body may call for the first time, and what is known of them."""
    return [
        (v, (list(v.calls), v.modules, v.output))
        for v in scope.values.values()
        if isinstance(v, Layer)
    ]


def _surely_runs(iterable: Value | None) -> bool:
    """Whether the body runs at least once, so that what it leaves is what comes after."""
    if isinstance(iterable, Sequence):
        return bool(iterable.items)
    if isinstance(iterable, Static):
        value = iterable.expr.value
        return isinstance(value, (list, tuple, range, str)) and len(value) > 0
    return False


def _surely_starts(region: Region, node: cst.CSTNode, iterable: Value | None) -> bool:
    """Whether the body runs at least once, also over what `enumerate` and its kin count."""
    made = node.iter if isinstance(node, cst.For) else None
    if isinstance(made, cst.Call) and isinstance(made.func, cst.Name) and made.args:
        if made.func.value in _PAIRING and region.scope.get(made.func.value) is None:
            items = [arg for arg in made.args if arg.keyword is None]
            return all(
                not a.star and _surely_runs(evaluate(region, a.value))
                for a in items[: _PAIRING[made.func.value]]
            )
    return _surely_runs(iterable)


#: What makes pairs of what it gets, and how many arguments that is.
_PAIRING: dict[str, int | None] = {"enumerate": 1, "zip": None}


#: Where a sum of tensors may be one of nothing.
_RUNS = "the loop is taken to run at least once: without a round, the sum is no tensor but a number"


def _header(
    region: Region, node: cst.CSTNode, iterable: Value | None, target: cst.BaseExpression | None
) -> Static | None:
    if isinstance(node, cst.While):
        test = evaluate(region, node.test)
        if (
            isinstance(test, (Sequence, Repeated))
            and test.static is not None
            and test.code is not None
        ):
            return Static(test.static, test.code)
        if isinstance(test, Unknown) and region.may_ask:
            return Static(Expr(tokens.ITEMS))
        if not isinstance(test, Static):
            raise GiveUp("a `while` loop whose condition is not known", node)
        return test
    assert iterable is not None
    assert target is not None
    region.headers[id(node)] = region.tree.source(target), loop_sources(region, iterable)[1]
    bind_target(region, target, item_of(region, iterable))
    return None


def _emit_loop(
    region: Region,
    node: cst.CSTNode,
    iterable: Value | None,
    target: cst.BaseExpression | None,
    test: Static | None,
    init: list[Node],
    forward: list[Node],
) -> None:
    serial = next(serials)
    if test is not None:
        region.emit_init(While(test.expr, init, id=serial))
        region.emit_forward(While(test.running, forward, id=serial))
        return
    assert iterable is not None
    assert target is not None
    static, running = loop_sources(region, iterable)
    text = region.tree.source(target)
    names = target_names(target)
    if static is None:
        static = NO_SIZE
    sure = _surely_runs(iterable) and not jumps_out(init)
    region.emit_init(For(text, names, static, init, id=serial, sure=sure))
    header: Any = provided("with_gathered")(region, id(node), text, names, running)
    text, names, running = header
    region.emit_forward(For(text, names, running, forward, id=serial, sure=sure))
