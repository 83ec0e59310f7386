"""Losses and metrics that are functions of the program: they become functions of torch tensors.

def rmse(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true)))

Also those that another function gives, `focal_loss(gamma=2.0)`, partial functions and lambdas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.constant_tensors import constant_tensors
from transpiler.interpret.functions.loss_parameters import losses_of
from transpiler.interpret.functions.own_metrics import (
    SUPER,
    class_of_metric,
    hands_on_places,
    interpret_metric,
    methods_of,
    statements_of,
)
from transpiler.interpret.functions.parameters import TARGETS, parameters_of
from transpiler.interpret.functions.summaries import summarize
from transpiler.interpret.functions.wishes import interpret_on_tensors, wish_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Mapping,
    Model,
    Partial,
    Sequence,
    Static,
    UserClass,
    Value,
    holds_tensor,
)
from transpiler.ir.expr import Configured, Expr, Symbol, expr
from transpiler.ir.tensor import Layout
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import words_in
from transpiler.source.patched_methods import patched


def class_of_loss(value: Value) -> UserClass | None:
    """The class of the program's own that a loss is an object of."""
    made = value.expr.value if isinstance(value, Static) else None
    if isinstance(made, UserClass) and made.bases[0] in ("keras.losses.Loss", "keras.Loss"):
        return made
    return None


def computes(made: UserClass) -> Function | None:
    """The method in which a class of a loss computes it."""
    methods = made.file.class_methods.get(made.name, {})
    found: Function | None = methods.get("call")
    return found


def patched_call(made: UserClass) -> str:
    """What gives a class of a loss another `call` than its method, "" if nothing does."""
    names = frozenset(one.name for one in made.lineage)
    return patched(made.file.tree.text, made.file.path, names, frozenset({"call", "__call__"}))


def in_wrapper(file: FileContext, value: Value) -> tuple[Value, Expr | None] | None:
    """The function in `MeanMetricWrapper(f, name="f")`, and its name; None for all else."""
    made = value.expr.value if isinstance(value, Static) else None
    if not isinstance(made, Configured) or made.name != "keras.metrics.MeanMetricWrapper":
        return None
    given = dict(zip(("fn", "name", "dtype"), made.args, strict=False)) | dict(made.kwargs)
    name = given.pop("name", expr(None))
    given.pop("dtype", None)
    function = given.pop("fn", expr(None))
    held = file.globals.get(function.text)
    if not isinstance(held, Function) or any(key.startswith("*") for key in given):
        return None
    arguments = tuple((key, Static(one)) for key, one in given.items())
    return (Partial(held, arguments) if arguments else held), name


def _unwrapped(file: FileContext, value: Value) -> Value:
    """Metrics with the functions in the place of what wraps them."""
    if isinstance(value, Sequence):
        return replace(value, items=tuple(_unwrapped(file, item) for item in value.items))
    if isinstance(value, Mapping):
        return Mapping({key: _unwrapped(file, item) for key, item in value.items.items()})
    found = in_wrapper(file, value)
    return value if found is None else found[0]


def functions_in(value: Value) -> Iterator[tuple[Function, tuple[Argument, ...]]]:
    """The functions among losses or metrics, however they are nested, and what they are given."""
    if isinstance(value, Function):
        yield value, ()
    elif isinstance(value, Partial) and isinstance(value.callee, Function):
        yield value.callee, value.arguments
    elif (made := class_of_loss(value)) is not None and (method := computes(made)) is not None:
        yield method, ()
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from functions_in(item)
    elif isinstance(value, Mapping):
        for item in value.items.values():
            yield from functions_in(item)


def metrics_in(value: Value) -> Iterator[UserClass]:
    """The classes of metrics of the program's own, however they are nested."""
    items = value.items if isinstance(value, Sequence) else ()
    items = tuple(value.items.values()) if isinstance(value, Mapping) else items
    for item in items:
        yield from metrics_in(item)
    if (made := class_of_metric(value)) is not None:
        yield made


@provides("own_losses")
def interpret_own(
    region: Region, model: Model, value: Value, compiles: TrainingCall
) -> dict[int, Summary]:
    """What such functions compute of targets and outputs, by the ids of their nodes."""
    of_classes = "loss" in compiles.given and _takes_classes(region, compiles.given["loss"].value)
    output = model.outputs
    if isinstance(output, Sequence) and output.items:
        output = output.items[0]
    found: dict[int, Summary] = {}
    if not isinstance(output, Bound):
        return found
    given = replace(output, tensor=replace(output.tensor, layout=Layout.LAST, mask=None))
    if compiles.name == "compile":
        region.file.compared.append((given, of_classes))
    for made in metrics_in(value):
        method = methods_of(made).get("update_state")
        if method is not None and made.file is region.file:
            targets = _targets(region.file, method, given, of_classes)
            found |= interpret_metric(region, made, targets, given)
    values: list[Value] = [*losses_of(compiles, value)] or [_unwrapped(region.file, value)]
    for function, arguments in (pair for one in values for pair in functions_in(one)):
        home = region if function.file in (None, region.file) else function.file.module
        if home is not None and _is_plain(home, function, arguments):
            own = bool(function.owner) and not is_static(function)
            bound: dict[str, Value] = {"self": Static(Expr("self"))} if own else {}
            first = [held for name, held in arguments if name is None]
            bound |= tensors_of(home.file, function, given, of_classes, own + len(first))
            names = (p.name for p in parameters_of(function.node))
            bound |= dict(zip(names, first, strict=False))
            if home is not region and first:
                continue
            if home is not region:
                found |= _of_another_file(region, function, bound)
                continue
            bound |= {name: held for name, held in arguments if name is not None}
            try:
                summary = summarize(region.file, function, bound, region)
            except GiveUp:
                continue
            if summary.kind == "operation":
                region.operations_used.append(summary)
                found[id(function.node)] = summary
                if function.maker is not None or function.owner or is_bound(function):
                    region.file.kept_closures.add(id(function.node))
    return found


def tensors_of(
    file: FileContext, function: Function, output: Bound, of_classes: bool, start: int = 0
) -> dict[str, Value]:
    """What a function of targets and outputs gets of a model, by its parameters from one on."""
    names = [p.name for p in parameters_of(function.node)][start : start + 2]
    seen = (_targets(file, function, output, of_classes), output)
    return {n: replace(one, source=TARGETS) for n, one in zip(names, seen, strict=True)}


def _of_another_file(
    region: Region, function: Function, bound: dict[str, Value]
) -> dict[int, Summary]:
    """What a function of another file computes, which is told what it gets."""
    wish = wish_of(function, bound)
    summary = interpret_on_tensors(function, bound) if wish is not None else None
    if summary is None:
        return {}
    region.file.wanted += [wish, *function.file.onward]
    return {id(function.node): summary}


#: Losses whose targets are classes, one integer in the place of the last axis.
_COMPARES_CLASSES = regex(r"\b(arg_?max|one_hot|to_categorical)\b")
_SPARSE = regex(r"\b(sparse_categorical|SparseCategorical|sparse_softmax)")


def _takes_classes(region: Region, loss: Value) -> bool:
    """Whether a loss wants classes as targets, one integer for each."""
    made = loss.expr.value if isinstance(loss, Static) else loss
    name = made.name if isinstance(made, (Configured, Symbol, Framework)) else made
    if isinstance(loss, (Sequence, Mapping)) or isinstance(name, str):
        return isinstance(name, str) and "sparse" in name.lower()
    functions = functions_in(_unwrapped(region.file, loss))
    return any(_compares_classes(region.file, function) for function, _ in functions)


def _compares_classes(file: FileContext, function: Function) -> bool:
    """Whether a function hands its targets to a loss of Keras that wants classes."""
    source = (function.file or file).tree.source(function.node)
    held = (file.globals.get(word) for word in words_in(source))
    losses = (v.expr.value for v in held if isinstance(v, Static))
    names = [loss.name for loss in losses if isinstance(loss, Configured)]
    return any(map(_SPARSE.search, (source, *names)))


def _targets(file: FileContext, function: Function, output: Bound, of_classes: bool) -> Bound:
    """What the targets look like: as the output, or as its classes."""
    dims = output.tensor.dims
    source = (function.file or file).tree.source(function.node)
    if dims and of_classes and _COMPARES_CLASSES.search(source):
        return replace(output, tensor=replace(output.tensor, dims=dims[:-1], dtype="int64"))
    if not dims or not _compares_classes(file, function):
        return output
    return replace(output, tensor=replace(output.tensor, dims=dims[:-1], dtype="int64"))


#: What a class of a loss may not say: how single numbers are reduced, or what else Keras knows.
_OF_KERAS = regex(r"\breduction\b|\bsuper\([^)]*\)\.(?!__init__\()|@|\bself\.(fn|dtype|name)\b")


def is_plain_loss(file: FileContext, method: Function) -> bool:
    """Whether a class does nothing but keep settings, and compute with them."""
    made = next(c for c in file.user_classes if c.name == method.owner)
    parts = [s for s in made.node.body.body if getattr(s, "name", None) is not None]
    named = {s.name.value: s for s in parts if isinstance(s, cst.FunctionDef)}
    others = named.keys() - {"__init__", "call", "get_config"}
    names = [p.name for p in parameters_of(method.node)]
    made_by = methods_of(made).get("__init__")
    texts = [file.tree.source(s) for s in statements_of(made_by)] if made_by is not None else []
    texts = [text for text in texts if not SUPER.match(text)]
    texts += [file.tree.source(named["call"])] if "call" in named else []
    kept = sum(
        re.search(rf"\b{made.name}\b", file.tree.source(c.node.bases[0])) is not None
        for c in file.user_classes
        if c.node.bases
    )
    return (
        not others
        and len(names) == 3
        and names[0] == "self"
        and not kept
        and not hands_on_places(made)
        and not any(map(_OF_KERAS.search, texts))
    )


def is_bound(function: Function) -> bool:
    """Whether it is a method of the object that compiles a model with it, or one of a class."""
    written = function.static.text if function.static is not None else ""
    if not function.owner and is_static(function):
        return written in (f"self.{function.name}", f"{function.nested_in}.{function.name}")
    return bool(function.owner) and written.startswith("self.")


def is_static(function: Function) -> bool:
    """Whether it is a method without `self`."""
    marks = function.node.decorators if isinstance(function.node, cst.FunctionDef) else ()
    return any(isinstance(m.decorator, cst.Name) for m in marks) and not function.of_class


def _is_plain_method(region: Region, function: Function) -> bool:
    """Whether a method takes targets and outputs, and nobody but `compile` asks for it."""
    assert isinstance(function.node, cst.FunctionDef)
    marks = [region.tree.source(mark.decorator) for mark in function.node.decorators]
    required = [p for p in parameters_of(function.node) if p.default is None]
    called = re.compile(rf"\.{re.escape(function.name)}\(")
    return (
        marks in ([], ["staticmethod"])
        and len(required) == 3 - bool(marks)
        and not any(p.star for p in required)
        and id(function.node) not in region.file.lifted
        and called.search(region.tree.blanked) is None
        and (not marks or not _is_patched(region.file, function))
    )


def _is_patched(file: FileContext, function: Function) -> bool:
    """Whether something gives a class another function than its static method."""
    methods = frozenset({function.name})
    return patched(file.tree.text, file.path, frozenset({function.nested_in}), methods) != ""


def _computes_with_lists(region: Region, function: Function) -> bool:
    """Whether it computes with a list or an array that the function around it got.

    Where the text shows it to be one, it becomes a tensor beside a tensor.
    """
    outer = function.outer
    known = {name for name, _, _ in constant_tensors(outer)} if outer is not None else set()
    if others := {*function.lists} - known:
        from transpiler.source.array_values import array_values  # few losses get one

        values = array_values(region.tree.text, region.file.path)
        known |= {name for name in others if values.may_hold(name)}
    names = "|".join(sorted({*function.lists} - known))
    used = re.compile(rf"(?<![\w.])(?:{names})\b(?!\s*[\[=])")
    return bool(names) and used.search(region.tree.source(function.node.body)) is not None


def _is_plain(region: Region, function: Function, arguments: tuple[Argument, ...]) -> bool:
    """Whether it is a function of this module that takes targets and outputs."""
    here = function.file is None or function.file is region.file
    if is_bound(function):
        return here and _is_plain_method(region, function)
    if function.owner:
        return here and is_plain_loss(region.file, function)
    alone = not function.nested_in or function.maker is not None
    inside = id(function.node) in region.file.lifted or isinstance(function.node, cst.Lambda)
    if not here or not alone or (function.maker is not None and inside):
        return False
    if function.maker is not None and _computes_with_lists(region, function):
        return False
    given = {name for name, _ in arguments}
    if any(holds_tensor(value) for _, value in arguments):
        return False
    parameters = parameters_of(function.node)[sum(name is None for name, _ in arguments) :]
    required = [p for p in parameters if p.default is None and p.name not in given]
    return [p.name for p in required] == [p.name for p in parameters[:2]] and not any(
        p.star for p in required
    )
