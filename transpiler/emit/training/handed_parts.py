"""Parts of the training that a function gets together with the model.

An optimizer stays an argument: the caller has the parameters. Callbacks, losses and metrics become
part of the loop, so their arguments go; a loss of several calls stays, too.

def train(model, opt, callbacks):          def train(model, opt):
    model.compile(opt, "mse")                  for epoch in range(9):
    model.fit(x, y, callbacks=callbacks)           ...

train(model, SGD(0.1), [stopping])         train(model, torch.optim.SGD(model.parameters(), lr=0.1))
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.training.going_parts import going_parts
from transpiler.emit.training.kept_optimizers import made_outside
from transpiler.emit.training.lent_parts import is_guest
from transpiler.emit.training.lines import holds, is_nested, statement_of, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.own_given import own_in_list, with_own
from transpiler.emit.training.passed_arguments import argument_for
from transpiler.emit.training.shared import Before, Part, Room, Shared
from transpiler.interpret.bindings import made_at, optimizer_at
from transpiler.interpret.functions.joined_parts import is_own
from transpiler.interpret.stale import why_not_later
from transpiler.interpret.summary import Handed
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Function, Sequence, Static, Value
from transpiler.ir.expr import Configured, Expr, expr
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Passed, Training
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.lexical import blanked
from transpiler.source.tree import Tree

#: The arguments that hold parts of the training, by the call that gets them.
HOLDING = {"compile": ("optimizer", "loss", "metrics"), "fit": ("callbacks",)}
_KINDS = ("keras.optimizers.", "keras.losses.", "keras.metrics.", "keras.callbacks.")
_VARIABLE = regex(r"(self\.)?[A-Za-z_]\w*")
#: What may stand before the model in the statement that gives it to a function.
_FIRST = r"(?:[^\n()]+ = |return |[\w.]+\.append\(|print\()?\w+\((?:[\w\s.,'\"]|\w+=)*"
_TESTED = regex(r"\s+is\s+(?:not\s+)?None\b")


@record(frozen=True, slots=True)
class Taken:
    """A part of the training that a function gets, and where it is written."""

    call: TrainingCall  #: which uses it
    function: cst.FunctionDef
    parameter: str
    room: Room  #: where it is written
    span: tuple[int, int] | None  #: the expression; None where only a default stands for it
    argument: cst.Arg | None = None  #: that which passes it on, if one does
    caller: cst.Call | None = None
    is_optimizer: bool = False
    is_criterion: bool = False
    built: bool = False  #: whether the function makes the model
    part: Part | None = None  #: the statements that join it with others, where some do
    own: str = ""  #: the callbacks of the program's own, which the function goes on getting
    kept: bool = False  #: whether all of them are

    @property
    def stays(self) -> bool:
        """Whether the function goes on getting callbacks."""
        return self.kept or bool(self.own)


def take_parts(shared: Shared, training: Training, parts: list[Part], moves: bool) -> list[Taken]:
    """Let the calls in functions see what they get; which arguments that concerns.

    `moves` says that the optimizer is made at the call of the function anyway.
    """
    found: list[Taken] = []
    for part in [p for p in parts if p.is_lent and not p.room.owner]:
        handed = _handings(shared, part)
        alone = len(handed) == 1 and isinstance(handed[0][1].node, cst.Call)
        if any(id(one.node) in shared.file.completed_calls for _, one in handed):
            alone = False  # a partial function gives some of it
        else:
            found += _joined(shared, part, handed)
        for call in part.calls:
            if name := _own_loss(shared, part, call):
                training.criteria[id(call)] = name
            if alone and call.name == "fit":
                with_own(shared, part, call, handed[0][1].given)
            for what in HOLDING.get(call.name, ()):
                taken = _taken(shared, part, call, what, *handed[0], moves) if alone else None
                if taken is None:
                    _refuse_objects(call, what, [one for _, one in handed])
                    continue
                found.append(taken)
                if taken.is_criterion:
                    training.criteria[id(call)] = taken.parameter
                elif not (taken.is_optimizer or taken.stays):
                    part.lending.append(_parameter(shared.tree, taken))
                else:
                    model = part.variable if taken.argument is None else ""
                    model = model or _model_in(shared, part, handed[0][1])
                    training.passed[id(call)] = Passed(taken.parameter, model)
    return found


def _handings(shared: Shared, part: Part) -> list[tuple[Room, Handed]]:
    """The calls that give the model of a part to its function, and where they stand."""
    return [
        (room, one)
        for room in shared.rooms
        for one in room.region.handings.values()
        if one.summary.region is part.room.region
    ]


def _joined(shared: Shared, part: Part, handed: list[tuple[Room, Handed]]) -> Iterator[Taken]:
    """The lists of callbacks that a function gets, and joins with its own."""
    function = part.room.node
    call = next((c for c in part.calls if c.name == "fit"), None)
    if call is None or not isinstance(function, cst.FunctionDef):
        return
    for name in sorted(part.room.region.joined):
        for room, one in handed:
            argument, held = argument_for(shared.file, one.node, one.summary, name), one.given.get(
                name
            )
            if argument is None:
                yield Taken(call, function, name, room, None, part=part)
                continue
            assert isinstance(one.node, cst.Call)
            span = shared.tree.span(argument.value)
            if held is not None:
                why = why_not_later(room.region, one.node, "callbacks", held)
                call.problem = call.problem or why
            if isinstance(held, Sequence) and any(map(is_own, held.items)):
                of_keras = partial(_is_one_of_these, shared, part)
                own = own_in_list(shared, name, held, argument, of_keras)
                if own is None or (own[1] and len(handed) > 1) or not shared.sees_calls(function):
                    call.problem = f"the callbacks in `{name}` are not followed"
                given = own[1] if own is not None else ""
                kept = not given
                taken = Taken(call, function, name, room, span, argument, one.node, part=part)
                yield replace(taken, own=given, kept=kept)
                continue
            if isinstance(held, Sequence) and held.items and len(handed) > 1:
                call.problem = f"several calls of `{function.name.value}` give it the same `{name}`"
            elif isinstance(held, Sequence) and not _means_the_same(shared, part, held):
                call.problem = f"the callbacks in `{name}` are made of variables of another place"
            yield Taken(call, function, name, room, span, argument, one.node, part=part)


def lend(shared: Shared, parts: list[Part], training: Training, found: list[Taken]) -> None:
    """What functions get so goes with the calls."""
    for taken in found:
        if taken.span is not None and taken.argument is not None and not taken.kept:
            _lending(shared, parts, taken, training).lending.append(taken.span)


def _refuse_objects(call: TrainingCall, what: str, handed: list[Handed]) -> None:
    """An object of Keras that a function gets is no name of one, nor one of torch's."""
    given = call.given.get(what)
    name = given.node.value if given is not None and isinstance(given.node, cst.Name) else ""
    held = [one.given[name] for one in handed if name in one.given]
    if what == "optimizer" and call.region is not None and given is not None and name:
        places = made_at(call.region, given.node, anew=True) if given.node is not None else ()
        if all(optimizer_at(call.region, place) is not None for place in places):
            return  # each call makes one, which is told what it is of in the function
    plain = given is not None and isinstance(given.value, Static) and not given.value.expr.known
    if plain and any(not is_named(v) and is_part(v) for v in held):
        reason = f"`{name}` is an object of Keras that the function gets, which is not followed"
        call.problem = call.problem or reason


def _lending(shared: Shared, parts: list[Part], taken: Taken, training: Training) -> Part:
    """The part of the model in the room that hands it on."""
    for part in parts:
        if part.room.node is taken.room.node:
            return part
    parts.append(Part(taken.room, training.variable, []))
    return parts[-1]


def _taken(
    shared: Shared,
    part: Part,
    call: TrainingCall,
    what: str,
    room: Room,
    handed: Handed,
    moves: bool,
) -> Taken | None:
    """An argument of a call that is a parameter of its function, if all is known of it."""
    given = call.given.get(what)
    name = given.node.value if given is not None and isinstance(given.node, cst.Name) else ""
    function = part.room.node
    if given is None or not name or not isinstance(function, cst.FunctionDef):
        return None
    parameter = next((p for p in handed.summary.parameters if p.name == name), None)
    value = given.value
    if parameter is None or not isinstance(value, Static) or value.expr.known:
        return None
    held = handed.given.get(name)
    if what == "optimizer" and held is None and not moves:
        return _made_inside(shared, part, call, given, name)
    binding = [p for p in shared.places(part.room, name) if p.binds]
    if len(binding) != 1:
        return None
    if held is None:
        named = _named_by(parameter.default) if moves or what == "metrics" else None
        if what == "optimizer" or not (named or is_nothing(parameter.default)):
            return None
        call.given[what] = replace(given, value=named or Static(expr(None)), node=None)
        return Taken(call, function, name, room, None)
    assert isinstance(handed.node, cst.Call)
    call.problem = call.problem or why_not_later(room.region, handed.node, what, held)
    argument = argument_for(shared.file, handed.node, handed.summary, name)
    if what == "callbacks" and argument is not None and shared.sees_calls(function):
        own = own_in_list(shared, name, held, argument, partial(_is_one_of_these, shared, part))
        if own is not None:
            call.given[what] = replace(given, value=own[0], node=None, versions=())
            span = shared.tree.span(argument.value)
            taken = Taken(call, function, name, room, span, argument, handed.node, own=own[1])
            return replace(taken, kept=not own[1])
    none = what == "metrics" and isinstance(held, Static) and held.expr.is_const(None)
    if argument is None or not (none or is_part(held) or (moves and is_named(held))):
        return None
    if what == "optimizer" and is_given_again(shared, room, handed, argument):
        return None
    optimizer = what == "optimizer" and not moves
    if not optimizer and not _means_the_same(shared, part, held):
        return None
    call.given[what] = replace(given, value=held, node=None, versions=())
    span = shared.tree.span(argument.value)
    criterion = what == "loss" and not moves and _is_called_again(shared, function)
    return Taken(call, function, name, room, span, argument, handed.node, optimizer, criterion)


def _named_by(default: cst.BaseExpression | None) -> Value | None:
    """The names that the default of a parameter is, alone or in a list."""
    if isinstance(default, cst.SimpleString):
        return Static(expr(str(default.evaluated_value)))
    if isinstance(default, (cst.List, cst.Tuple)) and default.elements:
        items = [_named_by(element.value) for element in default.elements]
        found = tuple(item for item in items if item is not None)
        return Sequence(found, list) if len(found) == len(items) else None
    return None


def _is_one_of_these(shared: Shared, part: Part, value: Value) -> bool:
    """Whether it is such an object that means the same in the function."""
    return is_part(value) and _means_the_same(shared, part, value)


def _own_loss(shared: Shared, part: Part, call: TrainingCall) -> str:
    """The parameter by which a function of another file gets a loss that the program defines."""
    given, function = call.given.get("loss"), part.room.node
    loss, node = (given.value, given.node) if given is not None else (None, None)
    if not isinstance(loss, Function) or not isinstance(node, cst.Name):
        return ""
    if loss.maker is not None or isinstance(loss.node, cst.Lambda):
        return ""
    name = node.value
    assert isinstance(function, cst.FunctionDef)
    if name not in {p.name.value for p in function.params.params}:
        return ""
    alone = sum(p.binds for p in shared.places(part.room, name)) == 1
    return name if alone and is_guest(shared.file, function.name.value) else ""


def _is_called_again(shared: Shared, function: cst.FunctionDef) -> bool:
    """Whether several calls of a function give it models."""
    handings = [h for room in shared.rooms for h in room.region.handings.values()]
    return sum(h.summary.function.node is function for h in handings) > 1


def is_given_again(shared: Shared, room: Room, handed: Handed, argument: cst.Arg) -> bool:
    """Whether the same optimizer is given in each round of a loop."""
    variable = isinstance(argument.value, cst.Name) and argument.value.value
    return bool(variable) and made_outside(shared, room, handed.node, str(variable))


def is_nothing(default: cst.BaseExpression | None) -> bool:
    """Whether a parameter is None, or an empty list, where a call does not give it."""
    if isinstance(default, (cst.List, cst.Tuple)):
        return not default.elements
    return isinstance(default, cst.Name) and default.value == "None"


def _made_inside(
    shared: Shared, part: Part, call: TrainingCall, given: Given, name: str
) -> Taken | None:
    """`if optimizer is None: optimizer = SGD(0.1)`, which no call of the function passes."""
    assert given.node is not None
    assert isinstance(part.room.node, cst.FunctionDef)
    passed = [
        one.given[name]
        for room in shared.rooms
        for one in room.region.handings.values()
        if one.summary.function.node is part.room.node and name in one.given
    ]
    region = part.room.region
    places = list(made_at(region, given.node))
    if passed or len(places) != 1 or places[0] not in region.optimizers:
        return None
    call.given["optimizer"] = replace(given, value=region.optimizers[places[0]], node=None)
    return Taken(call, part.room.node, name, part.room, places[0], is_optimizer=True)


def is_part(value: Value) -> bool:
    """Whether it is an optimizer or the like, or a list of such."""
    if isinstance(value, Sequence):
        return all(is_part(item) or is_named(item) for item in value.items)
    made = value.expr.value if isinstance(value, Static) else None
    return isinstance(made, Configured) and made.name.startswith(_KINDS)


def is_named(value: Value) -> bool:
    """Whether it is a string, such as names a metric."""
    return isinstance(value, Static) and isinstance(value.expr.value, str)


def _means_the_same(shared: Shared, part: Part, value: Value) -> bool:
    """Whether what it is made with means the same in the function as where it is called."""
    if isinstance(value, Sequence):
        return all(_means_the_same(shared, part, item) for item in value.items)
    return isinstance(value, Static) and all(
        not any(p.local for p in shared.found.of(name))
        and not part.room.region.is_module
        and sum(p.binds for p in shared.found.of(name)) == 1
        for name in names_of(value.expr)
    )


def names_of(made: Expr) -> Iterator[str]:
    """The variables that an object is made with."""
    if isinstance(made.value, Configured):
        for part in (*made.value.args, *(v for _, v in made.value.kwargs)):
            yield from names_of(part)
        return
    yield from (name for name, _ in made.names)


def _model_in(shared: Shared, part: Part, handed: Handed) -> str:
    """How the caller writes the model."""
    argument = argument_for(shared.file, handed.node, handed.summary, part.variable)
    return shared.tree.source(argument.value) if argument is not None else ""


def write_parts(writer: ModelWriter, taken: list[Taken]) -> None:
    """The edits of the arguments, and of the parameters that nothing needs any more."""
    gone = writer.made.once
    for one in taken:
        _check_uses(writer, one)
        if one.kept or any(holds((e.start, e.end), writer.tree.span(one.function)) for e in gone):
            continue
        if one.is_optimizer:
            _write_optimizer(writer, one)
        elif one.is_criterion:
            (head,) = writer.training.compiled[id(one.call)].heads
            _write_argument(writer, one, str(head.loss.criterion))
        elif one.own:
            _write_argument(writer, one, one.own)
        else:
            _remove(writer, one, taken)


def _check_uses(writer: ModelWriter, taken: Taken) -> None:
    """A parameter that is used for something else is more than a part of the training."""
    tree = writer.tree
    inside = writer.shared.found.of(taken.parameter)
    start, end = tree.span(taken.function)
    calls = [tree.span(taken.call.node)]
    if taken.part is not None:
        calls += [tree.span(s) for _, s in going_parts(writer.shared, taken.part, [])]
    for place in inside:
        known = place.binds or within(place.start, calls) or not start <= place.start < end
        tested = taken.is_optimizer and _TESTED.match(tree.text, place.end)
        if not known and not tested:
            name = taken.function.name.value
            raise Unsupported(f"`{name}` does more with `{taken.parameter}` than to train with it")


def _write_optimizer(writer: ModelWriter, taken: Taken) -> None:
    """The optimizer is made where the program makes that of Keras."""
    assert taken.span is not None
    model = writer.training.passed[id(taken.call)].model
    optimizing = writer.training.compiled[id(taken.call)].optimizing
    apart = optimizing.schedule is not None or optimizing.clipping or optimizing.scaling
    made = optimizing.optimizer.constructor
    if not _VARIABLE.fullmatch(model):
        name = _with_name(writer, taken, model)
        made = replace(
            made, text=made.text.replace(f"{model}.parameters()", f"{name}.parameters()")
        )
    if taken.argument is not None and apart and list(names_of(_optimizer(taken.call))):
        raise Unsupported("the schedule of an optimizer that a function gets is made of variables")
    _write_argument(writer, taken, str(made))


def _with_name(writer: ModelWriter, taken: Taken, model: str) -> str:
    """A variable for the model that a function gets at once, which its optimizer needs.

    train(build(), SGD(0.1))        model = build()
                                    train(model, torch.optim.SGD(model.parameters(), lr=0.1))
    """
    name, shared = writer.variable, writer.shared
    caller, statement = taken.caller, _statement(writer, taken)
    mine = writer.training.model.node
    args = [a.value for a in caller.args] if caller is not None else []
    free = name.isidentifier() and not shared.places(taken.room, name)
    given = statement is not None and mine in args
    if (
        mine is None
        or statement is None
        or not (free and given and _is_first(writer, statement, mine))
    ):
        raise Unsupported(
            f"`{taken.function.name.value}` gets an optimizer for a model without name"
        )
    span = writer.tree.span(mine)
    writer.made.texts.setdefault(taken.room.node, []).append(Edit(*span, name))
    shared.replaced[span] = writer.made.inlined[span] = name
    writer.made.before.append(Before(statement, span[1], [f"{name} = {model}"]))
    return name


def _is_first(writer: ModelWriter, statement: cst.SimpleStatementLine, model: cst.CSTNode) -> bool:
    """Whether a model is what a statement makes first, whenever that runs."""
    tree = writer.tree
    start = tree.span(statement)[0]
    before = tree.text[start : tree.span(model)[0]]
    code = blanked(tree.source(statement))
    always = not is_nested(code) and re.search(r"\b(?:if|and|or)\b", code) is None
    return always and re.fullmatch(_FIRST, before) is not None


def _write_argument(writer: ModelWriter, taken: Taken, text: str) -> None:
    """What makes the same in torch stands where the program makes a part of Keras."""
    assert taken.span is not None
    writer.made.texts.setdefault(taken.room.node, []).append(Edit(*taken.span, text))
    writer.made.vanishing.append(taken.span)
    statement = _statement(writer, taken)
    if statement is not None:  # so that it is folded
        writer.made.before.append(Before(statement, 0, []))


def _optimizer(call: TrainingCall) -> Expr:
    value = call.given["optimizer"].value
    return value.expr if isinstance(value, Static) else expr(None)


def _statement(writer: ModelWriter, taken: Taken) -> cst.SimpleStatementLine | None:
    node = taken.caller
    return statement_of(writer.tree, taken.room.node, node) if node is not None else None


def _end_of(tree: Tree, parameter: cst.Param) -> int:
    """Where a parameter ends, its annotation and default included."""
    parts = (parameter.name, parameter.annotation, parameter.default)
    return max(tree.span(part)[1] for part in parts if part is not None)


def _parameter(tree: Tree, taken: Taken) -> tuple[int, int]:
    """Where the parameter stands."""
    parameters = taken.function.params
    named = next(
        p
        for p in (*parameters.params, *parameters.kwonly_params)
        if p.name.value == taken.parameter
    )
    return tree.span(named.name)[0], _end_of(tree, named)


def _without(tree: Tree, taken: Taken, gone: set[str]) -> tuple[int, int]:
    """What goes of the parameters when one of those that are `gone` goes: it and a comma."""
    declared = taken.function.params
    gathered = isinstance(declared.star_arg, (cst.Param, cst.ParamStar)) or declared.star_kwarg
    for parameters in (declared.params, declared.kwonly_params):
        named = [p.name.value for p in parameters]
        if taken.parameter in named:
            others = gathered or declared.posonly_params or parameters is declared.kwonly_params
            if others and gone.issuperset(named):
                break  # what stands around them, such as a `*`, would stay
            spans = [(tree.span(p.name)[0], _end_of(tree, p)) for p in parameters]
            return _cut(spans, [name in gone for name in named], named.index(taken.parameter))
    raise Unsupported(f"`{taken.parameter}` of `{taken.function.name.value}` can't be taken out")


def _cut(spans: list[tuple[int, int]], gone: list[bool], place: int) -> tuple[int, int]:
    """What goes with one of several expressions between commas, where `gone` says which go."""
    start, end = spans[place]
    if not all(gone[:place]):
        return spans[place - 1][1], end
    return start, spans[place + 1][0] if place + 1 < len(spans) else end


def _remove(writer: ModelWriter, taken: Taken, others: list[Taken]) -> None:
    """Argument and parameter go, as those of the others do."""
    made, tree = writer.made, writer.tree
    if not (taken.built or writer.shared.sees_calls(taken.function)):
        raise Unsupported(f"`{taken.function.name.value}` is called in places that are not seen")
    mine = [one for one in others if one.function is taken.function]
    mine = [one for one in mine if not (one.is_optimizer or one.is_criterion or one.stays)]
    span = _without(tree, taken, {one.parameter for one in mine})
    if taken.built:  # other calls of it give something else
        made.once.append(Edit(*span, ""))
    elif Edit(*span, "") not in made.texts.setdefault(taken.function, []):
        made.texts[taken.function].append(Edit(*span, ""))
    name = taken.function.name.value
    said = f"`{name}` does not take `{taken.parameter}` any more: what it got is written there"
    made.said.append((ASSUMED, taken.function, said))
    if taken.argument is None or taken.caller is None:
        return
    arguments = list(taken.caller.args)
    spans = [tree.span(a.value) for a in arguments]
    spans = [
        (span[0] if a.keyword is None else tree.span(a.keyword)[0], span[1])
        for a, span in zip(arguments, spans, strict=True)
    ]
    gone = [any(a is one.argument for one in mine) for a in arguments]
    span = _cut(spans, gone, arguments.index(taken.argument))
    made.texts.setdefault(taken.room.node, []).append(Edit(*span, ""))
    made.vanishing.append(span)
    statement = _statement(writer, taken)
    if statement is not None:
        made.before.append(Before(statement, 0, [], joined=True))
