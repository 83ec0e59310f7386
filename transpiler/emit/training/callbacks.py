"""Callbacks of one `fit`: the code in the loop that stands for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import libcst as cst

from transpiler.diagnostics import ASSUMED, DROPPED
from transpiler.emit.edits import Edit
from transpiler.emit.text import substitute_names
from transpiler.emit.training.callback_arguments import once_called, with_names
from transpiler.emit.training.callback_attributes import Asked
from transpiler.emit.training.changed_logs import check_unchanged_by_function
from transpiler.emit.training.conditions import check_lasting, condition_of, under
from transpiler.emit.training.evaluation_order import check_callback
from transpiler.emit.training.given_functions import given_function
from transpiler.emit.training.lasting import going_on
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.moments import (
    check_moment,
    is_set_meanwhile,
    sets_rate_then,
    source_of_function,
)
from transpiler.emit.training.named_parts import is_history
from transpiler.emit.training.own_callbacks import own_hooks
from transpiler.emit.training.own_instances import instance_of
from transpiler.interpret.control.perhaps import by_conditions
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Function as UserFunction
from transpiler.interpret.values import Sequence, Static, UserClass, Value
from transpiler.ir.expr import Configured, Expr, expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import STOPS, Fit, Hooks
from transpiler.lower.binding import Use, use_of
from transpiler.lower.data import sequence_of
from transpiler.lower.optimizers import own_schedule
from transpiler.record import replace
from transpiler.regex import regex

_PLACE = regex(r"[A-Za-z_][\w.]*")
_SETS = regex(r"\bsetattr\(|\.__setattr__\(")


def hooks_of(model: ModelWriter, call: TrainingCall, fit: Fit) -> list[Hooks]:
    """What stands in the loop for each of them, in the order of the program."""
    found: list[Hooks] = []
    for tests, item in _callbacks_of(call):
        made = item.expr.value if isinstance(item, Static) else None
        if any(hooks.swaps for hooks in found):
            fit = _seeing_averages(fit, made)
        if isinstance(made, UserClass) and isinstance(item, Static):
            hooks = own_hooks(model, fit, made, instance_of(model, call, made, item.expr))
        else:
            hooks = _by_rule(model, call, fit, item)
        if tests:
            place = made.place[0] if isinstance(made, Configured) and made.place else 0
            check_lasting(model.tree, tests, place)
            hooks = under(hooks, condition_of(tests))
            fit.sometimes.update(key for key, _ in hooks.logs)
        else:
            fit.logged.update(hooks.logs)
        fit.added.update((key, f'{fit.logs}["{key}"]') for key in hooks.adds)
        fit.perhaps.update(hooks.perhaps)
        found.append(hooks)
    stopping = [hooks for hooks in found if hooks.order >= STOPS or hooks.stops]
    _check_looking(found)
    if stopping and any(hooks.swaps for hooks in found):
        raise Unsupported("SwapEMAWeights between epochs, in a training that may stop early")
    for place, hooks in enumerate(found):
        looks = hooks.order == STOPS and any(f"{fit.logs}[" in line for line in hooks.epoch_end)
        if looks and any(h.adds or h.perhaps for h in found[place + 1 :]):
            raise Unsupported("what stops the training may monitor what a callback behind it adds")
    if sum(hooks.order == STOPS for hooks in stopping) > 1:
        stops = fit.free("stopped")
        found = [_asking(hooks, stops) if hooks.order == STOPS else hooks for hooks in found]
    return found


def _check_looking(found: list[Hooks]) -> None:
    """Refuse what looks at the stop of others: one of Keras's leaves the loop at once."""
    others = (
        h for h in found if h.order >= STOPS or (h.stops and "stop_training" not in h.stops[0])
    )
    if any(h.looks_at_stop for h in found) and any(True for _ in others):
        raise Unsupported("a callback that asks whether another one stops the training")


def _asking(hooks: Hooks, stops: str) -> Hooks:
    """A callback that asks to stop the training, where others shall see the epoch as well."""
    return replace(
        hooks,
        before=(f"{stops} = False", *hooks.before),
        epoch_end=tuple(re.sub(r"\bbreak$", f"{stops} = True", h) for h in hooks.epoch_end),
        stops=(f"if {stops}:", "    break"),
    )


#: Those that look at nothing of the model but its weights, at the end of an epoch.
_MAY_SEE_AVERAGES = (
    "CSVLogger", "LearningRateScheduler", "ModelCheckpoint", "ReduceLROnPlateau", "TensorBoard",
)  # fmt: skip


def _seeing_averages(fit: Fit, made: object) -> Fit:
    """What a callback sees behind one that gives the model the averages of its weights."""
    kind = made.name.rpartition(".")[2] if isinstance(made, Configured) else ""
    if kind not in _MAY_SEE_AVERAGES:
        raise Unsupported(f"{kind or 'a callback'} behind SwapEMAWeights, between epochs")
    return replace(fit, model=f"{fit.averages}.module")


def _callbacks_of(call: TrainingCall) -> Iterator[tuple[tuple[tuple[Static, bool], ...], Value]]:
    """What a call gives as callbacks, each with the conditions under which it does."""
    given = call.given.get("callbacks")
    if given is None or (isinstance(given.value, Static) and given.value.expr.is_const(None)):
        return
    value = given.value
    for item in value.items if isinstance(value, Sequence) else (value,):
        yield from by_conditions(item)


def before_history(call: TrainingCall) -> int | None:
    """How many callbacks stand before the program's own `History()`, None where it has none.

    What those behind it put into the values of an epoch never reaches the history.
    """
    found = enumerate(item for _, item in _callbacks_of(call))
    return next((place for place, item in found if is_history(item)), None)


def own_classes(calls: list[TrainingCall]) -> dict[int, UserClass]:
    """The classes of the program's own among what some calls are given, by their nodes.

    With those that they are derived from.
    """
    made = [i.expr.value for c in calls for _, i in _callbacks_of(c) if isinstance(i, Static)]
    made += [sequence_of(c.given.get(name)) for c in calls for name in ("x", "validation_data")]
    made += [own_schedule(c.given["optimizer"].value) for c in calls if "optimizer" in c.given]
    classes = (one for found in made if isinstance(found, UserClass) for one in found.lineage)
    return {id(one.node): one for one in classes}


def _by_rule(model: ModelWriter, call: TrainingCall, fit: Fit, item: Value) -> Hooks:
    """One of Keras's own."""
    if isinstance(item, Static) and not item.expr.known and _PLACE.fullmatch(item.expr.text):
        why = "a callback is only known at run time, or is the program's own"
        raise Unsupported(f"{why}: make what is in `{item.expr.text}` where `fit` is called")
    use = use_of(model.shared.file.rules.callbacks, "keras.callbacks", item, "a callback")
    for name, argument in use.others.items():
        if not argument.is_const(None):
            raise Unsupported(f"{use.symbol}: the argument {name} is not translated")
    if model.scheduler and use.symbol.endswith(_SETTING_RATES):
        raise Unsupported(f"{use.symbol}: a learning rate that is set while a schedule gives it")
    alone = False
    for name, argument in use.arguments.items():
        given = None if argument.known else given_function(model, argument.text)
        alone |= given is not None and given.remembers and not argument.text.isidentifier()
        source = given.made if given is not None else source_of_function(model, argument)
        check_moment(model, f"{use.symbol}: {name}", name, source)
    asked = Asked(model, call, use)
    if model.training.asks_steps and use.symbol.endswith("BackupAndRestore"):
        raise Unsupported("the number of steps, in a training that may have been interrupted")
    _gives_schedule(model, use)
    use, named = once_called(fit, use, partial(is_set_meanwhile, model.shared.file))
    model.named_calls |= named
    read = [one.text for one in use.arguments.values() if not one.known]
    check_callback(model.tree, call, {*named.values(), *read})
    if asked.places:
        kept = partial(asked.variable, taken=fit.taken)
        fit = replace(fit, asked=asked.attributes, free=kept)
    hooks: Hooks = with_names(use.build(fit), named)
    hooks = going_on(model, call, use.place, replace(hooks, alone=hooks.alone or alone))
    asked.answer(hooks.answers)
    if sets_rate_then(model, use.arguments.get("on_epoch_end")):
        hooks = replace(hooks, sets_rate=True)
    if not use.arguments.get("verbose", expr(0)).is_const(0, False):
        note = "what `verbose` has it print is left out"
        model.made.said.append((DROPPED, call.node, f"{use.symbol}: {note}"))
    path = use.arguments.get("filepath", expr("")).value
    renamed = isinstance(path, str) and path.endswith(_RENAMED)
    if renamed and _LISTS.search(model.tree.blanked):
        model.made.said.append((ASSUMED, call.node, f"{use.symbol}: {_NAMES}"))
    if hooks.note:
        model.made.said.append((DROPPED, call.node, f"{use.symbol}: {hooks.note}"))
    if hooks.warns:
        model.made.said.append((ASSUMED, call.node, f"{use.symbol}: {hooks.warns}"))
    return hooks


#: What a path that is written down ends in, where its file gets torch's name.
_RENAMED = (".h5", ".hdf5", ".keras")
_LISTS = regex(r"\b(?:i?glob|rglob|listdir|scandir|iterdir|walk)\(")
_NAMES = "its files are called `.pt` now, also to what lists them or reads their names"


#: Callbacks that set the rate; Keras 3 refuses them beside a schedule, Keras 2 drops that.
_SETTING_RATES = ("LearningRateScheduler", "ReduceLROnPlateau")


def _gives_schedule(model: ModelWriter, use: Use) -> None:
    """A function that gives a LearningRateScheduler gives the function that it calls, then."""
    text = use.arguments["schedule"].text if "schedule" in use.arguments else ""
    found = model.shared.file.schedule_makers.get(text.partition("(")[0])
    if found is not None:
        call, schedule = map(model.tree.span, found)
        model.made.once.append(Edit(*call, model.tree.text[slice(*schedule)]))
        model.made.vanishing.append(call)


def _method(model: ModelWriter, text: str) -> cst.FunctionDef | None:
    """The method of the class that a room belongs to, where some code names one: `self.decay`."""
    owner, name = model.room.owner, text.removeprefix("self.")
    if not owner or name == text:
        return None
    classes = [s for s in model.tree.module.body if isinstance(s, cst.ClassDef)]
    methods = [s for c in classes if c.name.value == owner for s in c.body.body]
    found = [s for s in methods if isinstance(s, cst.FunctionDef) and s.name.value == name]
    return found[0] if len(found) == 1 and not found[0].decorators else None


def _is_passed(model: ModelWriter, text: str) -> bool:
    """Whether it is a parameter of the function that trains, which has it all the time."""
    if isinstance(model.room.node, cst.Module) or not text.isidentifier():
        return False
    names = {parameter.name for parameter in parameters_of(model.room.node)}
    return text in names and not any(p.binds for p in model.shared.places(model.room, text)[1:])


def _check_logs(model: ModelWriter, function: Expr, place: int) -> None:
    """Refuse a function that changes the values of the epoch, which it gets at some place."""
    found, method = function.value, _method(model, function.text)
    node = method if method is not None else getattr(found, "node", None)
    if isinstance(node, (cst.FunctionDef, cst.Lambda)):
        names = [p.name.value for p in node.params.params][method is not None :]
        home = found.file if isinstance(found, UserFunction) and found.file else None
        tree = home.tree if home is not None else model.tree
        if place < len(names):
            check_unchanged_by_function(tree, tree.source(node), names[place])
        return
    given = given_function(model, model.named_calls.get(function.text, function.text))
    if given is not None:
        check_unchanged_by_function(model.tree, given.made, "logs")


def called(
    model: ModelWriter,
    function: Expr,
    arguments: tuple[str, ...],
    logs: str,
    values: dict[str, str],
) -> str:
    """A function of the program's own, applied to as many of the arguments as it takes."""
    found = function.value
    if logs in arguments:
        _check_logs(model, function, arguments.index(logs))
    if (method := _method(model, function.text)) is not None:
        taken = len(method.params.params) - 1
        return f"{function.text}({', '.join(arguments[:taken])})"
    if not isinstance(found, UserFunction):
        given = given_function(model, model.named_calls.get(function.text, function.text))
        if given is None:
            raise Unsupported("what a callback calls is not a function of the program")
        return f"{function.text}({', '.join(arguments[: given.takes])})"
    parameters = [p.name.value for p in found.node.params.params]
    if not isinstance(found.node, cst.Lambda) or _is_passed(model, function.text):
        return f"{function.text}({', '.join(arguments[: len(parameters)])})"
    pairs = dict(zip(parameters, arguments, strict=False))
    text = substitute_names(model.tree.source(found.node.body), pairs)
    if _SETS.search(text):
        raise Unsupported("a lambda that sets an attribute")
    if re.search(rf"(?<![\w.]){re.escape(model.variable)}[.(]", text):
        raise Unsupported("a lambda that asks the model")
    read = re.compile(rf"(?<![\w.]){logs}(?:\[|\.get\()([\"'])(\w+)\1[\])]")
    return read.sub(lambda match: values.get(match.group(2), match.group()), text)
