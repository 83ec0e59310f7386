"""The user's functions: blocks, builders, functions that give layers, plain ones."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED_CALLERS
from transpiler.interpret.configs import given_dict
from transpiler.interpret.control import body_of, run_block, sequence_code
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.expressions import truth
from transpiler.interpret.layers import Argument
from transpiler.interpret.models import close_sequential, returned_value
from transpiler.interpret.region import (
    FileContext,
    GiveUp,
    Parameter,
    Region,
    Restart,
    Scope,
    contained,
)
from transpiler.interpret.splicing import adds_layers, gets_layers, spliced
from transpiler.interpret.statics import const, constant, one_line, to_expr, verbatim
from transpiler.interpret.summary import Summary
from transpiler.interpret.tensors import (
    assign_shadow,
    at_start,
    axis_names,
    bind_tensor,
    emit_before,
    ensure_current,
    in_layout,
    meeting_layout,
    modules_of,
    refreshed,
    register,
    shadow,
    want_tensor,
    with_rank,
)
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Layer,
    Mapping,
    Model,
    Namespace,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    holds_tensor,
    is_graph,
)
from transpiler.ir.code import Return
from transpiler.ir.expr import (
    ATOM,
    POSTFIX,
    TERNARY,
    UNKNOWN,
    Expr,
    Module,
    attribute,
    call,
    index,
    is_whole,
    operation_of,
    reads,
    ternary,
)
from transpiler.ir.sizes import substitute
from transpiler.ir.tensor import Dim, Layout, Tensor
from transpiler.passes.liveness import modules_used, prune, walk

_DEEPEST = 30


# --- parameters ------------------------------------------------------------------------------


def parameters_of(node: cst.FunctionDef | cst.Lambda) -> list[Parameter]:
    """The parameters of a function, in order."""
    params = node.params
    found = [_parameter(p) for p in (*params.posonly_params, *params.params)]
    if isinstance(params.star_arg, cst.Param):
        found.append(_parameter(params.star_arg, star="*"))
    found += [_parameter(p, keyword_only=True) for p in params.kwonly_params]
    if params.star_kwarg is not None:
        found.append(_parameter(params.star_kwarg, star="**"))
    return found


def _parameter(node: cst.Param, keyword_only: bool = False, star: str = "") -> Parameter:
    return Parameter(node.name.value, node.default, node.annotation, keyword_only, star, node=node)


def bind_arguments(
    function: Function, parameters: list[Parameter], arguments: list[Argument]
) -> dict[str, Value]:
    """Which parameter gets which argument. Raises GiveUp where Python would refuse."""
    bound: dict[str, Value] = {}
    extra: dict[Any, Value] = {}
    plain = [p for p in parameters if not p.star and not p.keyword_only]
    names = {p.name for p in parameters if not p.star}
    positions = iter(plain)
    star = next((p for p in parameters if p.star == "*"), None)
    double = next((p for p in parameters if p.star == "**"), None)
    rest: list[Value] = []
    for keyword, value in arguments:
        if keyword == "**" and isinstance(value, Static) and double is None:
            bound["**"] = value
        elif keyword in ("*", "**"):
            raise GiveUp(f"`{function.name}` is called with arguments that are not known")
        elif keyword is None:
            parameter = next(positions, None)
            if parameter is not None:
                bound[parameter.name] = value
            elif star is not None:
                rest.append(value)
            else:
                raise GiveUp(f"`{function.name}` gets more arguments than it takes")
        elif keyword in names:
            bound[keyword] = value
        elif double is not None:
            extra[keyword] = value
        else:
            raise GiveUp(f"`{function.name}` gets an unknown argument {keyword}")
    if star is not None:
        bound[star.name] = Sequence(tuple(rest), tuple)
    if double is not None:
        bound[double.name] = Mapping(extra)
    return bound


def _kind(value: Value) -> Any:
    """What a summary depends on of an argument."""
    if isinstance(value, Bound):
        return ("tensor", None if value.tensor.dims is None else len(value.tensor.dims))
    if isinstance(value, Sequence) and holds_tensor(value):
        return ("list", *(_kind(i) for i in value.items))
    if isinstance(value, Repeated):
        return ("repeated", _kind(value.item))
    if isinstance(value, Function):
        return ("function", id(value.node))
    if isinstance(value, Framework):
        return ("framework", value.name)
    if isinstance(value, (Layer, Model, UserClass)):
        return (type(value).__name__, id(value))
    if isinstance(value, Mapping) and value.static is None:
        return ("mapping", *sorted(map(str, value.items)))
    if isinstance(value, Choice):
        return ("choice", *(_kind(o) for o in value.options))
    return "static"


# --- interpretation --------------------------------------------------------------------------


def summarize(
    file: FileContext, function: Function, given: dict[str, Value], caller: Region | None = None
) -> Summary:
    """Interpret a function for one kind of arguments; the result is kept."""
    kinds = tuple(
        (name, kind) for name, value in sorted(given.items()) if (kind := _kind(value)) != "static"
    )
    if "**" in given:  # all else that it takes may be in that dict
        kinds = (*kinds, ("**", tuple(sorted(given))))
    key = (id(function.node), kinds)
    home: FileContext = function.file if function.file is not None else file
    if home is not file:
        return _foreign(file, home, function)
    found = home.summaries.get(key)
    if found is not None:
        return found
    alike = home.generic.get((key[0], _without_functions(kinds)))
    if alike is not None and caller is not None and alike.region is not None:
        _force_passed(caller, alike.region, given, function.node)
        return alike
    summary = Summary(function, "running", given=frozenset(given), unpacked="**" in given)
    home.summaries[key] = summary
    depth = (caller.depth if caller is not None else 0) + 1
    try:
        if depth > _DEEPEST:
            raise GiveUp("functions call each other too deeply")
        contained(lambda: _interpret(home, function, given, summary, depth), function.node)
    except GiveUp as why:
        summary.kind = "failed"
        summary.reason = why.reason
        summary.result = why.node  # type: ignore[assignment]
    if summary.region is not None and summary.kind in ("block", "builder"):
        passed = {n for n, v in given.items() if isinstance(v, Function)}
        called = {name for name, _, _, _ in summary.region.parameter_calls}
        if passed and passed <= called:
            home.generic[(key[0], _without_functions(kinds))] = summary
    return summary


def _without_functions(kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    """The kinds of the arguments, whichever functions are among them."""
    return tuple(
        (n, "function") if isinstance(k, tuple) and k[0] == "function" else (n, k) for n, k in kinds
    )


def _foreign(file: FileContext, home: FileContext, function: Function) -> Summary:
    """The summary of another file's function, as that file's own conversion has it."""
    candidates = [s for s in home.summaries.values() if s.function.node is function.node]
    blocks = [s for s in candidates if s.kind == "block" and s.serial in home.planned.class_names]
    if len(blocks) > 1:
        return Summary(function, "failed", reason=f"`{function.name}` becomes several classes")
    if blocks:
        file.foreign[blocks[0].serial] = (home, home.planned.class_names[blocks[0].serial])
        return blocks[0]
    other = [s for s in candidates if s.kind not in ("failed", "running")]
    if other:
        return other[-1]
    reason = next((s.reason for s in candidates if s.reason), "it is not converted in its own file")
    return Summary(function, "failed", reason=reason)


def _interpret(
    home: FileContext, function: Function, given: dict[str, Value], summary: Summary, depth: int
) -> None:
    node = function.node
    wants: dict[str, Any] = {}
    declared = parameters_of(node)
    for _ in range(40):
        parameters = _expanded(declared, given)
        scope = Scope(function.closure)
        region = Region(home, scope, function.name, tuple(parameters), wants)
        region.depth = depth
        region.functional = function.functional
        summary.region = region
        summary.parameters = tuple(parameters)
        region.source = home.tree.source(node)
        if function.owner:
            region.methods = home.class_methods.get(function.owner, {})
        try:
            for parameter in parameters:
                _bind_parameter(region, parameter, given.get(parameter.name))
            _bind_star(region, declared, given)
            if isinstance(node, cst.Lambda):
                return_value(region, evaluate(region, node.body), node)
            else:
                run_block(region, body_of(node.body))
            _agree_on_returns(region)
            if summary.recursive and len(region.returns) > 1 and "return:size" not in wants:
                region.want("return:size", True)
            if region.speculative:
                region.want("rank:last", True)
        except Restart:
            continue
        summary.region = region
        summary.parameters = tuple(parameters)
        classify(summary)
        return
    raise GiveUp("the function does not settle")


def _expanded(declared: list[Parameter], given: dict[str, Value]) -> list[Parameter]:
    """The parameters, with `**kwargs` as the keywords that it is given."""
    found: list[Parameter] = []
    for parameter in declared:
        if parameter.star == "**":
            value = given.get(parameter.name)
            keys = value.items if isinstance(value, Mapping) else {}
            found += [Parameter(str(k), keyword_only=True) for k in keys]
        elif not parameter.star:
            found.append(
                Parameter(
                    parameter.name,
                    parameter.default,
                    parameter.annotation,
                    parameter.keyword_only,
                    "",
                    False,
                    parameter.node,
                )
            )
    return found


def _bind_star(region: Region, declared: list[Parameter], given: dict[str, Value]) -> None:
    for parameter in declared:
        if parameter.star == "**":
            value = given.get(parameter.name)
            items = value.items if isinstance(value, Mapping) else {}
            region.scope.values[parameter.name] = Mapping(
                {
                    k: region.scope.values.get(str(k), Static(region.scope.read(str(k))))
                    for k in items
                }
            )
        elif parameter.star == "*":
            value = given.get(parameter.name)
            if isinstance(value, Sequence) and value.items:
                raise GiveUp("`*args` in a function that builds a graph")
            region.scope.values[parameter.name] = Sequence((), tuple)


def _bind_parameter(region: Region, parameter: Parameter, value: Value | None) -> None:
    name = parameter.name
    scope = region.scope
    reading = scope.read(name)
    demanded = f"tensor:{name}" in region.wants
    plain = value is None or (isinstance(value, Static) and not demanded)
    if plain and _default_is_none(parameter) and (demanded or _is_tensor_slot(region, name)):
        region.assumed_none.add(name)
        scope.values[name] = Static(Expr(name, None, names=reading.names))
        return
    if isinstance(value, Bound) or demanded:
        parameter.is_tensor = True
        region.tensor_order.append(name)
        scope.values[name] = _tensor_parameter(
            region, name, value if isinstance(value, Bound) else None
        )
        return
    if isinstance(value, Sequence) and holds_tensor(value):
        parameter.is_tensor = True
        region.tensor_order.append(name)
        scope.values[name] = _list_parameter(region, name, value)
        return
    if isinstance(value, Repeated):
        raise GiveUp("a list of tensors whose length is not known is passed to a function")
    if isinstance(value, Function):
        made = Function(
            value.name, value.node, value.closure, value.owner, value.nested_in, value.file, reading
        )
        made.parameter = name
        scope.values[name] = made
        return
    if isinstance(value, (Framework, UserClass, Choice)):
        if isinstance(value, Choice):
            raise GiveUp("a function or class that depends on a condition is passed on")
        region.fixed_parameters.add(name)
        scope.values[name] = value
        return
    if isinstance(value, (Layer, Model)):
        raise GiveUp("a layer or model is passed to a function")
    if isinstance(value, Sequence) and value.static is not None and not is_graph(value):
        scope.values[name] = Static(reading)
        return
    if isinstance(value, Mapping) and not is_graph(value):
        scope.values[name] = Static(reading)
        return
    if isinstance(value, Unknown):
        scope.values[name] = value
        return
    scope.values[name] = Static(replace(reading, whole=_is_whole(parameter, value)))


def _is_whole(parameter: Parameter, value: Value | None) -> bool:
    """Whether a parameter is a whole number: by its annotation, its default or what it is given."""
    if parameter.annotation is not None:
        kind = parameter.annotation.annotation
        return isinstance(kind, cst.Name) and kind.value == "int"
    if parameter.default is not None:
        return isinstance(parameter.default, cst.Integer)
    return isinstance(value, Static) and is_whole(value.expr)


_TENSOR_SLOT = (
    r"is_keras_tensor\(\s*{0}\b", r"[( ]tensor={0}\b", r"get_source_inputs\(\s*{0}\b",
)  # fmt: skip


def _is_tensor_slot(region: Region, name: str) -> bool:
    """Whether the function asks of a parameter if it is a Keras tensor."""
    text = region.source
    return any(re.search(pattern.format(name), text) for pattern in _TENSOR_SLOT)


def _default_is_none(parameter: Parameter) -> bool:
    return isinstance(parameter.default, cst.Name) and parameter.default.value == "None"


def _tensor_parameter(region: Region, name: str, value: Bound | None) -> Bound:
    source = f"param:{name}"
    given = value.tensor if value is not None else None
    rank = None if given is None or given.dims is None else len(given.dims) + 1
    rank = region.wants.get(f"rank:{source}", rank)
    layout = region.wants.get(
        f"layout:{source}", given.layout if given is not None else Layout.LAST
    )
    region.given_layouts[name] = layout
    if rank is not None:
        region.given_ranks[name] = rank
    dtype = given.dtype if given is not None else "float32"
    return _open_parameter(region, name, region.scope.read(name), rank, layout, dtype, source)


def _open_parameter(
    region: Region,
    owner: str,
    code: Expr,
    rank: int | None,
    layout: Layout,
    dtype: str,
    source: str,
) -> Bound:
    scope = region.scope
    if rank is None:
        reading = scope.read(shadow(owner, "channels"))
        return Bound(Tensor(code, None, layout, dtype, reading), source, (reading,))
    readings = tuple(scope.read(shadow(owner, axis)) for axis in axis_names(rank - 1))
    return Bound(Tensor(code, readings, layout, dtype), source, readings)


def _list_parameter(region: Region, name: str, value: Sequence) -> Sequence:
    reading = region.scope.read(name)
    items: list[Value] = []
    for position, item in enumerate(value.items):
        if not isinstance(item, Bound):
            raise GiveUp("a nested list of tensors is passed to a function")
        tensor = item.tensor
        code = index(reading, position)
        source = f"param:{name}[{position}]"
        rank = None if tensor.dims is None else len(tensor.dims) + 1
        layout = region.wants.get(f"layout:{source}", tensor.layout)
        region.given_layouts[f"{name}[{position}]"] = layout
        owner = f"{name}{position + 1}"
        items.append(_open_parameter(region, owner, code, rank, layout, tensor.dtype, source))
    return Sequence(tuple(items), value.kind, reading)


# --- what a body gives back ------------------------------------------------------------------


@provides("return_value")
def return_value(region: Region, value: Value, node: cst.CSTNode) -> None:
    """`return value` of a function."""
    if isinstance(value, Model):
        if value.kind == "sequential" and value.region is region and value.expr is None:
            value.expr = None
        region.returns.append((value, node))
        region.return_depth.append(region.branches + len(region.loops))
        return
    if holds_tensor(value):
        if region.loops:
            raise GiveUp("a tensor is returned from inside a loop", node)
        layout = region.wants.get("return:layout")
        if isinstance(value, Bound) and layout is not None:
            value = in_layout(region, value, layout)
        for bound in _tensors(value):
            ensure_current(region, bound, node)
            emit_before(region, bound.tensor.code, "")
        code = returned_value(region, value, node, border=False)
        region.emit_forward(Return(code))
        region.helpers_used |= code.helpers
        value = _with_sizes(region, value)
        if "return:size" in region.wants:
            size = _out_size(value)
            if size is None:
                raise GiveUp("the channels that a recursive block gives are not known", node)
            assign_shadow(region, _RETURNED_SIZE, size)
    region.returns.append((value, node))
    region.return_depth.append(region.branches + len(region.loops))


def _tensors(value: Value) -> list[Bound]:
    if isinstance(value, Bound):
        return [value]
    if isinstance(value, Sequence) and value.code is None:
        return [t for item in value.items for t in _tensors(item)]
    return []


def _with_sizes(region: Region, value: Value) -> Value:
    """The value, its sizes as they can be read at the return.

    Those that no module of a caller gets from the block are written as a caller can compute them.
    """
    if isinstance(value, Bound):
        tensor = refreshed(region, value)
        if tensor.dims is None:
            return replace(value, tensor=tensor)
        spatial = tuple(None if d is None else at_start(region, d) for d in tensor.dims[:-1])
        return replace(value, tensor=replace(tensor, dims=(*spatial, *tensor.dims[-1:])))
    if isinstance(value, Sequence):
        return replace(value, items=tuple(_with_sizes(region, i) for i in value.items))
    return value


def _agree_on_returns(region: Region) -> None:
    """All returns of a tensor have their channels in the same place.

    A sequence is given back as it came in, so that a caller's loop need not move its channels.
    """
    if "return:layout" in region.wants:
        return
    values = [v for v, _ in region.returns if isinstance(v, Bound) and _has_axes(v)]
    layouts = {v.tensor.layout for v in values}
    if Layout.FIRST in layouts and all(meeting_layout(v.tensor) is Layout.LAST for v in values):
        given = {region.given_layouts.get(n) for n in region.tensor_order} - {None}
        if given == {Layout.LAST}:
            region.want("return:layout", Layout.LAST)
    if len(layouts) > 1:
        region.want("return:layout", Layout.FIRST)


def _has_axes(value: Bound) -> bool:
    return value.tensor.dims is None or len(value.tensor.dims) > 1


def classify(summary: Summary) -> None:
    """Tell what kind of function it is, and work out the class that a block becomes."""
    region = summary.region
    assert region is not None
    values = [v for v, _ in region.returns]
    tensors = [v for v in values if holds_tensor(v)]
    for model in region.open_sequentials:
        built = None if model.closed else close_sequential(region, model)
        if built is not None:
            region.built.append(built)
    if _is_deferred(region):
        _defer(summary, region)
        return
    if region.built:
        summary.kind = "builder"
        summary.result = values[-1] if values else None
        if region.functional:
            summary.result = region.built[-1].model
            region.built[-1].init = list(region.init)
        return
    if tensors:
        if len(tensors) != len(values):
            raise GiveUp("a tensor is returned on some ways only", region.returns[-1][1])
        finish_block(summary)
        return
    if any(isinstance(v, Model) for v in values):
        summary.kind = "builder"
        summary.result = next(v for v in values if isinstance(v, Model))
        return
    if values and all(isinstance(v, (Layer, Framework, Function, UserClass)) for v in values):
        summary.kind = "layer"
        summary.result = values[0]
        return
    if any(is_graph(v) or _all_symbols(v) for v in values):
        summary.kind = "layer"
        summary.result = values[0]
        return
    summary.kind = "static"
    summary.result = values[0] if values else None
    if any(isinstance(v, Unknown) for v in values):
        summary.result = next(v for v in values if isinstance(v, Unknown))


def _all_symbols(value: Value) -> bool:
    """Whether it is a tuple of parts of the framework, functions or classes."""
    kinds = (Framework, Function, UserClass)
    return (
        isinstance(value, Sequence)
        and bool(value.items)
        and all(isinstance(item, kinds) for item in value.items)
    )


def _is_deferred(region: Region) -> bool:
    """Whether a function gives a Sequential that learns its input only when it is called."""
    if len(region.built) != 1 or len(region.returns) != 1 or region.left_calls:
        return False
    model = region.built[0].model
    value = region.returns[0][0]
    return model.kind == "sequential" and value is model and model.undeclared


def _defer(summary: Summary, region: Region) -> None:
    """Such a function becomes a class like that of a block, which is called later."""
    model = region.built[0].model
    held = region.scope.values[model.variable]
    assert isinstance(held, Bound)
    border = region.border_lines.get(model.variable)
    region.forward[:] = [n for n in region.forward if n is not border]
    region.emit_forward(Return(held.tensor.code))
    region.tensor_order = [model.variable]
    region.returns = [(_with_sizes(region, held), region.returns[0][1])]
    region.built = []
    summary.deferred = True
    finish_block(summary)
    summary.kind = "block"


@provides("call_deferred")
def call_deferred(region: Region, node: cst.CSTNode, layer: Layer, value: Bound) -> Value:
    """A call of what such a function gave."""
    summary, bound, arguments = layer.block
    module = layer.modules[0] if layer.modules else None
    given = {**bound, summary.tensors[0]: value}
    result = call_block(region, node, summary, given, arguments, module)
    if module is None:
        layer.modules = tuple(m for m in modules_of(result) if m.token in region.constructed)[-1:]
        if layer.hint:
            region.module_hints[layer.modules[0].token] = layer.hint
    return result


def finish_block(summary: Summary) -> None:
    """What the class of a block takes, and what its callers can know of its result."""
    region = summary.region
    assert region is not None
    forward, live = prune(region.forward, frozenset(), effects=False)
    summary.modules = modules_used(forward)
    summary.tensors = tuple(region.tensor_order)
    summary.result = _in_given_sizes(region, _joined_result(region))
    wanted: frozenset[str] = frozenset()
    summary.attributes = ()
    size = _out_size(summary.result)
    if summary.recursive and len(region.returns) > 1:
        size = _size_at_returns(region)
    known = {p.name for p in summary.parameters}
    if size is not None and (_is_forced(summary) or not _from_parameters(size, known)):
        if len(region.returns) == 1 or region.scope.current(size):
            summary.attributes = (("out_channels", size.text),)
            summary.attribute_names = (reads(size),)
            wanted = reads(size)
    stored = _stored_names(region, live, set(summary.tensors))
    init, live_init = prune(region.init, wanted, effects=True, modules=frozenset(summary.modules))
    summary.forward, summary.init = forward, init
    summary.stored = stored
    sizes = [n for n in live_init if n.startswith("\ue004")]
    summary.sizes = tuple(sorted(sizes, key=lambda t: _size_order(region, t)))
    needed = live_init | set(stored)
    summary.statics = tuple(
        p.name for p in summary.parameters if p.name in needed and p.name not in summary.tensors
    )
    if summary.recursive:
        summary.statics = tuple(p.name for p in summary.parameters if p.name not in summary.tensors)
        name = summary.tensors[0]
        summary.sizes = summary.sizes or (shadow(name, "channels"),)
    if summary.unpacked:
        summary.statics = tuple(
            p.name
            for p in summary.parameters
            if p.name not in summary.tensors and (p.name in needed or p.name not in summary.given)
        )
    closure = sorted(n for n in needed if n in region.closure_reads or n.startswith("self."))
    if closure:
        summary.closure = tuple(closure)
    effects = any(not _is_silent_init(n) for n in init)
    summary.kind = "block" if summary.modules or effects or summary.attributes else "operation"
    if "\ue00anosize\ue00b" in live_init:
        raise GiveUp("the size of a tensor that a layer needs is not known")


def _in_given_sizes(region: Region, result: Value) -> Value:
    """A result whose sizes are those of arguments, where a variable holds just such a size."""
    if isinstance(result, Sequence):
        return replace(result, items=tuple(_in_given_sizes(region, i) for i in result.items))
    if not isinstance(result, Bound) or result.tensor.dims is None:
        return result

    def given(dim: Dim) -> Dim:
        for pair in dim.names if dim is not None else ():
            if dim is not None and dim.text == pair[0]:
                return region.size_names.get(pair, dim)
        return dim

    dims = tuple(given(d) for d in result.tensor.dims)
    return replace(result, tensor=replace(result.tensor, dims=dims))


def _size_at_returns(region: Region) -> Expr:
    """The variable in which each way through a recursive block leaves its number of channels."""
    size = region.scope.read(_RETURNED_SIZE)
    return replace(size, names=frozenset({(_RETURNED_SIZE, region.scope.version(_RETURNED_SIZE))}))


_RETURNED_SIZE = shadow("result", "channels")


def _is_forced(summary: Summary) -> bool:
    """Whether someone constructs the class who can't see it."""
    home = summary.function.file
    forced = home is not None and id(summary.function.node) in home.forced
    return forced or summary.recursive or summary.unpacked


def _is_silent_init(node: Any) -> bool:
    return False


def _size_order(region: Region, token: str) -> tuple[int, str]:
    owner, _, axis = token[1:-1].rpartition(":")
    for position, name in enumerate(region.tensor_order):
        if owner == name or (owner.startswith(name) and owner[len(name) :].isdigit()):
            return position, f"{owner}:{0 if axis in ('channels', 'features') else 1}{axis}"
    raise GiveUp(f"a size of `{owner}` is used before it is known")


def _stored_names(region: Region, live: frozenset[str], tensors: set[str]) -> tuple[str, ...]:
    """The plain names that `forward` reads and `__init__` must keep."""
    names = [n for n in region.parameters if n in live and n not in tensors]
    names += sorted(n for n in live if n in region.closure_reads)
    return tuple(names)


def _joined_result(region: Region) -> Value:
    values = [v for v, _ in region.returns]
    first = values[0]
    if len(values) == 1:
        return first
    if all(isinstance(v, Bound) for v in values):
        bounds = [v for v in values if isinstance(v, Bound)]
        return _join_bounds(bounds)
    return first


def _join_bounds(bounds: list[Bound]) -> Bound:
    first = bounds[0].tensor
    ranks = {None if b.tensor.dims is None else len(b.tensor.dims) for b in bounds}
    if len(ranks) > 1 or first.dims is None:
        return Bound(replace(first, dims=None, channels_hint=None))
    dims = list(first.dims)
    for other in bounds[1:]:
        assert other.tensor.dims is not None
        dims = [
            a if a is not None and b is not None and a.text == b.text else None
            for a, b in zip(dims, other.tensor.dims, strict=True)
        ]
    return Bound(replace(first, dims=tuple(dims)))


def _out_size(result: Value | None) -> Dim:
    if isinstance(result, Sequence):
        sizes = [_out_size(item) for item in result.items if isinstance(item, Bound)]
        same = {None if s is None else s.text for s in sizes}
        return sizes[0] if len(same) == 1 and len(sizes) == len(result.items) else None
    if not isinstance(result, Bound):
        return None
    tensor = result.tensor
    return tensor.channels_hint if tensor.dims is None else tensor.dims[-1] if tensor.dims else None


def _from_parameters(size: Expr, parameters: set[str]) -> bool:
    """Whether a caller can write a size with its own arguments."""
    return not size.modules and all(version == 0 for _, version in size.names)


# --- calls -----------------------------------------------------------------------------------


@provides("call_function")
def call_function(
    region: Region, node: cst.CSTNode, function: Function, arguments: list[Argument]
) -> Value:
    """A call of a function of the user's."""
    if function.owner and function.parameter == "":
        arguments = [(None, Static(Expr("self"))), *arguments]
    if isinstance(function.node, cst.Lambda):
        return _inline(region, node, function, arguments)
    bound = bind_arguments(function, parameters_of(function.node), arguments)
    _note_function_arguments(region, node, arguments)
    tensors = any(holds_tensor(v) for v in bound.values())
    foreign = function.file is not None and function.file is not region.file
    if not foreign and gets_layers(bound) and (tensors or adds_layers(function)):
        region.file.spliced.add(id(function.node))
        given = spliced(region, function, bound)
        region.done.add(id(node))
        return const(None) if given is None else given
    if not tensors and any(isinstance(v, Model) for v in bound.values()):
        if foreign or not mentions_framework(region.file, function):
            name = region.tree.source(node.func) if isinstance(node, cst.Call) else function.name
            return provided("pass_model")(region, node, name, [v for _, v in arguments])
    if not tensors and (config := given_dict(region, node, function, arguments)) is not None:
        return config
    if not tensors and not mentions_framework(region.file, function):
        return plain_call(region, node, function, [v for _, v in arguments])
    if any(isinstance(v, Unknown) for v in bound.values()):
        return next(v for v in bound.values() if isinstance(v, Unknown))
    summary = summarize(region.file, function, bound, region)
    if summary.kind == "running":
        if tensors:
            return _call_recursive(region, node, summary, bound, arguments)
        raise GiveUp(f"`{function.name}` calls itself", node)
    if summary.kind == "failed":
        raise GiveUp(f"`{function.name}`: {summary.reason}", node)
    if foreign and summary.region is not None:
        _force_passed(region, summary.region, bound, node)
    for name in summary.tensors:
        value = bound.get(name)
        if isinstance(value, Static) and value.expr.text in region.parameters:
            inner = summary.region
            rank = _parameter_rank(inner, name) if inner is not None else None
            layout = inner.parameter_layouts().get(name) if inner is not None else None
            want_tensor(region, value.expr.text, rank or 0, layout or Layout.ANY)
    if "**" in bound and summary.kind in ("operation", "layer"):
        raise GiveUp(f"`{function.name}` is called with arguments that are not known", node)
    summary.frame = function.frame
    if summary.kind == "block" and summary.deferred and not tensors:
        region.graph_events += 1
        layer = Layer(None, function.name, {}, node, region.assigned, depth=len(region.loops))
        layer.block = (summary, bound, arguments)
        return layer
    if summary.kind in ("block", "operation"):
        return call_block(region, node, summary, bound, arguments)
    if summary.kind == "builder":
        return _call_builder(region, node, summary, bound, arguments)
    if summary.kind == "layer":
        return _inline(region, node, function, arguments)
    if isinstance(summary.result, Unknown):
        return summary.result
    called = plain_call(region, node, function, [v for _, v in arguments])
    return _with_constant(called, summary)


def _with_constant(called: Value, summary: Summary) -> Value:
    """What a call gives, where the function has but one answer, and needs no name to tell it."""
    answers = summary.region.returns if summary.region is not None else []
    if len(answers) != 1 or not isinstance(called, Static) or not isinstance(answers[0][0], Static):
        return called
    answer = answers[0][0].expr
    outside = summary.function.closure.keys() | {p.name for p in summary.parameters}
    if not answer.known or any(name in outside for name, _ in answer.names):
        return called
    return replace(called, expr=replace(called.expr, value=answer.value))


def _note_function_arguments(region: Region, node: cst.CSTNode, arguments: list[Argument]) -> None:
    """Functions that are passed on by name: the name changes if they become classes."""
    if not isinstance(node, cst.Call):
        return
    for argument, (_, value) in zip(node.args, arguments, strict=False):
        if isinstance(argument.value, cst.Name) and isinstance(value, Function):
            region.function_arguments.append((region.tree.span(argument.value), value))


def plain_call(region: Region, node: cst.CSTNode, function: Function, values: list[Value]) -> Value:
    """A call that stays as it is."""
    if any(isinstance(v, Unknown) for v in values):
        return next(v for v in values if isinstance(v, Unknown))
    if any(is_graph(v) for v in values):
        raise GiveUp(f"`{function.name}` gets a layer or model", node)
    assert isinstance(node, cst.BaseExpression)
    local = function.nested_in and function.name in region.scope.values
    reading = [Static(region.scope.read(function.name))] if local else []
    return verbatim(region, node, *reading, *values)


_WORD = re.compile(r"[A-Za-z_]\w*")


@provides("mentions_framework")
def mentions_framework(file: FileContext, function: Function) -> bool:
    """Whether a function's source uses a name that leads to TensorFlow or Keras."""
    home: FileContext = function.file if function.file is not None else file
    known = home.mentions.get(id(function.node))
    if known is not None:
        return known
    home.mentions[id(function.node)] = False
    words = set(_WORD.findall(home.tree.source(function.node)))
    result = False
    for word in words:
        value = function.closure.get(word) or home.globals.get(word)
        if isinstance(value, (Framework, Layer, Bound, Model)):
            result = True
        elif isinstance(value, Function) and value.node is not function.node:
            result = mentions_framework(home, value)
        elif isinstance(value, UserClass) and value.bases:
            result = True
        elif isinstance(value, Namespace):
            used = [v for n, v in value.items.items() if n in words and isinstance(v, Function)]
            result = any(mentions_framework(home, f) for f in used)
        elif word in home.class_methods.get(function.owner, {}) and word != function.name:
            result = mentions_framework(home, home.class_methods[function.owner][word])
        if result:
            break
    home.mentions[id(function.node)] = result
    return result


@provides("inline_call")
def _inline(
    region: Region, node: cst.CSTNode, function: Function, arguments: list[Argument]
) -> Value:
    """A lambda, or a function whose body is one `return`: evaluated in the place of its call."""
    region.inlined.append(function)
    parameters = parameters_of(function.node)
    bound = bind_arguments(function, parameters, arguments)
    frame: dict[str, Value] = {}
    for parameter in parameters:
        value = bound.get(parameter.name)
        if value is None and parameter.default is not None:
            value = evaluate(region, parameter.default)
        if value is None:
            raise GiveUp(f"`{function.name}` misses the argument {parameter.name}", node)
        frame[parameter.name] = value
    outer, region.inline = region.inline, {**frame}
    outer_scope_outer = region.scope.outer
    saved = dict(region.rewrites), dict(region.running), region.whole
    region.whole = None
    region.scope.outer = {**function.closure, **region.scope.outer}
    try:
        if function.file is not None and function.file is not region.file:
            raise GiveUp(f"`{function.name}` of another file gives a layer", node)
        if isinstance(function.node, cst.Lambda):
            return evaluate(region, function.node.body)
        return _inline_body(region, function, list(function.node.body.body), frame)
    finally:
        region.inline = outer
        region.scope.outer = outer_scope_outer
        region.rewrites, region.running, region.whole = saved


def _inline_body(
    region: Region, function: Function, statements: list[Any], frame: dict[str, Value]
) -> Value:
    """What a body of plain assignments, conditions and returns gives."""
    for position, statement in enumerate(statements):
        if _is_docstring(statement):
            continue
        if isinstance(statement, cst.If):
            return _inline_if(region, function, statement, statements[position + 1 :], frame)
        if isinstance(statement, cst.FunctionDef):
            closure = {**function.closure, **{n: Static(Expr(n)) for n in frame}}
            made = Function(
                statement.name.value,
                statement,
                closure,
                nested_in=function.name,
                file=function.file,
            )
            made.frame = dict(frame)
            frame[made.name] = region.inline[made.name] = made
            continue
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(small, cst.Return) and small.value is not None:
            return evaluate(region, small.value)
        if isinstance(small, cst.Assign) and isinstance(small.targets[0].target, cst.Name):
            value = evaluate(region, small.value)
            name = small.targets[0].target.value
            frame[name] = region.inline[name] = value
            continue
        if isinstance(small, cst.Assign) and _inline_parts(region, small, frame):
            continue
        if isinstance(small, cst.Expr) and _inline_update(region, small.value, frame):
            continue
        if isinstance(small, cst.Raise):
            return Unknown("an error")
        break
    raise GiveUp(f"`{function.name}` gives layers in a way that is not understood")


def _inline_parts(region: Region, node: cst.Assign, frame: dict[str, Value]) -> bool:
    """`a, b = values` of such a body; whether it is understood."""
    target = node.targets[0].target
    value = evaluate(region, node.value)
    if not isinstance(target, (cst.Tuple, cst.List)) or not isinstance(value, Sequence):
        return False
    names = [e.value.value for e in target.elements if isinstance(e.value, cst.Name)]
    if len(names) != len(target.elements) or len(names) != len(value.items):
        return False
    for name, item in zip(names, value.items, strict=True):
        frame[name] = region.inline[name] = item
    return True


def _inline_update(region: Region, node: cst.BaseExpression, frame: dict[str, Value]) -> bool:
    """`config.update(other)` in such a body; whether it is understood."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    name = node.func.value.value if isinstance(node.func.value, cst.Name) else ""
    held = frame.get(name)
    if node.func.attr.value != "update" or not isinstance(held, Mapping):
        return False
    items = dict(held.items)
    arguments: Any = provided("arguments_of")(region, node)
    for keyword, value in arguments:
        if keyword is None and isinstance(value, Mapping):
            items.update(value.items)
        elif keyword is not None and not keyword.startswith("*"):
            items[keyword] = value
        else:
            return False
    frame[name] = region.inline[name] = Mapping(items)
    return True


def _inline_if(
    region: Region, function: Function, node: cst.If, after: list[Any], frame: dict[str, Value]
) -> Value:
    test = evaluate(region, node.test)
    decided = truth(test)
    rest: list[Any] = after
    if isinstance(node.orelse, cst.Else):
        rest = [*node.orelse.body.body, *after]
    elif isinstance(node.orelse, cst.If):
        rest = [node.orelse, *after]
    then = [*node.body.body, *after]
    if decided is not UNKNOWN:
        return _inline_body(region, function, then if decided else rest, frame)
    if not isinstance(test, Static):
        raise GiveUp(f"`{function.name}` gives a layer by a condition that is not known", node)
    one = _inline_body(region, function, then, dict(frame))
    other = _inline_body(region, function, rest, dict(frame))
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return other if isinstance(one, Unknown) else one
    if isinstance(one, Static) and isinstance(other, Static):
        return Static(ternary(test.expr, one.expr, other.expr))
    return Choice(test, one, other, Expr(function.name))


def _is_docstring(statement: cst.CSTNode) -> bool:
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, (cst.SimpleString, cst.ConcatenatedString))
    )


def call_block(
    region: Region,
    node: cst.CSTNode,
    summary: Summary,
    bound: dict[str, Value],
    arguments: list[Argument],
    made: Module | None = None,
) -> Value:
    """A block: its class is instantiated in `__init__`, the instance called in `forward`."""
    inner = summary.region
    assert inner is not None
    region.graph_events += 1
    region.called.append(summary)
    given = {
        name: _given_tensor(region, inner, name, bound.get(name), node) for name in summary.tensors
    }
    if any(isinstance(v, Bound) and v.tensor.mask is not None for v in given.values()):
        raise GiveUp("a block is called on masked steps, which its layers would see", node)
    codes = [_tensor_code(region, given[name]) for name in summary.tensors]
    statics = _static_arguments(region, summary, arguments)
    if summary.kind == "operation":
        text_args = [*codes, *(v for k, v in statics if not k)]
        keywords = {k: v for k, v in statics if k}
        code = call(provided_name(summary), *text_args, **keywords)
        region.operations_used.append(summary)
        return _block_result(region, summary, code, None, bound, given)
    sizes = [_size_argument(region, inner, token, given, node) for token in summary.sizes]
    positional = [*sizes, *(v for k, v in statics if not k)]
    callee = summary.function.parameter or summary.class_token
    constructor = call(
        Expr(callee, strength=ATOM, names=_callee_names(region, summary)),
        *positional,
        **{k: v for k, v in statics if k},
    )
    if "**" in bound:
        constructor = _with_unpacked(constructor, to_expr(region, bound["**"]))
    hint = _snake(summary.function.parameter or _telling_name(summary.function))
    module = made if made is not None else Module(constructor, hint)
    if made is not None and made.constructor.text != constructor.text:
        raise GiveUp("a shared block is called on inputs of different sizes", node)
    code = module(*codes)
    value = _block_result(region, summary, code, module, bound, given)
    register(region, value)
    return value


def _with_unpacked(constructor: Expr, arguments: Expr) -> Expr:
    """The call with `**arguments` at its end."""
    comma = "" if constructor.text.endswith("()") else ", "
    text = f"{constructor.text[:-1]}{comma}**{arguments.wrapped(TERNARY)})"
    return replace(constructor, text=text, names=constructor.names | arguments.names)


def _telling_name(function: Function) -> str:
    """The name that says what a block is."""
    return function.nested_in if function.is_wrapper else function.name


def _callee_names(region: Region, summary: Summary) -> frozenset[tuple[str, int]]:
    name = summary.function.parameter
    return frozenset({(name, region.scope.version(name))}) if name else frozenset()


def provided_name(summary: Summary) -> str:
    """The name of a function on tensors."""
    return summary.function.name


def _given_tensor(
    region: Region, inner: Region, name: str, value: Value | None, node: cst.CSTNode
) -> Value:
    """A tensor argument, its channels where the block wants them."""
    target = inner.parameter_layouts().get(name)
    if isinstance(value, Bound):
        value = ensure_current(region, value, node)
        rank = _parameter_rank(inner, name)
        if rank is not None:
            value = with_rank(region, value, rank, target or Layout.ANY)
        return value if target is None else in_layout(region, value, target)
    if isinstance(value, Sequence):
        items = []
        for position, item in enumerate(value.items):
            assert isinstance(item, Bound)
            wanted = inner.parameter_layouts().get(f"{name}[{position}]")
            items.append(
                item
                if wanted is None
                else in_layout(region, ensure_current(region, item, node), wanted)
            )
        changed = any(a is not b for a, b in zip(items, value.items, strict=True))
        return Sequence(tuple(items), value.kind, None if changed else value.code)
    raise GiveUp(f"the tensor argument {name} is missing", node)


def _parameter_rank(inner: Region, name: str) -> int | None:
    """How many axes the tensor that is a parameter has, where it is known."""
    return inner.wants.get(f"rank:param:{name}") or inner.given_ranks.get(name)


def _tensor_code(region: Region, value: Value) -> Expr:
    if isinstance(value, Bound):
        return value.tensor.code
    assert isinstance(value, Sequence)
    return sequence_code(region, value)


def _size_argument(
    region: Region, inner: Region, token: str, given: dict[str, Value], node: cst.CSTNode
) -> Expr:
    owner, _, axis = token[1:-1].rpartition(":")
    value = given.get(owner)
    if value is None:
        for name, candidate in given.items():
            suffix = owner[len(name) :]
            if owner.startswith(name) and suffix.isdigit() and isinstance(candidate, Sequence):
                value = candidate.items[int(suffix) - 1]
    if not isinstance(value, Bound):
        raise GiveUp("a size that a block needs is not known", node)
    tensor = refreshed(region, value)
    if tensor.dims is None:
        size = tensor.channels_hint
    else:
        names = axis_names(len(tensor.dims))
        size = tensor.dims[names.index(axis)] if axis in names else tensor.dims[-1]
    if size is None:
        raise GiveUp(f"the {axis} of a tensor that a block needs are not known", node)
    return size


def _static_arguments(
    region: Region, summary: Summary, arguments: list[Argument]
) -> list[tuple[str, Expr]]:
    """The plain arguments that the class takes: ("", value) in position, or (name, value)."""
    plain = [p for p in parameters_of(summary.function.node) if not p.star and not p.keyword_only]
    wanted = list(summary.statics)
    order = [p.name for p in plain if p.name in wanted]
    result: list[tuple[str, Expr]] = []
    position = 0
    in_order = True
    keywords: list[tuple[str, Expr]] = []
    for keyword, value in arguments:
        if keyword == "**":
            continue
        if keyword is None:
            if position >= len(plain):
                continue
            name = plain[position].name
            position += 1
        else:
            name = keyword
        if name not in wanted:
            continue
        written = _class_of(region, value) or to_expr(region, value)
        if not region.scope.current(written):
            raise GiveUp(f"the argument {name} has changed since it was computed")
        if keyword is None and in_order and len(result) < len(order) and order[len(result)] == name:
            result.append(("", written))
        else:
            in_order = False
            keywords.append((name, written))
    closure = [_closure_argument(region, summary, name) for name in summary.closure]
    return result + keywords + closure


def _class_of(region: Region, value: Value) -> Expr | None:
    """The class that a function which is passed on has become."""
    if not isinstance(value, Function) or value.parameter or value.file is None:
        return None
    if id(value.node) not in value.file.forced:
        return None
    for summary in value.file.summaries.values():
        if summary.function.node is value.node and summary.kind == "block":
            return Expr(summary.class_token)
    return None


def _closure_argument(region: Region, summary: Summary, name: str) -> tuple[str, Expr]:
    """What a block reads from around it, as an argument of its class."""
    if name.startswith("self."):
        version = region.scope.version(name)
        return name.removeprefix("self."), Expr(
            name, strength=POSTFIX, names=frozenset({(name, version)})
        )
    frame = summary.frame
    if frame is not None and name in frame:
        return name, to_expr(region, frame[name])
    return name, region.scope.read(name)


def _block_result(
    region: Region,
    summary: Summary,
    code: Expr,
    module: Module | None,
    bound: dict[str, Value],
    given: dict[str, Value],
) -> Value:
    result = summary.result
    inner = summary.region
    assert inner is not None
    if isinstance(result, Bound):
        source = ""
        tensor = _outer_tensor(region, summary, result.tensor, code, module, bound, given)
        return Bound(tensor, source)
    if isinstance(result, Sequence):
        items: list[Value] = []
        for position, item in enumerate(result.items):
            part = index(code, position)
            if isinstance(item, Bound):
                items.append(
                    Bound(_outer_tensor(region, summary, item.tensor, part, module, bound, given))
                )
            else:
                raise GiveUp("a function gives back tensors and other things together")
        return Sequence(tuple(items), result.kind, code)
    raise GiveUp("a function gives back something that is not understood")


def _outer_tensor(
    region: Region,
    summary: Summary,
    tensor: Tensor,
    code: Expr,
    module: Module | None,
    bound: dict[str, Value],
    given: dict[str, Value],
) -> Tensor:
    """The result of a block as its caller sees it."""

    def outer(dim: Dim, computed: bool = False) -> Dim:
        return None if dim is None else _outer_size(region, summary, dim, bound, given, computed)

    dims: tuple[Dim, ...] | None = None
    if tensor.dims is not None:
        spatial = (outer(d, computed=True) for d in tensor.dims[:-1])
        dims = (*spatial, *(outer(d) for d in tensor.dims[-1:]))
    hint = outer(tensor.channels_hint)
    if module is not None and summary.attributes:
        size = _attribute_of(module, "out_channels")
        if dims is None:
            hint = size
        else:
            dims = (*dims[:-1], size)
    return Tensor(code, dims, tensor.layout, tensor.dtype, hint)


def _outer_size(
    region: Region,
    summary: Summary,
    dim: Expr,
    bound: dict[str, Value],
    given: dict[str, Value],
    computed: bool,
) -> Dim:
    """A size of a block's result, written with the arguments of the call.

    `computed`: it is one that windows leave, whose arguments need not be numbers.
    """
    if dim.known:
        same = all(_is_same_global(region, summary, name) for name, _ in dim.names)
        return dim if same else Expr(str(dim.value), dim.value)
    if dim.modules or any(version != 0 for _, version in dim.names):
        return None
    texts: dict[str, Expr] = {}
    assert summary.region is not None
    for name, _ in dim.names:
        if name.startswith("\ue004"):
            try:
                texts[name] = _size_argument(
                    region, summary.region, name, given, summary.function.node
                )
            except GiveUp:
                return None
        elif name in bound:
            value = bound[name]
            if is_graph(value):
                return None
            texts[name] = to_expr(region, value)
        elif (
            summary.frame is not None
            and name in summary.frame
            and not is_graph(summary.frame[name])
        ):
            texts[name] = to_expr(region, summary.frame[name])
        elif name in summary.closure:
            texts[name] = region.scope.read(name)
        else:
            default = None if summary.unpacked else _default_of(summary, name)
            if default is None:
                return None
            texts[name] = default
    plain = [t for name, t in texts.items() if not name.startswith("\ue004")]
    if computed and operation_of(dim) is not None and not all(map(is_whole, plain)):
        return None  # a stride may be a tuple
    names = frozenset[Any]().union(*(t.names for t in texts.values()))

    def leaf(part: Expr) -> Expr:
        if part.text in texts or part.known:
            return texts.get(part.text, part)
        return Expr(_substituted(part.text, texts), strength=part.strength, names=names)

    return substitute(dim, leaf)


def _is_same_global(region: Region, summary: Summary, name: str) -> bool:
    """Whether a name is one of the module's, both in a block and where the block is called."""
    inner = summary.region
    assert inner is not None
    if inner.file is not region.file or name not in region.file.globals or name in summary.closure:
        return False
    return all(
        name not in r.parameters and r.scope.version(name) == 0 and name not in r.scope.values
        for r in (inner, region)
    )


def _default_of(summary: Summary, name: str) -> Expr | None:
    for parameter in summary.parameters:
        if parameter.name == name and parameter.default is not None:
            region = summary.region
            assert region is not None
            value = evaluate(region, parameter.default)
            return to_expr(region, value) if isinstance(value, (Static, Sequence)) else None
    return None


_TOKEN_OR_NAME = re.compile("\ue004[^\ue005]*\ue005|(?<![.\\w])[A-Za-z_]\\w*(?!\\s*=[^=])")


def _substituted(text: str, texts: dict[str, Expr]) -> str:
    """Source with names replaced by expressions."""

    def put(match: re.Match[str]) -> str:
        found = texts.get(match.group())
        if found is None:
            return match.group()
        return found.text if match.group() == text else found.wrapped(ATOM)

    return _TOKEN_OR_NAME.sub(put, text)


def _snake(name: str) -> str:
    name = name.strip("_")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return re.sub(r"^(build|create|make|get)_", "", text) or text


_ACRONYMS = {
    "unet": "UNet", "resnet": "ResNet", "densenet": "DenseNet", "mobilenet": "MobileNet",
    "vgg": "VGG", "lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "cnn": "CNN", "gan": "GAN",
    "vae": "VAE", "mlp": "MLP", "fcn": "FCN", "bn": "BN", "relu": "ReLU", "prelu": "PReLU",
    "se": "SE", "dnn": "DNN", "nn": "NN", "aspp": "ASPP", "efficientnet": "EfficientNet",
    "nasnet": "NASNet", "convnext": "ConvNeXt", "vnet": "VNet", "vgg16": "VGG16", "vgg19": "VGG19",
    "dcgan": "DCGAN", "cgan": "CGAN", "segnet": "SegNet", "lenet": "LeNet", "alexnet": "AlexNet",
}  # fmt: skip


def camel(name: str) -> str:
    """A class name: `conv_block` → `ConvBlock`, `build_unet` → `UNet`."""
    words = [w for w in re.split(r"[^0-9A-Za-z]+", name) if w]
    if len(words) > 1 and words[0].lower() in ("build", "create", "make", "get", "define", "load"):
        words = words[1:]
    if (
        len(words) > 1
        and words[-1].lower() in ("model", "network", "net")
        and words[0].lower() not in ("my", "the")
    ):
        words = words[:-1]
    made = "".join(_ACRONYMS.get(w.lower(), w[:1].upper() + w[1:]) for w in words)
    if made[:1].isdigit():
        made = f"Model{made}"
    return made or "Model"


def _call_recursive(
    region: Region,
    node: cst.CSTNode,
    summary: Summary,
    bound: dict[str, Value],
    arguments: list[Argument],
) -> Value:
    """A block that contains itself: its class takes all that the function takes."""
    inner = summary.region
    if inner is None:
        raise GiveUp(f"`{summary.function.name}` calls itself", node)
    summary.recursive = True
    names = tuple(inner.tensor_order)
    given = {name: _given_tensor(region, inner, name, bound.get(name), node) for name in names}
    if len(names) != 1 or not isinstance(given[names[0]], Bound):
        raise GiveUp(f"`{summary.function.name}` calls itself with several tensors", node)
    value = given[names[0]]
    assert isinstance(value, Bound)
    tensor = refreshed(region, value)
    count = None if tensor.dims is None else len(tensor.dims)
    axis = "channels" if count is None else axis_names(count)[-1]
    size = _size_argument(region, inner, shadow(names[0], axis), given, node)
    summary.statics = tuple(p.name for p in summary.parameters if p.name not in names)
    statics = _static_arguments(region, summary, arguments)
    constructor = call(
        Expr(summary.class_token),
        size,
        *(v for k, v in statics if not k),
        **{k: v for k, v in statics if k},
    )
    module = Module(constructor, _snake(summary.function.name))
    out = _attribute_of(module, "out_channels")
    dims: tuple[Dim, ...] | None = None if count is None else (*(None,) * (count - 1), out)
    result = Tensor(
        module(tensor.code), dims, tensor.layout, tensor.dtype, out if count is None else None
    )
    region.graph_events += 1
    made = Bound(result)
    register(region, made)
    return made


def _call_builder(
    region: Region,
    node: cst.CSTNode,
    summary: Summary,
    bound: dict[str, Value],
    arguments: list[Argument],
) -> Value:
    """A function that builds a model: the call stays, its result is a model."""
    result = summary.result
    if isinstance(result, Model):
        return _instance(region, summary, result, node, arguments)
    if isinstance(result, Sequence) and any(isinstance(i, Model) for i in result.items):
        items = tuple(
            _instance(region, summary, i, node, arguments) if isinstance(i, Model) else Unknown("")
            for i in result.items
        )
        return Sequence(items, result.kind)
    if isinstance(result, Repeated) and isinstance(result.item, Model):
        item = _instance(region, summary, result.item, node, arguments)
        return Repeated(item, Expr(one_line(region.tree.source(node))))
    return Unknown(f"what `{summary.function.name}` gives")


def _instance(
    region: Region, summary: Summary, model: Model, node: cst.CSTNode, arguments: list[Argument]
) -> Model:
    region.graph_events += 0
    made = Model("instance", inputs=model.inputs, outputs=model.outputs, summary=summary, node=node)
    if model.kind == "sequential" and model.region is not None:
        held = model.region.scope.values.get(model.variable)
        made.outputs = held if isinstance(held, Bound) else None
    texts = [v for _, v in arguments]
    if all(
        isinstance(v, (Static, Sequence, Mapping)) and not is_graph(v) for v in texts
    ) and isinstance(node, cst.BaseExpression):
        made.call_values = (verbatim(region, node, *texts),)
    return made


@provides("call_parameter")
def call_parameter(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value:
    """A parameter that is called on a tensor: a block that the caller chooses.

    The caller passes a class (or function) that takes the number of channels and makes a module
    with `out_channels`; tensors have their channels first on both of its sides.
    """
    values = [v for _, v in arguments]
    if not values or not isinstance(values[0], Bound) or any(holds_tensor(v) for v in values[1:]):
        raise GiveUp(f"the parameter `{name}` is called on more than a tensor", node)
    value = in_layout(region, ensure_current(region, values[0], node), Layout.FIRST)
    tensor = refreshed(region, value)
    if tensor.dims is None:
        raise GiveUp(f"the parameter `{name}` is called on a tensor of unknown rank", node)
    rest = [(k, to_expr(region, v)) for k, v in arguments[1:]]
    held = region.scope.values.get(name)
    keywords = [k for k, _ in rest]
    region.parameter_calls.append((name, value, keywords, node))
    if isinstance(held, Function):
        _force_block(region, held, value, node, keywords)
    channels = tensor.dims[-1]
    if channels is None:
        raise GiveUp("the number of channels of a tensor is not known", node)
    constructor = call(
        region.scope.read(name),
        channels,
        *(v for k, v in rest if k is None),
        **{k: v for k, v in rest if k is not None},
    )
    module = Module(constructor, _snake(name))
    size = _attribute_of(module, "out_channels")
    dims: tuple[Dim, ...] = (*(None,) * (len(tensor.dims) - 1), size)
    layout = Layout.FIRST if len(dims) > 1 else Layout.LAST
    result = Bound(Tensor(module(value.tensor.code), dims, layout, tensor.dtype))
    region.graph_events += 1
    register(region, result)
    return result


def _attribute_of(module: Module, name: str) -> Expr:
    size = attribute(module.ref, name)
    return replace(size, text=f"\ue00c{module.token}\ue00d.{name}", modules=(module,))


def _force_passed(
    region: Region, inner: Region, given: dict[str, Value], node: cst.CSTNode
) -> None:
    """The functions that another one gets and calls on tensors become classes."""
    for name, value, keywords, _ in inner.parameter_calls:
        held = given.get(name)
        if isinstance(held, Function):
            _force_block(region, held, value, node, keywords)


def _force_block(
    region: Region, function: Function, value: Bound, node: cst.CSTNode, keywords: list[str | None]
) -> None:
    """See to it that a function that is passed on becomes a class that can be constructed there."""
    tensor = value.tensor
    generic = Bound(replace(tensor, code=Expr("x"), dims=(None,) * len(tensor.dims or ())))
    parameters = parameters_of(function.node)
    if not parameters:
        raise GiveUp(f"`{function.name}` takes no tensor", node)
    home: FileContext = function.file
    home.forced.add(id(function.node))
    given: list[Argument] = [(None, generic)]
    given += [(k, Static(Expr("\ue00aitem\ue00b"))) for k in keywords]
    bound = bind_arguments(function, parameters, given)
    summary = summarize(home, function, bound, region)
    if summary.kind == "failed":
        raise GiveUp(f"`{function.name}`: {summary.reason}", node)
    passed = [p.name for p in parameters[1 : 1 + sum(k is None for k in keywords)]]
    taken = [n for n in summary.statics if n not in keywords]
    if summary.kind != "block" or summary.closure or taken[: len(passed)] != passed:
        raise GiveUp(f"`{function.name}` can't be made from the arguments of its call", node)
    if summary.sizes and len(summary.sizes) > 1:
        raise GiveUp(f"`{function.name}` needs more than the number of channels", node)
    if not summary.sizes:
        raise GiveUp(f"`{function.name}` takes no number of channels", node)
    result = summary.result
    first = isinstance(result, Bound) and (
        result.tensor.layout is Layout.FIRST or len(result.tensor.dims or (1,)) < 2
    )
    if not first:
        raise GiveUp(f"`{function.name}` does not give an image", node)
    region.called.append(summary)


__all__ = ["ASSUMED_CALLERS", "bind_tensor", "const", "constant", "walk"]
