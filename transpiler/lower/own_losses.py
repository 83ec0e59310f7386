"""Losses and metrics that are functions of the program, as the loop calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.constant_tensors import constant_tensors
from transpiler.interpret.functions.loss_parameters import given_by_others, losses_of
from transpiler.interpret.functions.own_losses import (
    class_of_loss,
    computes,
    in_wrapper,
    is_bound,
    patched_call,
)
from transpiler.interpret.functions.wishes import name_at_home, name_of
from transpiler.interpret.layers.names import snake_case
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Bound, Function, Partial, Static, UserClass, Value
from transpiler.ir import tokens
from transpiler.ir.code import Line, Return
from transpiler.ir.expr import LAMBDA, POSTFIX, TERNARY, Expr, call, infix, method
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.ir.training import Loss, Metric, Prediction, Targets
from transpiler.lower.loss_reductions import sums_up, without_reduction
from transpiler.lower.predictions import (
    COLUMN,
    activated,
    column_note,
    is_column,
    is_steady,
    takes_classes,
)
from transpiler.passes.liveness import walk
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.made_later import asks_model, why_another


def is_own(value: Value) -> bool:
    """Whether a loss or metric is a function of the program's own."""
    function = value.callee if isinstance(value, Partial) else value
    return isinstance(function, Function) or class_of_loss(value) is not None


def is_own_loss(call: TrainingCall, value: Value) -> bool:
    """The same of a loss, or of those of which the program picks one."""
    return is_own(value) or bool(losses_of(call, value))


def own_loss(
    file: FileContext, compiles: TrainingCall, value: Value, seen: Prediction, beside: bool = False
) -> Loss:
    """A function of targets and outputs, in this order; what it gives is averaged.

    `beside` others: Keras 3 then leaves targets without an axis for their one number as they are.
    """
    handed: list[Value] = [*losses_of(compiles, value)]
    looped = (r.given["loss"].value for r in compiles.rounds if "loss" in r.given)
    values = handed or [value, *looped]
    if not handed and (name := given_by_others(compiles, value)):
        raise Unsupported(f"the loss is `{name}`, for which other files may give another one")
    functions = {id(f.node): f for f in map(_function, values)}
    summaries = [_summary(compiles, function) for function in functions.values()]
    text = compiles.given["loss"].text
    if handed:
        criterion = Expr(text, names=frozenset(compiles.given["loss"].versions))
    elif len(functions) > 1:  # a loop over losses: its variable holds the one of the round
        criterion = Expr(text)
        if not text.isidentifier():
            raise Unsupported("which loss it is depends on the round of a loop")
    elif isinstance(value, (Partial, Static)):
        if value is not compiles.given["loss"].value:  # one of several, for one of the outputs
            text = _partial(file, value) if isinstance(value, Partial) else value.expr.text
        _check_later(file, compiles, value, text)
        criterion = Expr(without_reduction(file, value, text))
    else:
        criterion = code_of(file, summaries[0], _function(value))
        if criterion is _function(value).maker:
            _check_later(file, compiles, value, criterion.text)
    averaged = {_of(summary).number for summary in summaries}
    classes = {takes_classes(summary, seen) for summary in summaries}
    if (len(averaged) > 1 and seen.elementwise) or len(classes) > 1:
        raise Unsupported("some of the losses are means, or take classes, others do not")
    summed = {sums_up(file, v) for v in values}
    if len(summed) > 1:
        raise Unsupported("some of the losses are sums, others are not")
    # with weights, Keras 3 gives the mean of the number times each of them; Keras 2 fails
    whole = seen.elementwise and all(_of(summary).number for summary in summaries)
    whole = whole and file.options.keras != "2" and summed == {False}
    weighed = seen.elementwise and not whole
    each = {_for_weights(summary, seen) for summary in summaries} if weighed else summed
    if len(each) > 1:
        raise Unsupported("some of the losses are means of rows, others are not")
    targets = Targets.CLASSES if classes.pop() else Targets.LIKE
    notes = []
    # Keras 3 gives what a class computes its targets as they are, unlike a function
    as_given = file.options.keras != "2" and not seen.column
    of_class = as_given and any(map(class_of_loss, values))
    for function, summary in zip(functions.values(), summaries, strict=True):
        by_row = _of(summary).dims == () and not _is_mean(summary)
        if is_column(seen) and (by_row or of_class or (beside and _of(summary).number)):
            notes.append(f"`{function.owner or _named(function)}`: {COLUMN}")
    return Loss(
        criterion,
        targets,
        per_sample=next(iter(each)),
        targets_first=True,
        averaged=averaged == {True},  # the mean of a number is the number
        whole=whole,
        summed=next(iter(summed)),
        note=next(iter(notes), ""),
        given=isinstance(value, Function) and bool(handed),
    )


def takes_parts(summaries: Iterable[Summary]) -> bool:
    """Whether some functions take some of the numbers that a row of the targets may have."""
    for summary in summaries:
        targets = re.escape(next(iter(summary.tensors), " "))
        parts = re.compile(
            rf"(?<![\w.]){targets}(?:\[[^\]]*,|\.(?:chunk|split|unbind|narrow|select)\()"
            rf"|\b(?:chunk|split|unbind|gather|index_select)\({targets}\b"
        )
        texts = (
            n.text if isinstance(n, Line) else n.value.text
            for n in walk(summary.forward)
            if isinstance(n, (Line, Return))
        )
        if any(map(parts.search, texts)):
            return True
    return False


def _for_weights(summary: Summary, seen: Prediction) -> bool:
    """Whether it gives a number for each row, without an axis; several of a row have no weights."""
    result = _of(summary)
    if result.number:
        raise Unsupported("weights of samples with a loss that is one number for a whole batch")
    rank = None if result.dims is None else result.rank
    if rank == seen.rank and rank is not None and seen.units == 1:
        return False
    if rank is None or rank != (seen.rank or 0) - 1 or _may_be_longer(summary):
        raise Unsupported("weights of samples with a loss of which it is not known what it gives")
    return True


def own_metric(
    file: FileContext, compiles: TrainingCall, value: Value, seen: Prediction
) -> tuple[str, Metric]:
    """The mean over the samples, or over the batches where it gives one number for a batch.

    Also its key in the history.
    """
    name: Expr | None = None
    if (found := in_wrapper(file, value)) is not None:
        value, name = found
    function = _function(value)
    key = _key(file, value, function, name)
    summary = _summary(compiles, function)
    if seen.classes != takes_classes(summary, seen):
        raise Unsupported(f"`{key}` with {'' if seen.classes else 'no '}classes as targets")
    result = _of(summary)
    note = column_note(key, summary, seen)
    if _is_lambda(function):
        each = _inserted(summary, seen)
    else:
        first, given = _arguments(file, value)
        code = _everywhere(file, summary, function)
        each = call(code, *first, seen.targets, activated(seen), **given)
    label, variable = key.replace("_", " "), re.sub(r"\W", "_", f"{key}_sum")
    if result.number:
        value_of_batch = method(each, "item")
        return key, Metric(key, ((variable, value_of_batch),), "{0} / {batches}", label, note=note)
    if result.dims is None:
        raise Unsupported(f"how many numbers `{key}` gives is not known")
    if result.dims == () and not (seen.open or _may_be_longer(summary)):
        value_of_batch = method(method(each, "sum"), "item")
    else:
        mean = method(method(each, "mean"), "item")
        value_of_batch = infix(mean, "*", Expr("len(inputs)", strength=18))
    return key, Metric(key, ((variable, value_of_batch),), label=label, note=note)


def _function(value: Value) -> Function:
    made = class_of_loss(value)
    if made is not None and (found := patched_call(made)):
        raise Unsupported(f"`{made.name}`: {found}")
    function = computes(made) if made is not None else value
    function = value.callee if isinstance(value, Partial) else function
    if not isinstance(function, Function):
        raise Unsupported("a class of a loss without `call`")
    return function


def _key(file: FileContext, value: Value, function: Function, name: Expr | None) -> str:
    """What Keras calls the values of a metric that is a function."""
    if name is not None:  # of what wraps it
        found = "mean_metric_wrapper" if name.is_const(None) else name.value if name.known else None
    elif isinstance(value, Partial):
        found = None if "__name__" in file.tree.words else "partial"
    else:
        home: FileContext = function.file if function.file is not None else file
        found = home.function_names.get(id(function.node), function.name)
        found = found and _as_keras_calls(file, found)
    if isinstance(value, Static) or not isinstance(found, str):
        raise Unsupported(f"the name of the metric `{_named(function)}` is not known")
    return found


def _as_keras_calls(file: FileContext, name: str) -> str:
    """The name of a function in the history: Keras 3 writes it small, `diceCoef` as `dice_coef`.

    A program that asks for it as it is written was made for Keras 2.
    """
    asked = re.search(rf"""["'](?:val_)?{re.escape(name)}["']""", file.tree.text)
    if file.options.keras == "2" or asked is not None:
        return name
    return snake_case(name)


def _arguments(file: FileContext, value: Value) -> tuple[list[Expr], dict[str, Expr]]:
    """What a partial function gets, by position and by name."""
    arguments = value.arguments if isinstance(value, Partial) else ()
    given = [(name, steady(file, held)) for name, held in arguments]
    return [e for name, e in given if name is None], {n: e for n, e in given if n is not None}


def _check_later(file: FileContext, compiles: TrainingCall, value: Value, text: str) -> None:
    """Refuse a loss that is made anew where `compile` gets it, and would be another one then."""
    if asks_model(text):
        raise Unsupported(f"the loss `{text}` asks a model: give what it is told a variable")
    made = class_of_loss(value)
    of = file.tree.source(made.node) if made is not None and made.file in (None, file) else ""
    end = file.tree.span(compiles.node)[0]
    if why := why_another(file.path, file.tree.text, text, of, end):
        raise Unsupported(f"{why} changes what the loss `{text}` is: give it a variable")


def _partial(file: FileContext, value: Partial) -> str:
    """A partial function, as the program would write one by itself."""
    first, given = _arguments(file, value)
    name = "functools.partial" if "functools.partial(" in file.tree.text else "partial"
    return call(name, Expr(_named(_function(value))), *first, **given).text


def steady(file: FileContext, value: Value) -> Expr:
    """An argument, as the functions that train and evaluate can write it."""
    if not isinstance(value, Static):
        raise Unsupported("a metric that gets something else than numbers and strings")
    for name, _ in value.expr.names:
        if not is_steady(file, name):
            raise Unsupported(f"a metric that depends on `{name}`: give it a name")
    return value.expr


def _inserted(summary: Summary, seen: Prediction) -> Expr:
    """What a lambda computes, of targets and outputs as the loop calls them."""
    last = summary.forward[-1] if summary.forward else None
    if len(summary.forward) != 1 or not isinstance(last, Return):
        raise Unsupported("a lambda that needs several statements: write it as a function")
    if summary.region is not None and summary.region.operations_used:
        raise Unsupported("a lambda that calls functions of the program's own")
    if re.search(tokens.ANY_CHARACTER, last.value.text):
        raise Unsupported("a lambda that calls what is not one function of torch")
    names = [p.name for p in summary.parameters[:2]]
    values = dict(zip(names, (seen.targets.text, activated(seen).wrapped(POSTFIX)), strict=True))
    others = {name for name, _ in last.value.names} - {*names}
    if others or len(summary.parameters) > 2:
        raise Unsupported("a lambda that reads what is outside of it: write it as a function")
    words = re.compile(rf"(?<![\w.])(?:{'|'.join(names)})\b(?!=)")
    text = words.sub(lambda match: values[match.group()], last.value.text)
    return replace(last.value, text=text)


def _is_lambda(function: Function) -> bool:
    return function.name == "<lambda>"


def _named(function: Function) -> str:
    return function.name.strip("<>")


def code_of(file: FileContext, summary: Summary, function: Function) -> Expr:
    """How the function is written where it is given to Keras."""
    if _is_lambda(function):
        return _lambda(file, summary)
    if is_bound(function) and function.static is not None:
        return function.static
    if function.maker is None:
        if not (name := name_of(file, function)):
            raise Unsupported(f"`{function.name}` is imported inside of a function")
        return Expr(name)
    held = file.globals.get(function.static.text) if function.static is not None else None
    if isinstance(held, Function) and held.node is function.node and _is_current(file, function):
        return Expr(function.static.text if function.static is not None else "")
    return function.maker


def _everywhere(file: FileContext, summary: Summary, function: Function) -> Expr:
    """The same, as the functions that train and evaluate can write it."""
    of_class = isinstance(file.globals.get(function.nested_in), UserClass)
    if is_bound(function) and not (
        of_class
        and function.static is not None
        and function.static.text.startswith(f"{function.nested_in}.")
    ):
        raise Unsupported(f"the metric `{function.name}` is a method: write it as a function")
    code = code_of(file, summary, function)
    known = ((name, file.globals.get(name)) for name, _ in code.names)
    changing = [name for name, held in known if not isinstance(held, (Function, UserClass))]
    if changing:
        raise Unsupported(f"the metric `{code}` depends on `{min(changing)}`: give it a name")
    return code


def _is_current(file: FileContext, function: Function) -> bool:
    """Whether the variable that holds it is never given another one."""
    scope = file.module.scope if file.module is not None else None
    return function.static is not None and scope is not None and scope.current(function.static)


def _lambda(file: FileContext, summary: Summary) -> Expr:
    """A lambda as torch has it."""
    last = summary.forward[-1] if summary.forward else None
    if len(summary.forward) != 1 or not isinstance(last, Return):
        raise Unsupported("a lambda that needs several statements: write it as a function")
    defaults = [p.default and f"={file.tree.source(p.default)}" for p in summary.parameters]
    pairs = zip(summary.parameters, defaults, strict=True)
    parameters = ", ".join(f"{p.name}{default or ''}" for p, default in pairs)
    body = last.value.wrapped(TERNARY)
    for called in summary.region.operations_used if summary.region is not None else ():
        own = [s for s in file.summaries.values() if s.function.node is called.function.node]
        if len({id(s) for s in own}) == 1 and not called.function.nested_in:
            body = body.replace(called.class_token, called.function.name)
    if re.search(tokens.ANY_CHARACTER, body):
        raise Unsupported("a lambda that calls what is not one function of torch")
    helpers = last.value.helpers
    return Expr(f"lambda {parameters}: {body}", None, LAMBDA, helpers=helpers)


_REDUCES = regex(r"\.(sum|mean|amax|amin|max|min|prod|norm|std|var|logsumexp|cumsum)\(")


#: What makes an axis of another length than the batch's.
_LENGTHENS = regex(r"\.flatten\(\)|\.reshape\(|\.view\(|\[")


def _may_be_longer(summary: Summary) -> bool:
    """Whether the only axis of what it gives may be another one than the batch."""
    called = summary.region.operations_used if summary.region is not None else []
    texts = [n.value.text if isinstance(n, Return) else str(n) for n in summary.forward]
    return any(map(_LENGTHENS.search, texts)) or any(map(_may_be_longer, called))


def _is_mean(summary: Summary) -> bool:
    """Whether it gives a mean over the last axis, whose mean is that of all numbers anyway."""
    texts = [n.value.text if isinstance(n, Return) else str(n) for n in summary.forward]
    reductions = sum(len(_REDUCES.findall(text)) for text in texts)
    return reductions == 1 and re.search(r"\.mean\(-?1\)$", texts[-1]) is not None


def _summary(compiles: TrainingCall, function: Function) -> Summary:
    summary = compiles.own.get(id(function.node))
    outer = function.outer
    made = {name for name, _, _ in constant_tensors(outer)} if outer is not None else set()
    lists = [name for name in function.lists if name not in made]
    if summary is None and lists:
        raise Unsupported(
            f"`{function.name}` is not understood as a function of tensors: make a tensor of "
            f"`{lists[0]}` in the function around it, as K.constant does"
        )
    if summary is None or not isinstance(summary.result, Bound):
        raise Unsupported(f"`{_named(function)}` is not understood as a function of tensors")
    file = compiles.region.file if compiles.region is not None else None
    if file is not None and file.agrees is not None and function.file not in (None, file):
        name = name_at_home(function)
        if made and file.distribution is not None:
            why = f"`{min(made)}` of `{name}` is on another device than one of the processes"
            raise Unsupported(why)
        if not file.agrees(function.file.path, name):
            raise Unsupported(f"`{name}` is not converted to a function of tensors in its file")
    return summary


def _of(summary: Summary) -> Tensor:
    """What it gives."""
    assert isinstance(summary.result, Bound)
    return summary.result.tensor
