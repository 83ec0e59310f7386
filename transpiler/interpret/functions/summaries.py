"""A function interpreted once for each kind of arguments."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.control.suites import body_of, run_block
from transpiler.interpret.dispatch import evaluate, provided
from transpiler.interpret.functions.data_sets import changes_of, data_of
from transpiler.interpret.functions.decorated import refuse_decorated
from transpiler.interpret.functions.handed import handed
from transpiler.interpret.functions.joined_parts import (
    bind_joined,
    joined_kind,
    with_joined,
)
from transpiler.interpret.functions.kept_functions import with_kept_functions
from transpiler.interpret.functions.kept_groups import kept_group
from transpiler.interpret.functions.keywords import as_gathered, refuse, unified
from transpiler.interpret.functions.kinds import classify
from transpiler.interpret.functions.loss_parameters import (
    note_losses,
    takes_loss,
    with_losses,
)
from transpiler.interpret.functions.method_data import with_data
from transpiler.interpret.functions.parameters import (
    ELEMENT,
    TARGETS,
    bind_arguments,
    bind_parameter,
    bind_star,
    expanded,
    given_axis,
    holds_metrics,
    is_unpacked,
    parameters_of,
)
from transpiler.interpret.functions.parts_of_objects import with_parts
from transpiler.interpret.functions.presumed import check_presumed
from transpiler.interpret.functions.returns import agree_on_returns, return_value
from transpiler.interpret.functions.typical import check_sizes
from transpiler.interpret.models.given_inputs import with_shapes
from transpiler.interpret.region import GiveUp, Region, Restart, contained
from transpiler.interpret.scope import Scope
from transpiler.interpret.summary import Summary
from transpiler.interpret.symbols import canonical
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Instance,
    Keyed,
    Layer,
    Mapping,
    Model,
    Part,
    Partial,
    Repeated,
    Sequence,
    Static,
    UserClass,
    Value,
    holds_models,
    holds_tensor,
    is_closure,
)
from transpiler.ir import tokens
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.ir.tensor import Layout
from transpiler.record import replace
from transpiler.source.lexical import standing

_DEEPEST = 30


def summarize(
    file: FileContext, function: Function, given: dict[str, Value], caller: Region | None = None
) -> Summary:
    """Interpret a function for one kind of arguments; the result is kept."""
    summary = _summarize(file, function, given, caller)
    home: FileContext = function.file if function.file is not None else file
    check_presumed(home, summary, given, caller)
    check_sizes(home, summary, given)
    if file.mark is not None:
        file.mark.handed.check(summary, given, caller)
    return summary


def _summarize(
    file: FileContext, function: Function, given: dict[str, Value], caller: Region | None
) -> Summary:
    if function.file is None or function.file is file:
        given = unified(file, function, with_default_classes(function, given))
        given = with_joined(function, with_kept_functions(file, function, given))
        given = with_data(file, function, given)
        note_losses(file, function, given, caller)
        given = with_losses(file, function, given)
        if function.owner and function.owner == function.nested_in and "self" in given:
            groups: Any = provided("groups_read")(file, function)
            given = with_parts(file, function, {**given, **groups}, caller)
    kinds = tuple(
        (name, kind)
        for name in sorted(given)
        if (kind := _kind_of_argument(function, name, given)) != "static"
    )
    if "**" in given:  # all else that it takes may be in that dict
        kinds = (*kinds, ("**", tuple(sorted(given))))
    on_elements = _on_elements(given, caller)
    heir = [function.owner] * function.is_inherited
    key: tuple[Any, ...] = (id(function.node), kinds, *heir, *(["elements"] * on_elements))
    home: FileContext = function.file if function.file is not None else file
    if home is not file:
        return _foreign(file, home, function, given)
    found = home.summaries.get(key)
    if found is not None and found.kind == "operation" and _in_other_layouts(found, given):
        key = (*key, tuple((n, v.tensor.layout) for n, v in given.items() if isinstance(v, Bound)))
        found = home.summaries.get(key)
    if found is not None:
        return found
    same = None if on_elements else _of_open_rank(home, key, given)
    same = same or _of_builder(home, key, given)
    if same is not None:
        home.summaries[key] = same
        return same
    alike = home.generic.get((key[0], _without_functions(kinds)))
    if alike is not None and caller is not None and alike.region is not None:
        force_passed(caller, alike.region, given, function.node)
        return alike
    summary = Summary(function, "running", given=frozenset(given), unpacked="**" in given)
    home.summaries[key] = summary
    depth = (caller.depth if caller is not None else 0) + 1
    try:
        if depth > _DEEPEST:
            raise GiveUp("functions call each other too deeply")
        refuse(home, function)
        contained(
            lambda: _interpret(home, function, given, summary, depth, on_elements), function.node
        )
    except GiveUp as why:
        summary.kind = "failed"
        summary.reason = why.reason
        summary.result = why.node  # type: ignore[assignment]
    if summary.region is not None and summary.kind in ("block", "builder"):
        passed = {n for n, v in given.items() if isinstance(v, Function)}
        called = {name for name, _, _, _ in summary.region.parameter_calls}
        if passed and passed <= called:
            home.generic[(key[0], _without_functions(kinds))] = summary
    same = None if on_elements else _of_found_rank(home, key, summary)
    if same is not None:
        home.summaries[key] = same
    return same or summary


def _of_builder(file: FileContext, key: tuple[Any, ...], given: dict[str, Value]) -> Summary | None:
    """That of a builder, which gives its class all of its own, whatever calls leave to a dict."""
    wanted = _without_unpacked(key[1])
    for (function, kinds, *more), summary in file.summaries.items():
        alike = function == key[0] and (*more,) == key[2:] and _without_unpacked(kinds) == wanted
        if alike and summary.kind == "builder":
            summary.unpacked |= "**" in given
            return summary
    return None


def _without_unpacked(kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    """The kinds of the arguments of a call, but for the dict that it unpacks."""
    return tuple(kind for kind in kinds if kind[0] != "**")


def _on_elements(given: dict[str, Value], caller: Region | None) -> bool:
    """Whether a function gets the elements of a data set, or parts of them."""
    return (caller is not None and caller.on_elements) or _holds(given, ELEMENT)


def _holds(given: dict[str, Value], source: str) -> bool:
    """Whether a function gets tensors that come from somewhere."""
    held = [v for g in given.values() for v in (_entries(g) or (g,))]
    return any(isinstance(v, Bound) and v.source == source for v in held)


def _entries(value: Value) -> tuple[Value, ...]:
    if isinstance(value, Mapping):
        return tuple(value.items.values())
    return value.items if isinstance(value, Sequence) else ()


def _of_open_rank(
    home: FileContext, key: tuple[Any, ...], given: dict[str, Value]
) -> Summary | None:
    """What is known for tensors whose rank was open, where they turned out to have this one."""
    tensors = {n: v.tensor for n, v in given.items() if isinstance(v, Bound)}
    kinds = tuple((n, ("tensor", None) if n in tensors else kind) for n, kind in key[1])
    known = home.summaries.get((key[0], kinds)) if kinds != key[1] else None
    if known is None or known.kind != "block" or known.region is None:
        return None
    layouts, wants = known.region.parameter_layouts(), known.region.wants
    for name, tensor in tensors.items():
        rank = wants.get(f"rank:param:{name}")
        if tensor.dims is None or rank != len(tensor.dims) + 1:
            return None
        if len(tensor.dims) > 1 and layouts.get(name) is not tensor.layout:
            return None
    return known


def _of_found_rank(home: FileContext, key: tuple[Any, ...], summary: Summary) -> Summary | None:
    """What is known for the rank that a function, interpreted for any, turned out to ask for."""
    if summary.kind != "block" or summary.region is None:
        return None
    wants = summary.region.wants
    kinds = tuple(
        (n, ("tensor", rank - 1) if kind == ("tensor", None) and rank else kind)
        for n, kind in key[1]
        for rank in (wants.get(f"rank:param:{n}"),)
    )
    known = home.summaries.get((key[0], kinds)) if kinds != key[1] else None
    if known is None or known.kind != "block" or known.region is None:
        return None
    layouts = known.region.parameter_layouts()
    return known if layouts == summary.region.parameter_layouts() else None


def _in_other_layouts(known: Summary, given: dict[str, Value]) -> bool:
    """Whether a function on tensors gets images whose channels are in another place than before."""
    assert known.region is not None
    layouts = known.region.parameter_layouts()
    images = ((n, v) for n, v in given.items() if isinstance(v, Bound) and v.tensor.dims)
    return any(
        len(v.tensor.dims or ()) > 1 and layouts.get(n) is not v.tensor.layout for n, v in images
    )


def _kind_of_argument(function: Function, name: str, given: dict[str, Value]) -> Any:
    if (joined := joined_kind(function, name, given)) is not None:
        return joined
    value = given[name]
    if isinstance(value, Mapping) and is_unpacked(function, name, value):
        return ("unpacked", *value.items)
    if isinstance(value, Function) and takes_loss(function, name):
        return "loss"
    axis = given_axis(name, value)
    return _kind(value) if axis is None else ("axis", axis)


def with_default_classes(function: Function, given: dict[str, Value]) -> dict[str, Value]:
    """The arguments of a call, with the layer classes that are defaults of parameters."""
    found: dict[str, Value] = {}
    declared = function.node.params
    for parameter in (*declared.posonly_params, *declared.params, *declared.kwonly_params):
        name, default = parameter.name.value, parameter.default
        if isinstance(default, (cst.Name, cst.Attribute)) and name not in given:
            held = symbol_of(function, default)
            if held is not None and (
                _is_called_part(function, name, held)
                or holds_metrics(held)
                or (isinstance(held, Function) and takes_loss(function, name))
            ):
                found[name] = held
    return {**given, **found} if found else given


def _is_called_part(function: Function, name: str, held: Value) -> bool:
    """Whether it is a class of the framework, or a function of it which the body calls."""
    if not isinstance(held, Framework):
        return False
    if held.name.rpartition(".")[2][:1].isupper():
        return True
    code = cst.Module([]).code_for_node(function.node)
    return re.search(rf"{standing(name)}\(", code) is not None


def symbol_of(function: Function, node: cst.BaseExpression) -> Value | None:
    """What a name, or a part of the framework, means where a function is defined."""
    if isinstance(node, cst.Name):
        return function.closure.get(node.value)
    if not isinstance(node, cst.Attribute):
        return None
    base = symbol_of(function, node.value)
    if not isinstance(base, Framework):
        return None
    return Framework(canonical(f"{base.name}.{node.attr.value}"))


def _kind(value: Value) -> Any:
    """What a summary depends on of an argument."""
    if isinstance(value, Bound):
        return ("tensor", None if value.tensor.dims is None else len(value.tensor.dims))
    if isinstance(value, Sequence) and holds_tensor(value):
        return ("list", *(_kind(i) for i in value.items))
    if isinstance(value, Sequence) and holds_metrics(value):
        texts = (i.expr.text if isinstance(i, Static) else id(i) for i in value.items)
        return ("metrics", *texts)
    if isinstance(value, Sequence) and holds_models(value):
        return ("models", *map(_kind, value.items))
    if isinstance(value, Repeated):
        return ("repeated", _kind(value.item))
    if isinstance(value, Function):
        return ("function", id(value.node), len(parameters_of(value.node)))
    if isinstance(value, Framework):
        return ("framework", value.name)
    if isinstance(value, Layer) and "standing" in value.arguments:
        return ("standing", value.symbol)
    if isinstance(value, (Layer, Model, UserClass)):
        return (type(value).__name__, id(value))
    if isinstance(value, Instance):
        return ("object", id(value.made))
    if isinstance(value, Mapping) and (value.static is None or holds_tensor(value)):
        return ("mapping", *sorted(map(str, value.items)))
    if (data := data_of(value) or changes_of(value)) is not None:
        return ("data", repr(data))
    if isinstance(value, Choice):
        return ("choice", *(_kind(o) for o in value.options))
    return "static"


def _without_functions(kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    """The kinds of the arguments, whichever functions are among them."""
    return tuple(
        (n, "function") if isinstance(k, tuple) and k[0] == "function" else (n, k) for n, k in kinds
    )


def _foreign(
    file: FileContext, home: FileContext, function: Function, given: dict[str, Value]
) -> Summary:
    """The summary of another file's function, as that file's own conversion has it."""
    known = (s for s in home.summaries.values() if id(s) not in home.told)
    found = {id(s): s for s in known if s.function.node is function.node}
    candidates = list(found.values())
    blocks = [s for s in candidates if s.kind == "block" and s.serial in home.planned.class_names]
    if len(blocks) > 1:
        return Summary(function, "failed", reason=f"`{function.name}` becomes several classes")
    if blocks:
        file.foreign[blocks[0].serial] = (home, home.planned.class_names[blocks[0].serial])
        return blocks[0]
    other = [s for s in candidates if s.kind not in ("failed", "running")]
    called = {home.planned.class_names.get(s.serial) for s in other if s.kind == "operation"}
    if len(called) > 1:
        return Summary(function, "failed", reason=f"`{function.name}` becomes several functions")
    if not called and any(isinstance(value, Bound) for value in given.values()):
        wanted: Any = provided("wanted_of")(file, function, given)
        if isinstance(wanted, Summary):
            return wanted
    if other:
        return other[-1]
    reason = next((s.reason for s in candidates if s.reason), "it is not converted in its own file")
    return Summary(function, "failed", reason=reason)


def _interpret(
    home: FileContext,
    function: Function,
    given: dict[str, Value],
    summary: Summary,
    depth: int,
    on_elements: bool,
) -> None:
    node = function.node
    wants: dict[str, Any] = {}
    declared, given = as_gathered(home, function, given)
    frozen = dict(home.frozen)
    for _ in range(40):
        home.frozen = dict(frozen)
        parameters = with_shapes(expanded(declared, given), wants)
        scope = Scope(function.closure)
        region = Region(home, scope, function.name, tuple(parameters), wants)
        region.depth = depth
        region.function = node
        region.functional = function.functional
        region.on_elements = on_elements
        region.on_targets = _holds(given, TARGETS)
        summary.region = region
        summary.parameters = tuple(parameters)
        region.source = home.tree.source(node)
        if function.owner:
            region.methods = home.class_methods.get(function.owner, {})
        try:
            for parameter in parameters:
                bind_parameter(region, function, parameter, given.get(parameter.name))
            bind_star(region, declared, given)
            bind_joined(region, function, given)
            for name in given.keys() - {p.name for p in parameters}:
                if isinstance(value := given[name], Model):
                    scope.values[name] = handed(value, Expr(name, strength=POSTFIX))
                elif isinstance(value, (Repeated, Keyed)):  # of models that the object keeps
                    scope.values[name] = kept_group(value, Expr(name, strength=POSTFIX))
                elif isinstance(value, (Instance, Function)):
                    scope.values[name] = value
                elif isinstance(value, (Bound, Part)):  # what the object keeps
                    scope.values[name] = value
                    region.states[name] = True
            for parameter in parameters if region.states else ():
                if parameter.name not in given:  # weights, which a metric does not get
                    reading = scope.read(parameter.name)
                    scope.values[parameter.name] = Static(replace(reading, value=None))
            if isinstance(node, cst.Lambda):
                return_value(region, evaluate(region, node.body), node)
            else:
                run_block(region, body_of(node.body))
            agree_on_returns(region)
            if summary.recursive and len(region.returns) > 1 and "return:size" not in wants:
                region.want("return:size", True)
            if region.built and region.decided_axes:  # who calls a builder may give another one
                region.want("open:axes", True)
            if region.speculative:
                region.want("rank:last", True)
            classify(summary)
            if summary.kind in ("block", "operation", "layer"):
                refuse_decorated(home, function)
            if function.is_inherited and summary.kind in ("block", "operation", "layer"):
                raise GiveUp("a method of a class above that gives tensors or layers")
        except Restart:
            continue
        except GiveUp:
            if region.speculative and "rank:last" not in wants:
                wants["rank:last"] = True  # what was left open may be all that it is about
                continue
            raise
        return
    raise GiveUp("the function does not settle")


def force_passed(region: Region, inner: Region, given: dict[str, Value], node: cst.CSTNode) -> None:
    """The functions that another one gets and calls on tensors become classes."""
    for name, value, keywords, _ in inner.parameter_calls:
        held = given.get(name)
        if isinstance(held, Function):
            force_block(region, held, value, node, keywords)


def force_closures(
    region: Region, summary: Summary, given: dict[str, Value], node: cst.CSTNode
) -> None:
    """The functions whose first call a function gets, and makes the second one of on a tensor."""
    closures = {name: v for name, v in given.items() if isinstance(v, Partial) and is_closure(v)}
    calls = summary.region.parameter_calls if summary.region is not None else []
    for name, closure in closures.items():
        made = [(value, keywords) for called, value, keywords, _ in calls if called == name]
        if not made or any(keywords for _, keywords in made):
            raise GiveUp(f"`{name}` of `{summary.function.name}` is not called on a tensor", node)
        assert isinstance(closure.callee, Function)
        force_block(region, closure.callee, made[0][0], node, [])


def itself(function: Function) -> Function:
    """The function, whichever parameter it came through."""
    if not function.parameter:
        return function
    made = Function(
        function.name, function.node, function.closure, function.owner, function.nested_in,
        function.file,
    )  # fmt: skip
    made.closes = function.closes
    return made


def force_block(
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
    given: list[Argument] = [(k, Static(Expr(tokens.ITEM))) for k in keywords]
    given.insert(0, (function.closes[0] if function.closes else None, generic))
    bound = bind_arguments(function, parameters, given)
    summary = summarize(home, itself(function), bound, region)
    if summary.kind == "failed":
        raise GiveUp(f"`{function.name}`: {summary.reason}", node)
    plain = parameters if function.closes else parameters[1:]
    passed = [p.name for p in plain[: sum(k is None for k in keywords)]]
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
