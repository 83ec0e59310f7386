"""Branches and loops, which stay branches and loops in both programs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.diagnostics import DECIDED
from transpiler.interpret.dispatch import evaluate, execute, executes, provided, provides
from transpiler.interpret.expressions import truth
from transpiler.interpret.joins import (
    Side,
    changed_names,
    channels_list,
    either_model,
    element,
    join_scopes,
    known_items,
    merge_items,
)
from transpiler.interpret.layer_lists import known_dict, listed_layers, loop_over
from transpiler.interpret.region import GiveUp, Region, Scope, Way
from transpiler.interpret.statics import rewrite, to_expr, verbatim
from transpiler.interpret.tensors import (
    CARRIED,
    assign_shadow,
    axis_names,
    bind_tensor,
    current_dim,
    in_layout,
    meeting_layout,
    shadow,
)
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Layer,
    LayerList,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    Within,
    is_graph,
)
from transpiler.ir.code import For, If, Line, Node, While
from transpiler.ir.expr import UNKNOWN, Expr, expr, is_whole, reads, ternary
from transpiler.ir.tensor import Dim, Layout, Tensor
from transpiler.source.lexical import names_read

_ids = itertools.count(1)


def run_block(region: Region, statements: tuple[cst.CSTNode, ...]) -> bool:
    """Run statements in order; whether the block surely ends by return or raise."""
    for position, statement in enumerate(statements):
        if isinstance(statement, cst.If) and _returns_early(statement):
            with region.within(statement):
                return _run_if(region, statement, statements[position + 1 :])
        execute(region, statement)
        if _ends(statement):
            return True
    return False


def body_of(suite: cst.BaseSuite) -> tuple[cst.CSTNode, ...]:
    """The statements of an indented or one-line block."""
    return tuple(suite.body)


def _ends(statement: cst.CSTNode) -> bool:
    if isinstance(statement, cst.SimpleStatementLine):
        return any(isinstance(s, (cst.Return, cst.Raise)) for s in statement.body)
    if isinstance(statement, (cst.Return, cst.Raise)):
        return True
    if isinstance(statement, cst.If) and statement.orelse is not None:
        return _block_ends(statement.body) and (
            _block_ends(statement.orelse.body)
            if isinstance(statement.orelse, cst.Else)
            else _ends(statement.orelse)
        )
    return False


def _block_ends(suite: cst.BaseSuite) -> bool:
    return any(_ends(s) for s in suite.body)


def _returns_early(statement: cst.If) -> bool:
    """Whether one way through the branch returns a value and another goes on."""
    ways = [statement.body]
    rest: cst.If | cst.Else | None = statement.orelse
    while rest is not None:
        ways.append(rest.body)
        rest = rest.orelse if isinstance(rest, cst.If) else None
    return any(_has_return(w) for w in ways) and not _ends(statement)


def _has_return(suite: cst.BaseSuite) -> bool:
    for statement in suite.body:
        if isinstance(statement, cst.SimpleStatementLine):
            if any(isinstance(s, cst.Return) for s in statement.body):
                return True
        elif isinstance(statement, cst.Return):
            return True
        elif isinstance(statement, cst.If):
            rest: Any = statement
            while rest is not None:
                if _has_return(rest.body):
                    return True
                rest = rest.orelse if isinstance(rest, cst.If) else None
    return False


@executes(cst.If)
def if_statement(region: Region, node: cst.If) -> None:
    provided("with_comments")(region, node, lambda: _run_if(region, node, ()))


def _run_if(
    region: Region, node: cst.If, after: tuple[cst.CSTNode, ...], settled: bool = False
) -> bool:
    """A branch; `after` are the statements that run where no way through it returned.

    `settled` says that it is the `elif` of a branch of which only one side will be written.
    """
    test = evaluate(region, node.test)
    decided = truth(test)
    if region.is_module and decided is UNKNOWN and _is_main_guard(region, node):
        decided = True
    orelse = node.orelse
    if decided is not UNKNOWN:
        settled = settled or not isinstance(test, Static) or _is_of_a_graph(region, node)
        if settled:
            region.resolved[id(node)] = bool(decided)
            _tell_decision(region, node, test)
        if decided:
            ended = run_block(region, body_of(node.body))
        elif isinstance(orelse, cst.If):
            return _run_if(region, orelse, after, settled)
        elif isinstance(orelse, cst.Else):
            ended = run_block(region, body_of(orelse.body))
        else:
            ended = False
        return ended or (bool(after) and run_block(region, after))
    if isinstance(test, Unknown) or not isinstance(test, Static):
        if isinstance(test, Unknown) and region.is_module:
            _run_unknown(region, node)
            return False
        reason = test.reason if isinstance(test, Unknown) else ""
        raise GiveUp(f"a condition that is not known: {reason}", node)

    def otherwise() -> bool:
        if isinstance(orelse, cst.If):
            with region.within(orelse):
                return _run_if(region, orelse, after)
        ended = isinstance(orelse, cst.Else) and run_block(region, body_of(orelse.body))
        return ended or (bool(after) and run_block(region, after))

    def then() -> bool:
        return run_block(region, body_of(node.body)) or (bool(after) and run_block(region, after))

    return branch(region, test, then, otherwise, node)


def _is_of_a_graph(region: Region, node: cst.If) -> bool:
    """Whether a branch, or the like one after it, is about tensors, layers or open models.

    Others are the user's own, and stay as they are.
    """
    if region.settles(node.test):
        return True
    for name in names_read(region.tree.source(node)):
        value = region.scope.get(name)
        if isinstance(value, (Framework, Function, UserClass, Choice)):
            return True
        if isinstance(value, Model) and value in region.open_sequentials:
            return True
        if value is not None and not isinstance(value, Model) and is_graph(value):
            return True
    return False


def _tell_decision(region: Region, node: cst.If, test: Value) -> None:
    """A switch of the program's own: the class only has the side that it is set to."""
    if not isinstance(test, Static) or region.settles(node.test):
        return
    names = sorted({name for name, _ in test.expr.names if name in region.file.globals})
    if names and all(isinstance(region.file.globals[name], Static) for name in names):
        source = region.tree.source(node.test)
        region.say(DECIDED, node, f"`if {source}` was decided by the value of {', '.join(names)}")


def _run_unknown(region: Region, node: cst.If) -> None:
    """A branch on something that is not understood, outside of models: its names become unknown."""
    before = region.scope.copy()
    with region.collecting():
        run_block(region, body_of(node.body))
        if isinstance(node.orelse, (cst.If, cst.Else)):
            if isinstance(node.orelse, cst.If):
                _run_unknown(region, node.orelse)
            else:
                run_block(region, body_of(node.orelse.body))
    after = region.scope
    for name in changed_names(before, after):
        if is_graph(after.values.get(name, Unknown())):
            after.values[name] = Unknown("it is built under a condition that is not known")


def _is_main_guard(region: Region, node: cst.If) -> bool:
    return "__name__" in region.tree.source(node.test)


def branch(
    region: Region,
    test: Static,
    then: Callable[[], bool],
    otherwise: Callable[[], bool],
    node: cst.CSTNode,
) -> bool:
    """Run both ways of a branch apart, and put them together."""
    before = region.scope
    sides: list[Side] = []
    ended: list[bool] = []
    serial = next(_ids)
    label = _label(test)
    region.branches += 1
    try:
        for side, way in enumerate((then, otherwise)):
            region.scope = before.copy()
            here = Way(serial, side, "" if side else label)
            with _on_way(region, here), region.collecting() as (init, forward):
                ended.append(way())
                provided("close_models")(region)
            sides.append((region.scope, init, forward))
    finally:
        region.branches -= 1
        region.scope = before
    one, other = sides
    if ended[0] and not ended[1]:
        region.scope = other[0]
    elif ended[1] and not ended[0]:
        region.scope = one[0]
    else:
        region.scope = join_scopes(region, before, one, other, test, node)
    _emit_if(region, test, one, other)
    return ended[0] and ended[1]


@contextmanager
def _on_way(region: Region, way: Way) -> Iterator[None]:
    region.ways.append(way)
    try:
        yield
    finally:
        region.ways.pop()


_COMPARED = re.compile(r"""[\w.]+ (?:==|is) ["'](\w+)["']|(\w+)""")


def _label(test: Static) -> str:
    """What a condition says of the case in which it holds: `kind == "lstm"`, `deep`."""
    match = _COMPARED.fullmatch(test.expr.text)
    return "" if match is None else match.group(1) or match.group(2)


def _emit_if(region: Region, test: Static, one: Side, other: Side) -> None:
    serial = next(_ids)
    region.emit_init(If(test.expr, one[1], other[1], id=serial))
    region.emit_forward(If(test.running, one[2], other[2], id=serial))


@provides("conditional")
def conditional(region: Region, node: cst.IfExp, test: Static) -> Value:
    """`a if test else b` where the condition is only known at run time."""
    before = region.scope
    sides: list[tuple[Scope, list[Node], list[Node]]] = []
    values: list[Value] = []
    serial = next(_ids)
    for side, part in enumerate((node.body, node.orelse)):
        region.scope = before.copy()
        way = Way(serial, side, "" if side else _label(test))
        with _on_way(region, way), region.collecting() as (init, forward):
            values.append(evaluate(region, part))
            provided("close_models")(region)
        sides.append((region.scope, init, forward))
    region.scope = before
    a, b = values
    if isinstance(a, Model) and isinstance(b, Model):
        return either_model(a, b)
    if (
        not is_graph(a)
        and not is_graph(b)
        and not isinstance(a, Unknown)
        and not isinstance(b, Unknown)
    ):
        if _plain(a) and _plain(b):
            return verbatim(region, node, test, a, b)
        return Choice(test, a, b)
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return a if isinstance(a, Unknown) else b
    if isinstance(a, Bound) and isinstance(b, Bound):
        return _conditional_tensor(region, test, a, b, sides, node)
    return Choice(test, a, b)


def _plain(value: Value) -> bool:
    return isinstance(value, (Static, Sequence, Mapping))


def _conditional_tensor(
    region: Region, test: Static, a: Bound, b: Bound, sides: list[Side], node: cst.CSTNode
) -> Value:
    """A conditional expression of tensors, as a branch that assigns."""
    target = region.assigned if region.whole is node else ""
    if not target:
        region.temporaries += 1
        target = f"\ue002x:c{region.temporaries}\ue003"
    before = region.scope
    done: list[Side] = []
    for value, side in zip((a, b), sides, strict=True):
        region.scope, outer = side[0], (region.init, region.forward)
        region.init, region.forward = side[1], side[2]
        bind_tensor(region, target, value)
        done.append((region.scope, region.init, region.forward))
        region.init, region.forward = outer
    region.scope = join_scopes(region, before, done[0], done[1], test, node)
    _emit_if(region, test, done[0], done[1])
    joined = region.scope.values[target]
    assert isinstance(joined, Bound)
    return joined


# --- loops -----------------------------------------------------------------------------------


@executes(cst.For)
def for_statement(region: Region, node: cst.For) -> None:
    if node.orelse is not None:
        raise GiveUp("a loop with `else`", node)
    iterable = evaluate(region, node.iter)
    if isinstance(iterable, Within):
        with region.within(node):
            provided("loop_inside")(region, iterable, node)
        return
    if isinstance(iterable, LayerList) and iterable.known is not None:
        iterable = iterable.known
    if isinstance(iterable, LayerList):
        provided("with_comments")(region, node, lambda: _loop_over_layers(region, node, iterable))
        return
    if isinstance(iterable, Sequence) and _holds_layers(iterable):
        for item in known_items(region, iterable):
            _bind_known(region, node.target, item)
            run_block(region, body_of(node.body))
        return

    def run() -> None:
        run_loop(region, node, iterable, node.target, lambda: run_block(region, body_of(node.body)))

    provided("with_comments")(region, node, run)


def _loop_over_layers(region: Region, node: cst.For, layers: LayerList) -> None:
    """`for layer in layers:`, which makes the layers too."""

    def run(iterable: Value, target: cst.BaseExpression, make: Callable[[], None]) -> None:
        def body() -> None:
            make()
            run_block(region, body_of(node.body))

        run_loop(region, node, iterable, target, body)

    loop_over(region, layers, lambda layer: _bind_known(region, node.target, layer), run)


def _holds_layers(value: Sequence) -> bool:
    """Whether a list holds layers, each of which must be called where its input is known."""
    return any(
        isinstance(i, (Layer, Function)) or (isinstance(i, Sequence) and _holds_layers(i))
        for i in value.items
    )


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

    provided("with_comments")(region, node, run)


def run_loop(
    region: Region,
    node: cst.CSTNode,
    iterable: Value,
    target: cst.BaseExpression | None,
    body: Callable[[], Any],
) -> None:
    """A `for` loop over a value."""
    if isinstance(iterable, Unknown):
        if region.is_module:
            iterable = Static(Expr("\ue00aunknown\ue00b"))
        else:
            raise GiveUp(f"a loop over something unknown: {iterable.reason}", node)
    _loop(region, node, iterable, target, body)


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
    for _ in range(6):
        region.scope = entry.copy()
        constructed = set(region.constructed)
        diagnostics = list(region.diagnostics)
        built, opened = len(region.built), len(region.open_sequentials)
        saved = list(region.init), list(region.forward), _layer_states(entry)
        _enter(region, entry, phis, node)
        start = region.scope.copy()
        region.loops.append(id(node))
        way = Way(id(node), -1, "", len(region.outside), _changing(start, phis, target))
        try:
            with _on_way(region, way), region.collecting() as (init, forward):
                test = _header(region, node, iterable, target)
                body()
                provided("close_models")(region)
                _close(region, start, phis)
        finally:
            region.loops.pop()
        try:
            more = _unstable(region, start, region.scope, phis, target)
        except _RankFound as found:
            region.want(f"rank:{found.source}", found.rank)
            raise
        if not more:
            if not _surely_runs(iterable):
                _leave(region, start, phis)
            else:
                for name in _target_names(target):
                    region.scope.bump(name)
            _emit_loop(region, node, iterable, target, test, init, forward)
            return
        phis.update(more)
        del region.built[built:], region.open_sequentials[opened:]
        region.constructed = constructed
        region.diagnostics = diagnostics
        region.init[:], region.forward[:] = saved[0], saved[1]
        for layer, state in saved[2]:
            layer.calls, layer.modules, layer.output = list(state[0]), state[1], state[2]
    raise GiveUp("a loop whose tensors do not settle", node)


def _changing(
    start: Scope, phis: dict[str, str], target: cst.BaseExpression | None
) -> tuple[tuple[str, bool], ...]:
    """What has another value in each round of a loop, and whether there are tensors in it."""
    found = dict.fromkeys(_target_names(target), False)
    for name in phis:
        if not name.startswith("\ue004"):
            value = start.values.get(name)
            found[name] = value is not None and is_graph(value)
    return tuple(found.items())


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


def _enter(region: Region, entry: Scope, phis: dict[str, str], node: cst.CSTNode) -> None:
    """Make what the loop changes unknown at the start of its body."""
    scope = region.scope
    for name in sorted(phis):
        value = entry.values.get(name)
        kind = phis[name]
        if isinstance(value, Bound):
            _carry(region, name, value, kind)
    for name in phis:
        if name.startswith("\ue004"):
            scope.bump(name)
    for name in sorted(phis):
        value = region.scope.values.get(name)
        kind = phis[name]
        if name.startswith("\ue004"):
            continue
        scope.bump(name)
        if isinstance(value, Bound):
            carried = _phi_tensor(scope, name, value, kind)
            if "last" in kind.split(","):
                carried = replace(carried, source=_carried_source(node, name))
            scope.values[name] = carried
        elif isinstance(value, (Static, Framework, Choice)):
            scope.values[name] = Static(Expr(name, names=scope.read(name).names))
        elif isinstance(value, (Sequence, Repeated)):
            scope.values[name] = _phi_list(region, scope, name, value, kind)
        elif isinstance(value, Mapping) and not is_graph(value):
            scope.values[name] = Static(Expr(name, names=scope.read(name).names))


def _carried_source(node: cst.CSTNode, name: str) -> str:
    return f"{CARRIED}{id(node)}:{name}"


def _carry(region: Region, name: str, value: Bound, kind: str) -> Bound:
    """The tensor as a round of a loop hands it to the next: its channels in one place."""
    wanted = next((o for o in (Layout.FIRST, Layout.LAST) if o.value in kind.split(",")), None)
    if wanted is None or value.tensor.layout is wanted:
        return value
    moved = in_layout(region, value, wanted)
    if moved.tensor.code.text != name:
        return bind_tensor(region, name, moved)
    held = region.scope.values[name]
    assert isinstance(held, Bound)
    return held


def _phi_tensor(scope: Scope, name: str, value: Bound, kind: str) -> Bound:
    tensor = value.tensor
    code = scope.read(name)
    if tensor.dims is None:
        reading = scope.read(shadow(name, "channels"))
        hint: Dim = reading
        if "channels" not in kind.split(","):
            hint = None if "no-channels" in kind else tensor.channels_hint
        held = None if hint is None else reading
        return Bound(replace(tensor, code=code, channels_hint=hint), value.source, (held,))
    axes = axis_names(len(tensor.dims))
    dims: list[Dim] = []
    readings: list[Expr | None] = []
    varying = kind.split(",")
    for axis, dim in zip(axes, tensor.dims, strict=True):
        reading = scope.read(shadow(name, axis))
        unknown = f"no-{axis}" in varying or (dim is None and axis not in varying)
        readings.append(None if unknown else reading)
        dims.append(None if unknown else reading if axis in varying else dim)
    return Bound(replace(tensor, code=code, dims=tuple(dims)), "", tuple(readings))


_LIST_ITEMS: dict[str, Value] = {}


def _phi_list(
    region: Region, scope: Scope, name: str, value: Sequence | Repeated, kind: str
) -> Value:
    reading = scope.read(name)
    item = region.list_items.get((id(region.tree), name, kind))
    if item is None:
        if isinstance(value, Sequence):
            if not is_graph(value):
                return Static(Expr(name, names=reading.names))
            item = merge_items(region, list(value.items))
        else:
            item = value.item
    return Repeated(item, reading, reading)


def _unstable(
    region: Region, start: Scope, end: Scope, phis: dict[str, str], target: Any
) -> dict[str, str]:
    """The names whose value at the end of the body is not what its start assumed."""
    own = _target_names(target)
    found: dict[str, str] = {}
    for name in changed_names(start, end):
        if name in own or name.startswith("self."):
            continue
        first, last = start.values.get(name), end.values.get(name)
        if name.startswith("\ue004"):
            if name not in phis:
                found[name] = "size"
            continue
        if first is None:
            continue
        kind = _difference(region, name, first, last, end, phis.get(name, ""))
        if kind != phis.get(name):
            found[name] = kind
    return found


class _RankFound(Exception):
    """The body of a loop told how many axes a tensor has that comes from outside."""

    def __init__(self, source: str, rank: int) -> None:
        super().__init__(source)
        self.source = source
        self.rank = rank


def _difference(
    region: Region, name: str, first: Value, last: Value | None, end: Scope, known: str
) -> str:
    if isinstance(first, Bound) and isinstance(last, Bound):
        return _tensor_difference(region, first, _handed_on(first, last), end, known)
    if isinstance(first, (Sequence, Repeated)) and isinstance(last, (Sequence, Repeated)):
        return _list_difference(region, name, first, last, known)
    if isinstance(first, Bound) != isinstance(last, Bound):
        raise GiveUp(f"`{name}` is a tensor in some rounds of a loop only")
    return known or "static"


def _list_difference(
    region: Region, name: str, first: Sequence | Repeated, last: Sequence | Repeated, known: str
) -> str:
    graph = is_graph(last) or (isinstance(last, Repeated))
    if not graph:
        return known or "static"
    items: list[Value] = []
    for side in (first, last):
        if isinstance(side, Repeated):
            items.append(side.item)
        else:
            items.extend(side.items)
    item = merge_items(region, items)
    layout = _layout_of(item)
    kind = f"list:{layout}:{_shape_key(item)}"
    region.list_items[(id(region.tree), name, kind)] = item
    return kind


def _layout_of(item: Value) -> str:
    return item.tensor.layout.value if isinstance(item, Bound) else ""


def _shape_key(item: Value) -> str:
    if isinstance(item, Bound):
        dims = item.tensor.dims
        return "?" if dims is None else ",".join("?" if d is None else d.text for d in dims)
    if isinstance(item, Sequence):
        return "(" + ";".join(_shape_key(i) for i in item.items) + ")"
    return "-"


def _tensor_difference(region: Region, first: Bound, last: Bound, end: Scope, known: str) -> str:
    kinds = set(known.split(",")) - {""}
    kinds.add("tensor")
    a, b = first.tensor, last.tensor
    if a.layout is not b.layout and not kinds & {"first", "last"}:
        kinds.add(meeting_layout(a).value)
    if first.source in region.asked_first:
        kinds = kinds - {"last"} | {"first"}
    if a.dims is None or b.dims is None:
        if a.dims is None and b.dims is None:
            kinds.add("no-channels" if a.channels_hint is None else "channels")
            return ",".join(sorted(kinds))
        if a.dims is None and b.dims is not None and first.source:
            raise _RankFound(first.source, len(b.dims) + 1)
        raise GiveUp("the number of dimensions of a tensor changes in a loop")
    if len(a.dims) != len(b.dims):
        raise GiveUp("the number of dimensions of a tensor changes in a loop")
    shadows = last.shadows if len(last.shadows) == len(b.dims) else (None,) * len(b.dims)
    for axis, x, y, s in zip(axis_names(len(a.dims)), a.dims, b.dims, shadows, strict=True):
        y = (
            y
            if y is not None and end.current(y)
            else s if s is not None and end.current(s) else None
        )
        if y is None or x is None:
            kinds.discard(axis)
            if x is not None:
                kinds.add(f"no-{axis}")
        elif (x.text != y.text or not end.current(x)) and f"no-{axis}" not in kinds:
            kinds.add(axis)
    return ",".join(sorted(kinds))


def _handed_on(first: Bound, last: Bound) -> Bound:
    """What a round of a loop gives to the next one.

    Recurrent layers take sequences only: if one keeps its steps by a condition, it held.
    """
    tensor = last.tensor
    if not tensor.open_steps or tensor.dims is not None or len(first.tensor.dims or ()) != 2:
        return last
    dims = (None, tensor.channels_hint)
    steps = replace(tensor, dims=dims, channels_hint=None, open_steps=False)
    return replace(last, tensor=steps, shadows=(None, *last.shadows))


def _as_left(carried: Bound, last: Value | None) -> Bound:
    """What is there after a loop: its last round may have dropped the steps."""
    if not isinstance(last, Bound) or not last.tensor.open_steps or carried.tensor.dims is None:
        return carried
    *_, channels = carried.tensor.dims
    left = replace(carried.tensor, dims=None, channels_hint=channels, open_steps=True)
    return replace(carried, tensor=left, shadows=carried.shadows[-1:])


def _close(region: Region, start: Scope, phis: dict[str, str]) -> None:
    """At the end of the body, size variables must hold the sizes of what their tensor now is."""
    for name, kind in phis.items():
        value = region.scope.values.get(name)
        if not isinstance(value, Bound) or name.startswith("\ue004"):
            continue
        value = _carry(region, name, value, kind)
        first = start.values.get(name)
        if isinstance(first, Bound):
            value = _handed_on(first, value)
        tensor = value.tensor
        if tensor.dims is None:
            continue
        for axis, dim, held in zip(
            axis_names(len(tensor.dims)), tensor.dims, value.shadows or (None,) * 9, strict=False
        ):
            if axis in kind.split(","):
                here = current_dim(region, dim, held)
                token = shadow(name, axis)
                if here is not None and (held is None or not region.scope.current(held)):
                    assign_shadow(region, token, here)


def _leave(region: Region, start: Scope, phis: dict[str, str]) -> None:
    """After the loop, what it changed is what its last round made of it, or what was before."""
    end = region.scope
    result = start.copy()
    for name, value in end.values.items():
        if name not in result.values:
            result.values[name] = value
            result.versions[name] = end.versions.get(name, 0)
    for name in end.versions:
        if end.versions[name] != start.versions.get(name, 0):
            if name in phis or name.startswith("\ue004") or name in start.values:
                result.versions[name] = result.bump(name)
            else:
                result.versions[name] = end.versions[name]
    for name, kind in phis.items():
        held = start.values.get(name)
        if name.startswith("\ue004") or held is None:
            continue
        if isinstance(held, Bound):
            result.values[name] = _as_left(_phi_tensor(result, name, held, kind), end.get(name))
        elif isinstance(held, (Sequence, Repeated)):
            result.values[name] = _phi_list(region, result, name, held, kind)
        else:
            result.values[name] = Static(Expr(name, names=result.read(name).names))
    region.scope = result


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
        if not isinstance(test, Static):
            raise GiveUp("a `while` loop whose condition is not known", node)
        return test
    assert iterable is not None
    assert target is not None
    bind_target(region, target, item_of(region, iterable))
    return None


def item_of(region: Region, iterable: Value) -> Value:
    """What one round of a loop gets."""
    if isinstance(iterable, Repeated):
        return iterable.item
    if isinstance(iterable, Sequence):
        if not iterable.items:
            return Static(Expr("\ue00aitem\ue00b"))
        return merge_items(region, list(iterable.items))
    return Static(Expr("\ue00aitem\ue00b"))


def bind_target(region: Region, target: cst.BaseExpression, item: Value) -> None:
    """Bind the loop variable, or each of several."""
    if isinstance(target, cst.Name):
        region.scope.bump(target.value)
        reading = region.scope.read(target.value)
        region.scope.values[target.value] = (
            element(region, item, reading, reading)
            if is_graph(item)
            else (
                item
                if isinstance(item, (Framework, Function, UserClass))
                else Static(replace(reading, whole=_is_whole_item(item)))
            )
        )
        return
    if isinstance(target, (cst.Tuple, cst.List)):
        parts = item.items if isinstance(item, Sequence) else None
        for position, child in enumerate(target.elements):
            part = (
                parts[position]
                if parts is not None and position < len(parts)
                else Static(Expr("\ue00aitem\ue00b"))
            )
            bind_target(region, child.value, part)
        return
    raise GiveUp("a loop variable that is not a name", target)


def _is_whole_item(item: Value) -> bool:
    return isinstance(item, Static) and is_whole(item.expr)


def _target_names(target: cst.BaseExpression | None) -> frozenset[str]:
    if isinstance(target, cst.Name):
        return frozenset({target.value})
    if isinstance(target, (cst.Tuple, cst.List)):
        return frozenset().union(*(_target_names(e.value) for e in target.elements))
    return frozenset()


def loop_sources(region: Region, iterable: Value) -> tuple[Expr | None, Expr]:
    """How `__init__` and `forward` write what a loop runs over."""
    if isinstance(iterable, Static):
        return iterable.expr, iterable.running
    if isinstance(iterable, Sequence):
        if not is_graph(iterable):
            written = to_expr(region, iterable)
            return written, written
        static = iterable.static if iterable.static is not None else channels_list(region, iterable)
        return static, sequence_code(region, iterable)
    if isinstance(iterable, Repeated):
        return iterable.static, iterable.code
    if isinstance(iterable, Mapping) and iterable.static is not None:
        return iterable.static, iterable.static
    raise GiveUp("a loop over something that is not a list")


def sequence_code(region: Region, value: Sequence) -> Expr:
    """How `forward` writes a list of tensors."""
    if value.code is not None:
        return value.code
    parts: list[Any] = []
    for item in value.items:
        if isinstance(item, Bound):
            parts.append(item.tensor.code)
        elif isinstance(item, Sequence):
            parts.append(sequence_code(region, item))
        else:
            parts.append(to_expr(region, item))
    return expr(tuple(parts) if value.kind is tuple else parts)


def _emit_loop(
    region: Region,
    node: cst.CSTNode,
    iterable: Value | None,
    target: cst.BaseExpression | None,
    test: Static | None,
    init: list[Node],
    forward: list[Node],
) -> None:
    serial = next(_ids)
    if test is not None:
        region.emit_init(While(test.expr, init, id=serial))
        region.emit_forward(While(test.running, forward, id=serial))
        return
    assert iterable is not None
    assert target is not None
    static, running = loop_sources(region, iterable)
    text = region.tree.source(target)
    names = _target_names(target)
    if static is None:
        static = Expr("\ue00anosize\ue00b", names=frozenset({("\ue00anosize\ue00b", -1)}))
    sure = _surely_runs(iterable)
    region.emit_init(For(text, names, static, init, id=serial, sure=sure))
    region.emit_forward(For(text, names, running, forward, id=serial, sure=sure))


@executes(cst.Break, cst.Continue)
def jump(region: Region, node: cst.CSTNode) -> None:
    if region.is_module:
        return
    raise GiveUp("`break` or `continue` in a loop that builds a graph", node)


@provides("comprehension")
def comprehension(
    region: Region, node: cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp
) -> Value:
    """A comprehension of plain values stays; one that makes tensors becomes a loop."""
    loop = node.for_in
    iterable = evaluate(region, loop.iter)
    if isinstance(node, cst.ListComp):
        inputs: Value | None = provided("input_list")(region, node, iterable)
        if inputs is not None:
            return inputs
    if isinstance(node, cst.DictComp):
        pairs: Value | None = provided("pairs_of")(region, loop.iter)
        entries = known_dict(region, node, iterable if pairs is None else pairs)
        if entries is not None and is_graph(entries):
            return entries
    before = region.scope
    region.scope = before.copy()
    parts = [node.key, node.value] if isinstance(node, cst.DictComp) else [node.elt]
    saved = dict(region.rewrites), dict(region.running)
    built, opened = len(region.built), len(region.open_sequentials)
    way = Way(id(node), -1, "", len(region.outside), _changing(before, {}, loop.target))
    values: list[Value] = []
    try:
        with _on_way(region, way), region.collecting():
            bind_target(
                region,
                loop.target,
                item_of(region, iterable) if not isinstance(iterable, Unknown) else iterable,
            )
            inner = loop.inner_for_in
            if inner is not None:
                bind_target(region, inner.target, item_of(region, evaluate(region, inner.iter)))
            values = [evaluate(region, i.test) for i in loop.ifs]
            values += [evaluate(region, part) for part in parts]
            provided("close_models")(region)
    finally:
        region.scope = before
        if not values or not isinstance(values[-1], Model):
            del region.built[built:], region.open_sequentials[opened:]
    if any(isinstance(v, Unknown) for v in values) or isinstance(iterable, Unknown):
        return Unknown("a comprehension over something unknown")
    if isinstance(values[-1], Model):
        reading = verbatim(region, node).expr
        return Repeated(values[-1], reading, reading)
    if not is_graph(values[-1]) and not is_graph(iterable):
        own = _comprehension_names(loop)
        result = verbatim(region, node, iterable, *[v for v in values if _plain(v)])
        names = frozenset(p for p in result.expr.names if p[0] not in own)
        run = result.run
        if run is not None:
            run = replace(run, names=frozenset(p for p in run.names if p[0] not in own))
        return Static(replace(result.expr, names=names), run)
    region.rewrites, region.running = saved
    if isinstance(node, cst.DictComp):
        raise GiveUp("a dict of tensors whose keys are not known", node)
    if isinstance(values[-1], Layer) and isinstance(node, cst.ListComp) and not loop.ifs:
        return listed_layers(region, node, iterable)
    if (
        loop.inner_for_in is not None
        or loop.ifs
        or not isinstance(node, (cst.ListComp, cst.GeneratorExp))
    ):
        raise GiveUp("a comprehension of tensors with conditions", node)
    return _tensor_comprehension(region, node, iterable)


def _comprehension_names(loop: cst.CompFor) -> frozenset[str]:
    names = _target_names(loop.target)
    if loop.inner_for_in is not None:
        names |= _comprehension_names(loop.inner_for_in)
    return names


def _tensor_comprehension(
    region: Region, node: cst.ListComp | cst.GeneratorExp, iterable: Value
) -> Value:
    """`[f(t) for t in ts]` as a loop that appends."""
    target = region.assigned if region.whole is node else ""
    if not target:
        region.temporaries += 1
        target = f"\ue002outputs:l{region.temporaries}\ue003"
    start = Line(f"{target} = []", frozenset({target}))
    region.emit_init(start)
    region.emit_forward(Line(f"{target} = []", frozenset({target})))
    region.scope.bump(target)
    region.scope.values[target] = Sequence(
        (), list, region.scope.read(target), region.scope.read(target)
    )

    def body() -> None:
        value = evaluate(region, node.elt)
        append(region, target, value)

    run_loop(region, node, iterable, node.for_in.target, body)
    result = region.scope.values[target]
    reading = region.scope.read(target)
    if isinstance(result, (Repeated, Sequence)):
        return replace(result, code=reading, static=reading)
    raise GiveUp("a comprehension that is not understood", node)


def append(region: Region, name: str, value: Value) -> None:
    """`name.append(value)` on a list of tensors, in both programs."""
    from transpiler.interpret.joins import channels_of
    from transpiler.interpret.tensors import emit_before

    region.graph_events += 1
    held = region.scope.values.get(name)
    if isinstance(value, Bound):
        emit_before(region, value.tensor.code, "")
        code = value.tensor.code
    elif isinstance(value, Sequence) and is_graph(value):
        code = sequence_code(region, value)
    else:
        raise GiveUp("something other than a tensor is appended to a list of tensors")
    uses = reads(code) | {name}
    region.emit_forward(
        Line(f"{name}.append({code.text})", frozenset({name}), uses, code.modules, kills=False)
    )
    region.helpers_used |= code.helpers
    static = channels_of(region, value)
    if static is None:
        static = Expr("\ue00anosize\ue00b", names=frozenset({("\ue00anosize\ue00b", -1)}))
    static_uses = reads(static) | {name}
    region.emit_init(
        Line(
            f"{name}.append({static.text})",
            frozenset({name}),
            static_uses,
            static.modules,
            kills=False,
        )
    )
    region.scope.bump(name)
    reading = region.scope.read(name)
    if isinstance(held, Sequence):
        region.scope.values[name] = Sequence((*held.items, value), held.kind, reading, reading)
    elif isinstance(held, Repeated):
        item = merge_items(region, [held.item, value])
        region.scope.values[name] = Repeated(item, reading, reading)
    else:
        raise GiveUp(f"`{name}` is not a list that is understood")


__all__ = ["Tensor", "rewrite", "ternary"]
