"""Calls of the user's functions, whichever kind they are of."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.aliases import forget_changed
from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.pipelines import left
from transpiler.interpret.dispatch import provided, provides
from transpiler.interpret.effects import acts, evaluated_once
from transpiler.interpret.functions.blocks import (
    call_block,
    call_recursive,
    is_assumed,
    parameter_rank,
)
from transpiler.interpret.functions.closures import partly_called
from transpiler.interpret.functions.configs import given_dict
from transpiler.interpret.functions.copied import is_correct_pad
from transpiler.interpret.functions.data_sets import (
    LENT_DATA,
    TAKES_STEPS,
    changes_of,
    holds_data,
)
from transpiler.interpret.functions.freezers import freezes
from transpiler.interpret.functions.generators import generated
from transpiler.interpret.functions.given_parts import given_parts
from transpiler.interpret.functions.handed import note_handing, trains, trains_built
from transpiler.interpret.functions.inlining import inline
from transpiler.interpret.functions.kept_data import reads_data
from transpiler.interpret.functions.kinds import has_models
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.functions.method_data import note_bound
from transpiler.interpret.functions.optimizer_makers import note_optimizer_maker
from transpiler.interpret.functions.outer_sizes import outer_outputs
from transpiler.interpret.functions.parameters import bind_arguments, parameters_of
from transpiler.interpret.functions.returned_data import decided_data, returned_data
from transpiler.interpret.functions.schedule_makers import given_schedule
from transpiler.interpret.functions.splicing import (
    adds_layers,
    gets_layers,
    gets_masks,
    gives_lists,
    opens_inputs,
    spliced,
)
from transpiler.interpret.functions.summaries import force_closures, force_passed, summarize
from transpiler.interpret.layers.adapting import as_column, is_of_one_column, refuse_whole
from transpiler.interpret.layers.applying import ASSUMED_RANK
from transpiler.interpret.models.borders import are_taken, with_borders
from transpiler.interpret.models.given_inputs import write_shapes
from transpiler.interpret.object_groups import first_unknown
from transpiler.interpret.predicted import is_array
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.repeats import note_run
from transpiler.interpret.results import with_numbers
from transpiler.interpret.statics import const, one_line, verbatim
from transpiler.interpret.summary import Handed, Summary
from transpiler.interpret.tensors.layouts import joined, parameter_behind, want_tensor, with_rank
from transpiler.interpret.training import root
from transpiler.interpret.values import (
    Beside,
    Bound,
    Function,
    Keyed,
    Layer,
    Mapping,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    holds_models,
    holds_tensor,
    is_graph,
    models_in,
)
from transpiler.ir.expr import Expr, literal
from transpiler.ir.tensor import Layout
from transpiler.record import replace
from transpiler.regex import regex


@provides("call_function")
def call_function(
    region: Region, node: cst.CSTNode, function: Function, arguments: list[Argument]
) -> Value:
    """A call of a function of the user's."""
    return generated(function, _call_function(region, node, function, arguments))


def _call_function(
    region: Region, node: cst.CSTNode, function: Function, arguments: list[Argument]
) -> Value:
    if (partial := partly_called(function, arguments)) is not None:
        return partial
    if function.owner and function.parameter == "":
        arguments = [(None, _receiver(region, function)), *arguments]
    if isinstance(function.node, cst.Lambda):
        return inline(region, node, function, arguments)
    bound = bind_arguments(function, parameters_of(function.node), arguments)
    if function.name == "correct_pad" and is_correct_pad(function, bound):
        region.inlined.append(function)
        values = [bound["inputs"], bound["kernel_size"]]
        return provided("correct_pad")(region, node, values)
    if function.owner and function.file is region.file:
        note_bound(region.file, function, bound)
    _note_function_arguments(region, node, arguments)
    forget_changed(region, node, function, bound)
    tensors = any(holds_tensor(v) for v in bound.values())
    if not tensors:
        provided("stand")(region, bound.values())
    foreign = function.file is not None and function.file is not region.file
    if not foreign and gets_layers(bound) and (tensors or adds_layers(function)):
        return _spliced(region, node, function, bound)
    if not tensors:
        settled = _call_on_values(region, node, function, arguments, bound)
        if settled is not None:
            return settled
    if (parts := given_parts(region, node, function, bound)) is not None:
        return parts
    if (schedule := given_schedule(region, node, function, bound)) is not None:
        return schedule
    note_optimizer_maker(region, node, function, bound)
    bound = with_numbers(region, node, _with_predicted(region, node, bound), arguments)
    if any(isinstance(v, Unknown) for v in bound.values()):
        return first_unknown(bound.values())
    summary = summarize(region.file, function, bound, region)
    note_run(region, node, summary)
    if not foreign and (opens_inputs(summary) or gives_lists(summary)):
        return _spliced(region, node, function, bound)
    if not foreign and summary.kind == "block" and gets_masks(function, bound):
        return _spliced(region, node, function, bound)
    if summary.kind == "failed":
        raise GiveUp(f"`{function.name}`: {summary.reason}", node)
    if summary.kind == "running":
        if tensors:
            return call_recursive(region, node, summary, bound, arguments)
        raise GiveUp(f"`{function.name}` calls itself", node)
    if foreign and summary.region is not None:
        force_passed(region, summary.region, bound, node)
    force_closures(region, summary, bound, node)
    _ask_for_tensors(region, summary, bound)
    if "**" in bound and summary.kind in ("operation", "layer"):
        raise GiveUp(f"`{function.name}` is called with arguments that are not known", node)
    if summary.kind in ("block", "operation", "layer"):
        arguments = _evaluated_once(region, node, arguments, bound)
        bound = bind_arguments(function, parameters_of(function.node), arguments)
    if (left_open := _of_any_rank(region, summary, bound)) is not None:
        return left_open
    summary.frame = function.frame
    if summary.deferred and not tensors:
        region.graph_events += 1
        layer = Layer(None, function.name, {}, node, region.assigned, depth=len(region.loops))
        layer.block = (summary, bound, arguments)
        return layer
    return _call_by_kind(region, node, function, summary, bound, arguments)


def _with_predicted(region: Region, node: cst.CSTNode, bound: dict[str, Value]) -> dict[str, Value]:
    """What a function gets, with variables for what models have predicted as any other arrays.

    z = encoder.predict(x)
    model = train(z, y)
    """
    arguments = node.args if isinstance(node, cst.Call) else ()
    names = [a.value.value for a in arguments if isinstance(a.value, cst.Name)]
    held = {id(region.scope.values.get(name)): name for name in names}
    found = {key: held[id(v)] for key, v in bound.items() if is_array(v) and id(v) in held}
    made = {key: replace(region.scope.read(name), array=True) for key, name in found.items()}
    return {**bound, **{key: Static(read) for key, read in made.items()}}


def _spliced(
    region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]
) -> Value:
    """What a call gives whose function's statements become part of the caller."""
    region.file.spliced.add(id(function.node))
    given = spliced(region, function, bound)
    region.done.add(id(node))
    return const(None) if given is None else given


def _evaluated_once(
    region: Region, node: cst.CSTNode, arguments: list[Argument], bound: dict[str, Value]
) -> list[Argument]:
    """The arguments, those that change something in variables: `block(x, units.pop())`.

    What makes layers behind them has made these by then.
    """
    given = node.args if isinstance(node, cst.Call) else ()
    pairs = zip(given, arguments, strict=False)
    makes = [isinstance(a.value, cst.Call) and is_graph(v) for a, (_, v) in pairs]
    for place, (_, value) in enumerate(arguments[: len(makes)]):
        if any(makes[place + 1 :]) and acts(region, value):
            assert isinstance(value, Static)
            raise GiveUp(f"`{value.expr.text}` changes something before layers are made", node)
    hints = {id(value): name for name, value in bound.items()}
    return [
        (k, evaluated_once(region, v, k or hints.get(id(v), "argument"), node))
        for k, v in arguments
    ]


def _call_on_values(
    region: Region,
    node: cst.CSTNode,
    function: Function,
    arguments: list[Argument],
    bound: dict[str, Value],
) -> Value | None:
    """A call without tensors that nothing need be known of but its arguments."""
    foreign = function.file is not None and function.file is not region.file
    if not foreign and freezes(region, node, function, bound):
        return Unknown("nothing")
    if foreign and trains_built(function, bound):
        region.file.lent[id(function.node)] = function
    if not foreign and (trains(function, bound) or trains_built(function, bound)):
        return _call_trainer(region, node, function, bound)
    summary: Any = not foreign and provided("summarize_with_objects")(region, function, bound)
    if summary:
        note_run(region, node, summary)
        return note_handing(region, Handed(node, summary, bound))
    if any(isinstance(v, Model) or (foreign and holds_models(v)) for v in bound.values()):
        if foreign or not mentions_framework(region.file, function):
            name = region.tree.source(node.func) if isinstance(node, cst.Call) else function.name
            if foreign and not function.owner:
                region.file.lent[id(function.node)] = function
            return provided("pass_model")(region, node, name, [v for _, v in arguments])
    config = given_dict(region, node, function, arguments)
    if config is not None:
        return config
    if foreign and any(holds_data(v) for v in bound.values()):
        if (unknown := _lend_data(region, node, function)) is not None:
            return unknown
    takes_data = any(holds_data(v) or changes_of(v) for v in bound.values())
    takes_data = takes_data or reads_data(region.file, function)
    if not takes_data and not mentions_framework(region.file, function):
        return plain_call(region, node, function, [v for _, v in arguments])
    return None


def _lend_data(region: Region, node: cst.CSTNode, function: Function) -> Unknown | None:
    """What takes steps of a data set that it gets comes to this file, or the call is left."""
    if not TAKES_STEPS.search(function.file.tree.code(function.node)):
        return None
    if not function.owner:
        region.file.lent[id(function.node)] = function
    assert isinstance(node, cst.BaseExpression)
    return left(region, node, LENT_DATA.format(function.name))


def _ask_for_tensors(region: Region, summary: Summary, bound: dict[str, Value]) -> None:
    """The caller's own parameters that the function takes for tensors are tensors."""
    for name in summary.tensors:
        value = bound.get(name)
        behind = parameter_behind(region, value.expr) if isinstance(value, Static) else ""
        if behind:
            inner = summary.region
            rank = parameter_rank(inner, name) if inner is not None else None
            rank = None if inner is not None and is_assumed(region, inner) else rank
            layout = inner.parameter_layouts().get(name) if inner is not None else None
            want_tensor(region, behind, rank or 0, layout or Layout.ANY)


def _of_any_rank(region: Region, summary: Summary, bound: dict[str, Value]) -> Bound | None:
    """What a block gets, in the place of what it gives: later layers may tell how many axes."""
    inner = summary.region
    if summary.kind != "block" or inner is None or "rank:last" not in inner.wants:
        return None
    tensors = [v for name in summary.tensors if isinstance(v := bound.get(name), Bound)]
    left_open = [v for v in tensors if v.tensor.dims is None]
    if not left_open or not all(v.source for v in left_open):
        return None
    value = joined(region, left_open[0], left_open)
    known = {len(v.tensor.dims) + 1 for v in tensors if v.tensor.dims is not None}
    if known:
        with_rank(region, value, max(known))
    elif is_assumed(region, inner):
        region.speculative = True
        return value
    elif region.file.has_callers:
        with_rank(region, value, ASSUMED_RANK)
    return None


def _call_by_kind(
    region: Region,
    node: cst.CSTNode,
    function: Function,
    summary: Summary,
    bound: dict[str, Value],
    arguments: list[Argument],
) -> Value:
    """A call of a function whose kind is known."""
    if summary.kind in ("block", "operation"):
        return call_block(region, node, summary, bound, arguments)
    if summary.kind == "layer":
        return inline(region, node, function, arguments)
    if (trained := _with_trained(region, summary)) is not None:
        return _call_builder(region, node, trained, bound, arguments)
    if summary.kind == "builder":
        return _call_builder(region, node, summary, bound, arguments)
    if isinstance(summary.result, Unknown):
        region.file.vague_calls.setdefault(id(function.node), []).append(node)
        return summary.result
    if isinstance(summary.result, Mapping) and has_models(summary.result):
        return summary.result
    called = plain_call(region, node, function, [v for _, v in arguments])
    if holds_data(summary.result):
        result = decided_data(summary, bound)
        return returned_data(region, node, result, called)
    return _with_constant(called, summary)


def _with_trained(region: Region, summary: Summary) -> Summary | None:
    """A function of another file that gives models it has trained, as one that builds them.

    model, history = train(x, y)
    """
    result = summary.result
    if summary.function.file in (None, region.file):
        return None
    if isinstance(result, Model) or (isinstance(result, Mapping) and has_models(result)):
        return summary
    listed = result.items if isinstance(result, PerhapsModel) else ()
    return replace(summary, result=Sequence(listed, tuple)) if listed else None


def _call_trainer(
    region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]
) -> Value:
    """A call of a function that trains or asks the models that it gets."""
    summary = summarize(region.file, function, bound, region)
    note_run(region, node, summary)
    if summary.kind not in ("static", "builder", "layer"):
        models = [v for v in bound.values() if isinstance(v, Model)]
        return provided("pass_model")(region, node, function.name, models)
    return note_handing(region, Handed(node, summary, bound))


def _receiver(region: Region, function: Function) -> Static:
    """What a method is called on."""
    if not function.of_class:
        return Static(Expr("self"))
    return Static(region.scope.read("cls") if "cls" in region.parameters else Expr(function.owner))


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
        return first_unknown(values)
    if any(is_graph(v) for v in values):
        raise GiveUp(f"`{function.name}` gets a layer or model", node)
    assert isinstance(node, cst.BaseExpression)
    local = function.nested_in and function.name in region.scope.values
    reading = [Static(region.scope.read(function.name))] if local else []
    made = verbatim(region, node, *reading, *values)
    if _works_with_arrays(region, function):
        return replace(made, expr=replace(made.expr, array=True))
    return made


_NUMPY = regex(r"\bnp\.\w+|\bnumpy\.\w+")


def _works_with_arrays(region: Region, function: Function) -> bool:
    """Whether a function of the program computes with arrays of numpy, and gives one maybe."""
    tree = function.file.tree if function.file is not None else region.tree
    return _NUMPY.search(tree.source(function.node)) is not None


def _call_builder(
    region: Region,
    node: cst.CSTNode,
    summary: Summary,
    bound: dict[str, Value],
    arguments: list[Argument],
) -> Value:
    """A function that builds a model: the call stays, its result is a model."""
    result = summary.result
    given = write_shapes(region, node, summary, bound)
    if isinstance(result, Model):
        made = _instance(region, summary, result, node, arguments)
        made.given = given
        return made
    if isinstance(result, Sequence) and holds_tensor(result):
        if not are_taken(region, node, len(result.items)):
            reason = f"`{summary.function.name}` gives tensors besides its models"
            raise GiveUp(f"{reason}: give each a name where it is called", node)
        instances = {
            id(item): _instance(region, summary, item, node, arguments)
            for item in result.items
            if isinstance(item, Model)
        }
        reason = f"what `{summary.function.name}` gives has no name"
        return with_borders(result, instances, reason)
    if result is not None and models_in(result):
        code = Expr(one_line(region.tree.source(node)))
        return _given_by_builder(region, summary, result, node, arguments, code)
    return Unknown(f"what `{summary.function.name}` gives")


def _given_by_builder(
    region: Region,
    summary: Summary,
    given: Value,
    node: cst.CSTNode,
    arguments: list[Argument],
    code: Expr,
) -> Value:
    """What a builder gives, or a part of that, with instances in the places of its models."""

    def part(value: Value, place: object) -> Value:
        at = replace(code, text=f"{code.text}[{literal(place)}]")
        return _given_by_builder(region, summary, value, node, arguments, at)

    if isinstance(given, Model):
        return _instance(region, summary, given, node, arguments)
    if not models_in(given):
        return _beside(summary, given)
    if isinstance(given, (Repeated, Keyed)):
        item = part(given.item, 0)
        return Repeated(item, code) if isinstance(given, Repeated) else Keyed(item, code)
    if isinstance(given, Mapping):
        return Mapping({key: part(value, key) for key, value in given.items.items()})
    items = given.items if isinstance(given, (Sequence, PerhapsModel)) else ()
    parts = tuple(part(item, place) for place, item in enumerate(items))
    return Sequence(parts, given.kind if isinstance(given, Sequence) else tuple)


def _beside(summary: Summary, value: Value) -> Value:
    """What a builder gives beside its models."""
    plain = isinstance(value, (Static, Sequence)) and not is_graph(value)
    if not plain or any(isinstance(v, Unknown) for v in getattr(value, "items", ())):
        return Unknown(f"what `{summary.function.name}` gives beside its models")
    return Beside(f"what `{summary.function.name}` gives beside its models has no name")


def _is_frozen_perhaps(model: Model) -> bool:
    """Whether the function that builds a model says under conditions what of it is trainable."""
    said = model.region.training.values() if model.region is not None else ()
    return any(c.name == "trainable" and c.conditional and root(c.model) is model for c in said)


def _instance(
    region: Region, summary: Summary, model: Model, node: cst.CSTNode, arguments: list[Argument]
) -> Model:
    made = Model("instance", inputs=model.inputs, outputs=model.outputs, summary=summary, node=node)
    made.origin = model
    made.caller = region
    made.ways, made.statement = tuple(region.ways), region.statement
    frozen = region.file.frozen.get(id(model))
    if frozen is not None and not _is_frozen_perhaps(model):
        region.file.frozen[id(made)] = replace(frozen, model=made)
    bound = bind_arguments(summary.function, parameters_of(summary.function.node), arguments)
    made.arguments = bound
    layers = [v for v in bound.values() if isinstance(v, Layer)]
    for layer in layers:
        refuse_whole(layer)
    if any(map(is_of_one_column, layers)):
        made.inputs = [as_column(one) for one in model.inputs]
    outputs = model.outputs
    if model.kind == "sequential" and model.region is not None:
        held = model.region.scope.values.get(model.variable)
        outputs = held if isinstance(held, Bound) else None
    made.outputs = outer_outputs(region, summary, outputs, bound)
    texts = [v for _, v in arguments]
    if all(
        isinstance(v, (Static, Sequence, Mapping)) and not is_graph(v) for v in texts
    ) and isinstance(node, cst.BaseExpression):
        made.call_values = (verbatim(region, node, *texts),)
    return made
