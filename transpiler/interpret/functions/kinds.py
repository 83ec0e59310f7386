"""What kind a function is of: block, operation, builder, one that gives layers, plain one."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.calls.numbers import CASTS_ARRAYS
from transpiler.interpret.control.elements import one_of
from transpiler.interpret.functions.block_classes import finish_block
from transpiler.interpret.functions.returns import with_sizes
from transpiler.interpret.models.borders import are_borders, give_models_only
from transpiler.interpret.object_groups import first_unknown
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import root
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Instance,
    Keyed,
    Layer,
    Mapping,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    holds_tensor,
    is_graph,
    models_in,
)
from transpiler.ir.code import Return
from transpiler.ir.expr import Expr
from transpiler.record import replace


def classify(summary: Summary) -> None:
    """Tell what kind of function it is, and work out the class that a block becomes."""
    region = summary.region
    assert region is not None
    _classify(summary, region)
    if region.entered and (summary.kind in ("block", "operation") or region.built):
        reason = "a `with` statement in a function that builds or trains a model"
        raise GiveUp(reason, region.entered[0])
    if region.standing and (summary.kind in ("block", "operation") or summary.recursive):
        raise region.standing[0]
    if region.left_ways and summary.kind not in ("block", "operation", "builder"):
        raise region.left_ways[0]


def _classify(summary: Summary, region: Region) -> None:
    values = [v for v, _ in region.returns]
    tensors = [v for v in values if holds_tensor(v)]
    for model in region.open_sequentials:
        from transpiler.interpret.models.sequential import close_sequential  # loaded by then

        built = None if model.closed else close_sequential(region, model)
        if built is not None:
            region.built.append(built)
    if _is_deferred(region):
        _defer(summary, region)
        return
    if region.built:
        if tensors and not region.functional and not _gives_models_only(summary, region):
            raise GiveUp(
                "it gives back tensors besides the models that it makes", region.returns[-1][1]
            )
        summary.kind = "builder"
        summary.result = _given(values)
        if region.functional:
            summary.result = region.built[-1].model
            region.built[-1].init = list(region.init)
        return
    if tensors:
        if len(tensors) != len(values):
            raise GiveUp("a tensor is returned on some ways only", region.returns[-1][1])
        finish_block(summary)
        return
    if region.states and (not values or _gives_nothing(region)):
        region.returns.clear()
        region.emit_forward(Return(_kept_until_the_end(region)))
        finish_block(summary)
        return
    models = [v for v in values if isinstance(v, Model)]
    if models:
        given_back = all(model.source is not None for model in models)
        summary.kind = "static" if given_back else "builder"
        summary.result = _given([*models])
        return
    if values and all(isinstance(v, (Layer, Framework, Function, UserClass)) for v in values):
        summary.kind = "layer"
        summary.result = values[0]
        return
    if any(map(_lists_models, values)):
        summary.kind = "builder"
        summary.result = _given(values)
        return
    if any(isinstance(v, Mapping) and has_models(v) for v in values):
        summary.kind = "static"  # those of other builders, with what training them gave
        summary.result = _given(values)
        return
    if any(is_graph(v) or _all_symbols(v) for v in values):
        summary.kind = "layer"
        summary.result = values[0]
        return
    summary.kind = "static"
    summary.result = values[0] if values else None
    if region.presumes_numbers and CASTS_ARRAYS not in region.wants:
        region.want(CASTS_ARRAYS, True)
    if any(isinstance(v, Unknown) for v in values):
        made = {v.made for v in values if isinstance(v, Instance)}
        alike = len(made) == 1 and all(isinstance(v, Instance) for v in values)
        summary.result = values[0] if alike else first_unknown(values)


def _given(values: list[Value]) -> Value | None:
    """What a builder gives: one of several models, where it returns another on each way."""
    values = [_as_made(value) for value in values]
    last = values[-1] if values else None
    if isinstance(last, Model):
        return one_of(values)
    tuples = [v for v in values if isinstance(v, (Sequence, PerhapsModel))]
    if tuples and any(isinstance(item, Model) for v in tuples for item in v.items):
        if len(tuples) < len(values) or len({len(v.items) for v in tuples}) > 1:
            raise GiveUp("it gives models beside other things, not on each way as many")
        columns = zip(*(v.items for v in tuples), strict=True)
        whole = next((v for v in tuples if isinstance(v, Sequence)), tuples[-1])
        return replace(whole, items=tuple(_one_given([*column]) for column in columns))
    dicts = [v for v in values if isinstance(v, Mapping)]
    if any(map(has_models, dicts)):
        if len(dicts) < len(values) or any(v.items.keys() != dicts[0].items.keys() for v in dicts):
            raise GiveUp("it gives models in dicts that are not alike on each way")
        held = {key: _one_given([v.items[key] for v in dicts]) for key in dicts[0].items}
        return replace(dicts[-1], items=held)
    return last


def _as_made(value: Value) -> Value:
    """What a file has the weights of that a function made itself: its callers get such a model."""
    if isinstance(value, (Sequence, PerhapsModel)):
        return replace(value, items=tuple(map(_as_made, value.items)))
    if isinstance(value, Model) and value.copy_of is not None and value.source is None:
        return root(value)
    return value


def has_models(value: Mapping) -> bool:
    """Whether models are among the values of a dict."""
    return any(isinstance(item, Model) for item in value.items.values())


def _one_given(values: list[Value]) -> Value:
    """What stands at one place of the tuples or dicts that a builder gives."""
    return one_of(values) if any(isinstance(v, Model) for v in values) else values[-1]


def _lists_models(value: Value) -> bool:
    """Whether it is a list or dict that other builders' models have been put into."""
    parts = value.items if isinstance(value, Sequence) else (value,)
    filled = [part for part in parts if isinstance(part, (Repeated, Keyed)) and models_in(part)]
    return bool(filled) and all(model.source is None for model in models_in(*filled))


def _gives_nothing(region: Region) -> bool:
    """Whether the only thing that a method gives, with its last statement, is None."""
    value, node = region.returns[0]
    last = region.function.body.body[-1] if isinstance(region.function, cst.FunctionDef) else None
    ends = isinstance(last, cst.SimpleStatementLine) and last.body[-1] is node
    nothing = isinstance(value, Static) and value.expr.is_const(None)
    return len(region.returns) == 1 and ends and nothing


def _kept_until_the_end(region: Region) -> Expr:
    """What a method gives that gives nothing: all that it has changed is read after it."""
    return Expr("None", None, names=frozenset((name, 0) for name in region.states))


def _gives_models_only(summary: Summary, region: Region) -> bool:
    """Whether the tensors that a builder gives are at the borders of its models: these suffice."""
    value, node = region.returns[-1]
    if len(region.returns) > 1 or not are_borders(region, value, node):
        return False
    assert isinstance(value, Sequence) and isinstance(node, cst.Return)  # noqa: PT018
    give_models_only(region, value, node, summary.function.name)
    return True


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
    region.returns = [(with_sizes(region, held), region.returns[0][1])]
    region.built = []
    summary.deferred = True
    finish_block(summary)
    summary.kind = "block"
