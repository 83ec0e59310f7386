"""Calls of blocks: the class is instantiated in `__init__`, the instance called in `forward`."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.control.sequences import sequence_code
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.kept_ranks import with_rank_of_given
from transpiler.interpret.functions.named_outputs import note_name
from transpiler.interpret.functions.outer_sizes import (
    attribute_of_module,
    outer_tensor,
    outer_value,
    size_argument,
)
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.passed import operation_arguments, static_arguments
from transpiler.interpret.functions.summaries import force_block, itself, summarize
from transpiler.interpret.layers.groups import for_groups
from transpiler.interpret.layers.names import snake
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.summary import Summary
from transpiler.interpret.tensors.layouts import in_layout, joined, with_rank
from transpiler.interpret.tensors.names import (
    axis_names,
    ensure_current,
    last_attribute,
    refreshed,
    shadow,
)
from transpiler.interpret.tensors.results import called_once, modules_of, register
from transpiler.interpret.values import (
    Bound,
    Function,
    Layer,
    Sequence,
    Static,
    Value,
    holds_tensor,
)
from transpiler.ir.expr import ATOM, TERNARY, Expr, Module, call, index
from transpiler.ir.tensor import Dim, Layout, Tensor
from transpiler.record import replace

_MASKED = "a block is called on masked steps, which its layers would see"


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
    given = _with_ranks_alike(region, inner, given, node)
    if any(map(_is_masked, given.values())):
        raise GiveUp(_MASKED, node)
    codes = {
        name: _tensor_code(region, for_groups(region, summary, bound.get(name), given[name]))
        for name in summary.tensors
    }
    if summary.kind == "operation":
        code = _operation_code(region, node, summary, arguments, codes)
        region.operations_used.append(summary)
        value = _block_result(region, summary, code, None, bound, given)
        note_name(region, summary, bound, value)
        return value
    statics = static_arguments(region, summary, arguments)
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
    hint = _attribute_hint(summary.function.parameter or _telling_name(summary.function))
    module = made if made is not None else Module(constructor, hint)
    if made is not None and made.constructor.text != constructor.text:
        raise GiveUp("a shared block is called on inputs of different sizes", node)
    code = module(*codes.values())
    value = _block_result(region, summary, code, module, bound, given)
    register(region, value)
    if (once := called_once(region, node, code, value)) is not None:
        value = _block_result(region, summary, once, module, bound, given)
    note_name(region, summary, bound, value)
    return value


def _is_masked(value: Value) -> bool:
    """Whether it is a tensor that carries a mask, or holds one."""
    if isinstance(value, Sequence):
        return any(map(_is_masked, value.items))
    return isinstance(value, Bound) and value.tensor.mask is not None


def _operation_code(
    region: Region,
    node: cst.CSTNode,
    summary: Summary,
    arguments: list[Argument],
    tensors: dict[str, Expr],
) -> Expr:
    """The call of a function that stays one."""
    function = summary.function
    stays = bool(function.owner and region.states)  # one method of a metric calls another
    passed = operation_arguments(region, summary, arguments, tensors, stays)
    positional = [v for k, v in passed if not k]
    keywords = {k: v for k, v in passed if k}
    if stays:
        if any(name in region.states for name in summary.closure):
            raise GiveUp(f"`{function.name}` reads what the metric keeps", node)
        region.file.kept_closures.add(id(function.node))
        kept = {name.rpartition(".")[2] for name in summary.closure}
        keywords = {name: value for name, value in keywords.items() if name not in kept}
        return call(f"self.{summary.class_token}", *positional, **keywords)
    if any(name.startswith("self.") for name in summary.closure):
        raise GiveUp(f"the method `{function.name}` reads attributes", node)
    if id(function.node) in region.file.kept_closures:
        raise GiveUp(f"`{function.name}` is a loss or metric, and called besides", node)
    region.file.lifted.add(id(function.node))
    return call(_operation_name(region, node, summary), *positional, **keywords)


def _size_argument(
    region: Region, inner: Region, token: str, given: dict[str, Value], node: cst.CSTNode
) -> Expr:
    """A size that the class takes; where it is not told, lazy layers may have to find it out."""
    try:
        return size_argument(region, inner, token, given, node)
    except GiveUp:
        if inner.file is region.file:
            region.file.missed[id(region.function)] = id(inner.function), token
        raise


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


def _operation_name(region: Region, node: cst.CSTNode, summary: Summary) -> str:
    """How a function on tensors is called; in its own file, that is chosen later.

    One of another file is called as the program does: `losses.err`, `other_name`.
    """
    function = summary.function
    if function.file in (None, region.file):
        return summary.class_token
    written = region.tree.source(node.func) if isinstance(node, cst.Call) else function.name
    if not re.fullmatch(r"[\w.]+", written):
        written = function.name
    if written.partition(".")[0] not in region.file.globals:
        raise GiveUp(f"`{written}` of another file, which is not imported at the top", node)
    return written


def _given_tensor(
    region: Region, inner: Region, name: str, value: Value | None, node: cst.CSTNode
) -> Value:
    """A tensor argument, its channels where the block wants them."""
    target = inner.parameter_layouts().get(name)
    if isinstance(value, Bound):
        if value.maybe and _asks_if_there(inner, name):
            raise GiveUp(f"`{inner.name}` gets what may be None or a tensor", node)
        value = ensure_current(region, value, node)
        rank = parameter_rank(inner, name)
        if rank is not None:
            value = with_rank(region, value, rank, target or Layout.ANY)
            if value.tensor.rank != rank:
                raise GiveUp(f"`{inner.name}` is called on tensors of different ranks", node)
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


def _with_ranks_alike(
    region: Region, inner: Region, given: dict[str, Value], node: cst.CSTNode
) -> dict[str, Value]:
    """The tensor arguments; those that the block merges have as many axes as each other."""
    for sources in sorted(inner.alike):
        names = [s.removeprefix("param:") for s in sources]
        found = {n: v for n in names if isinstance(v := given.get(n), Bound)}
        ranks = {len(v.tensor.dims) + 1 for v in found.values() if v.tensor.dims is not None}
        if len(ranks) > 1:
            raise GiveUp(f"`{inner.name}` is called on tensors of different ranks", node)
        if ranks:
            rank = max(ranks)
            given |= {n: with_rank(region, v, rank) for n, v in found.items() if v.source}
        elif found:
            joined(region, next(iter(found.values())), [*found.values()])
    return given


def _asks_if_there(inner: Region, name: str) -> bool:
    """Whether a function asks of a parameter if it is None."""
    asked = rf"\b(?:(?:if|elif|not|and|or) {name}\b(?! in\b)|{name} (?:is|==|!=|if|and|or)\b)"
    return re.search(asked, inner.source) is not None


def is_assumed(region: Region, inner: Region) -> bool:
    """Whether nothing in a block tells how many axes its tensors have, and its caller still may."""
    return "rank:last" in inner.wants and "rank:last" not in region.wants


def parameter_rank(inner: Region, name: str) -> int | None:
    """How many axes the tensor that is a parameter has, where it is known."""
    return inner.wants.get(f"rank:param:{name}") or inner.given_ranks.get(name)


def _tensor_code(region: Region, value: Value) -> Expr:
    if isinstance(value, Bound):
        return value.tensor.code
    assert isinstance(value, Sequence)
    return sequence_code(region, value)


def _block_result(
    region: Region,
    summary: Summary,
    code: Expr,
    module: Module | None,
    bound: dict[str, Value],
    given: dict[str, Value],
) -> Value:
    assert summary.region is not None
    if not isinstance(summary.result, (Bound, Sequence)):
        raise GiveUp("a function gives back something that is not understood")
    result = _outer_result(region, summary, summary.result, code, module, bound, given)
    return with_rank_of_given(result, summary.region, given)


def _outer_result(
    region: Region,
    summary: Summary,
    result: Value | None,
    written: Expr,
    module: Module | None,
    bound: dict[str, Value],
    given: dict[str, Value],
) -> Value:
    """A result of a block, or a part of one, as its caller sees it."""
    if isinstance(result, Bound):
        return Bound(outer_tensor(region, summary, result.tensor, written, module, bound, given))
    if isinstance(result, Sequence):
        parts = (
            _outer_result(region, summary, item, index(written, i), module, bound, given)
            for i, item in enumerate(result.items)
        )
        return Sequence(tuple(parts), result.kind, written)
    if isinstance(result, Static):
        value = outer_value(region, summary, result.expr, bound, given)
        if value is not None:
            return Static(value, written)
    raise GiveUp("a function gives back tensors and other things together")


def _attribute_hint(name: str) -> str:
    """What an attribute that holds a block is to be called: `build_ConvBlock` → `conv_block`."""
    text = snake(name.strip("_"))
    return re.sub(r"^(build|create|make|get)_", "", text) or text


def call_recursive(
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
    if tensor.mask is not None:
        raise GiveUp(_MASKED, node)
    count = None if tensor.dims is None else len(tensor.dims)
    axis = "channels" if count is None else axis_names(count)[-1]
    size = size_argument(region, inner, shadow(names[0], axis), given, node)
    summary.statics = tuple(p.name for p in summary.parameters if p.name not in names)
    statics = static_arguments(region, summary, arguments)
    constructor = call(
        Expr(summary.class_token),
        size,
        *(v for k, v in statics if not k),
        **{k: v for k, v in statics if k},
    )
    module = Module(constructor, _attribute_hint(summary.function.name))
    out = attribute_of_module(module, last_attribute(region))
    dims: tuple[Dim, ...] | None = None if count is None else (*(None,) * (count - 1), out)
    result = Tensor(
        module(tensor.code), dims, tensor.layout, tensor.dtype, out if count is None else None
    )
    region.graph_events += 1
    made = Bound(result)
    register(region, made)
    return made


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


def _with_block_rank(region: Region, name: str, value: Bound, node: cst.CSTNode) -> Bound:
    """The tensor, with as many axes as the function that the parameter stands for asks for."""
    value = ensure_current(region, value, node)
    held = region.scope.values.get(name)
    if value.tensor.dims is not None or not isinstance(held, Function) or held.file is None:
        return value
    first = held.closes[0] if held.closes else next(p.name for p in parameters_of(held.node))
    summary = summarize(held.file, itself(held), {first: value}, region)
    rank = parameter_rank(summary.region, first) if summary.region is not None else None
    return with_rank(region, value, rank, Layout.FIRST) if rank is not None else value


@provides("call_parameter")
def call_parameter(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value:
    """A parameter that is called on a tensor: a block that the caller chooses.

    The caller passes a class (or function) that takes the number of channels and makes a module
    with `out_channels`; tensors have their channels first on both of its sides.
    """
    values = [v for _, v in arguments]
    if not values or not isinstance(values[0], Bound) or any(holds_tensor(v) for v in values[1:]):
        raise GiveUp(f"the parameter `{name}` is called on more than a tensor", node)
    value = in_layout(region, _with_block_rank(region, name, values[0], node), Layout.FIRST)
    tensor = refreshed(region, value)
    if tensor.mask is not None:
        raise GiveUp(_MASKED, node)
    if not tensor.dims:
        raise GiveUp(f"the parameter `{name}` is called on a tensor of unknown rank", node)
    rest = [(k, to_expr(region, v)) for k, v in arguments[1:]]
    held = region.scope.values.get(name)
    keywords = [k for k, _ in rest]
    region.parameter_calls.append((name, value, keywords, node))
    if isinstance(held, Function):
        force_block(region, held, value, node, keywords)
    elif _is_made_elsewhere(region, name):
        raise GiveUp(f"other files give `{name}` what is made already, a model perhaps", node)
    channels = tensor.dims[-1]
    if channels is None:
        raise GiveUp("the number of channels of a tensor is not known", node)
    constructor = call(
        region.scope.read(name),
        channels,
        *(v for k, v in rest if k is None),
        **{k: v for k, v in rest if k is not None},
    )
    module = Module(constructor, _attribute_hint(name))
    size = attribute_of_module(module, last_attribute(region))
    dims: tuple[Dim, ...] = (*(None,) * (len(tensor.dims) - 1), size)
    layout = Layout.FIRST if len(dims) > 1 else Layout.LAST
    result = Bound(Tensor(module(value.tensor.code), dims, layout, tensor.dtype))
    region.graph_events += 1
    register(region, result)
    return result


def _is_made_elsewhere(region: Region, name: str) -> bool:
    """Whether other files call the function with what is no function: a model, for a parameter."""
    function = region.function
    if not isinstance(function, cst.FunctionDef) or not region.file.has_callers:
        return False
    from transpiler.source.given_objects import gets_objects  # few files come this far

    names = [parameter.name for parameter in parameters_of(function)]
    place = names.index(name) - (names[0] in ("self", "cls")) if name in names else -1
    return place >= 0 and gets_objects(region.file.path, function.name.value, place, name)
