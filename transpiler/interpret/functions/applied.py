"""Functions that a data set applies to each of its elements: they work on torch tensors then.

def scale(image, label):
    return tf.cast(image, tf.float32) / 255.0, tf.one_hot(label, 10)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.again import gives_else, refuse_traced, runs_python
from transpiler.interpret.calls.far_lambdas import refuse_far_lambda
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.augmenting import by_models
from transpiler.interpret.functions.kept_sizes import with_kept_sizes
from transpiler.interpret.functions.optional import is_way_of, lacking_part, value_without
from transpiler.interpret.functions.parameters import ELEMENT, parameters_of
from transpiler.interpret.functions.summaries import summarize
from transpiler.interpret.functions.windows import whole_windows
from transpiler.interpret.late_binding import changed_later
from transpiler.interpret.region import Region
from transpiler.interpret.stale import OTHER, caught
from transpiler.interpret.statics import one_line
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import (
    Bound,
    Function,
    Mapping,
    Sequence,
    Static,
    Unknown,
    Value,
)
from transpiler.ir import tokens
from transpiler.ir.code import If, Line, Node, Return
from transpiler.ir.expr import TERNARY, Expr, index
from transpiler.ir.pipeline import Applied, Element, Leaf, Pipeline
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.passes.liveness import walk
from transpiler.record import replace
from transpiler.regex import regex

_DRAWS = regex(r"\btorch\.(?:rand\w*|bernoulli|normal|multinomial)\(|\.(?:uniform|normal)_\(")
_READ = regex(r"\bPath\((\w+)\)\.read_bytes\(\)|\b(\w+)\.split\((?:os\.|[\"'])")
_TOKEN = regex(tokens.ANY_CHARACTER)
#: Parameters for functions that give a number, or a truth, of each element.
_OF_NUMBERS = frozenset({"predicate", "reduce_func", "element_length_func"})


@provides("applied_function")
def applied_function(region: Region, function: Function, dataset: Pipeline, parameter: str) -> Expr:
    """A function as torch has it, with what it gives for an element of the data set."""
    name = changed_later(region, function)
    later = f"`{name}` gets another value later; TensorFlow keeps the one of now"
    if function.file not in (None, region.file):
        if name:
            raise Unsupported(later)
        if not function.owner:  # it may come to this file, where it is known what it gets
            region.file.lent[id(function.node)] = function
        raise Unsupported(f"`{function.name}` of another file")
    if dataset.windows is not None:
        return whole_windows(region, function)
    element = dataset.element
    if name:
        raise Unsupported(later)
    if region.statement is not None and (name := caught(region, region.statement, function)):
        raise Unsupported(f"`{name}`, of which the function is made, {OTHER}")
    if not runs_python(region, function):
        refuse_traced(region, function)
    if (by_model := by_models(region, function, dataset)) is not None:
        return by_model
    parts = element if isinstance(element, tuple) else (element,)
    names = _names(function, len(parts))
    given = {n: _value(n, part) for n, part in zip(names, parts, strict=True)}
    if function.owner:
        this = parameters_of(function.node)[0].name
        given[this] = Static(Expr(this))
    summary = summarize(region.file, function, given, region)
    if summary.kind == "failed":
        if (texts := _as_texts(region, function, dict(zip(names, parts, strict=True)))) is None:
            raise Unsupported(f"`{function.name}`: {summary.reason}")
        _forget(region, summary)
        told = tuple(texts.values()) if isinstance(element, tuple) else next(iter(texts.values()))
        made = applied_function(region, function, replace(dataset, element=told), parameter)
        known = [p.array for p in texts.values() if isinstance(p, Leaf) and p.dtype == "text"]
        assert isinstance(made.value, Applied)
        return replace(made, value=replace(made.value, strings=(*made.value.strings, *known)))
    if summary.kind == "block":
        _forget(region, summary)
        raise Unsupported(f"`{function.name}` runs layers with weights or randomness of their own")
    if summary.kind != "operation" or summary.region is None or summary.result is None:
        if parameter == "element_length_func" and isinstance(summary.result, Static):
            return _length(region, function, summary.result.running)
        return _of_plain_values(region, function, names, parts, summary)
    try:
        return _of_tensors(region, function, dict(zip(names, parts, strict=True)), given, summary,
                           parameter in _OF_NUMBERS)  # fmt: skip
    except Unsupported:
        if function.owner:  # a method that stays as it is can't stand outside of its class
            _forget(region, summary)
        raise


def _of_tensors(
    region: Region,
    function: Function,
    held: dict[str, Element],
    given: dict[str, Value],
    summary: Summary,
    chooses: bool,
) -> Expr:
    """A function that computes with tensors; `chooses`, where it says which samples stay."""
    assert summary.region is not None
    assert summary.result is not None
    _check(summary, given)
    lacking = lacking_part(summary)
    result = value_without(summary, lacking) if lacking else summary.result
    if result is None:
        raise Unsupported(f"`{function.name}` is not known without `{lacking}`")
    found = Leaf() if chooses else with_kept_sizes(_element(result, held), summary, held)
    texts = [_text(node) for node in walk(summary.forward)]
    names_of_files = _names_of_files(summary)
    strings = [p.array for n, p in held.items() if n in names_of_files and isinstance(p, Leaf)]
    draws = _draws(summary)
    of_python = runs_python(region, summary.function) and gives_else(region, summary.function)
    dicts = [re.escape(name) for name, part in held.items() if isinstance(part, dict)]
    puts = re.compile(rf"(?:{'|'.join(dicts) or '(?!)'})\[[^=]*\] = ")
    changes = any(puts.match(text) for text in texts)
    read = tuple(filter(None, strings))
    applied = Applied(found, draws or of_python, of_python, changes, read)
    helpers = summary.region.helpers_used
    region.settled |= summary.region.decoded
    if isinstance(function.node, cst.Lambda):
        refuse_far_lambda(region, function)
        return _lambda(region, function.node, summary, applied)
    _check_alone(region, summary, held)
    if not chooses:
        _without_part(region, summary, given)
    if function.static is not None and "." in function.static.text:  # it stays in its class
        region.file.kept_closures.add(id(function.node))
    elif _is_inner(region, function):  # in the function around it, whose variables it may read
        region.file.kept_closures.add(id(function.node))
        _emit_all(region, [summary])
    return replace(_reading(region, function), value=applied, helpers=helpers)


def _is_inner(region: Region, function: Function) -> bool:
    """Whether a function stands inside of another one."""
    return bool(function.nested_in) and function.nested_in not in region.file.class_methods


def _draws(summary: Summary) -> bool:
    """Whether a function, or one that it calls, draws random numbers."""
    assert summary.region is not None
    texts = (_text(node) for node in walk(summary.forward))
    return any(map(_DRAWS.search, texts)) or any(map(_draws, summary.region.operations_used))


def _without_part(region: Region, summary: Summary, given: dict[str, Value]) -> None:
    """A function that also takes elements without their last part goes on doing so."""
    optional = [p.name for p in parameters_of(summary.function.node) if p.default is not None]
    lacking = next((n for n in reversed(given) if n in optional), "")
    if not lacking or summary.function.owner:
        return
    rest = {name: value for name, value in given.items() if name != lacking}
    both = summarize(region.file, summary.function, rest, region)
    if not is_way_of(summary, both):
        _forget(region, both)
        raise Unsupported(f"`{summary.function.name}` does something else without `{lacking}`")
    _emit_all(region, [summary, both])


def _reading(region: Region, function: Function) -> Expr:
    """How the program refers to a function: by its name, or as `self.parse`."""
    return function.static or region.scope.read(function.name)


def _as_texts(
    region: Region, function: Function, held: dict[str, Element]
) -> dict[str, Element] | None:
    """The parts of an element, where a function makes numbers of the words of some of them."""
    source = (function.file or region.file).tree.source(function.node)
    makers = [
        name
        for name, value in region.file.globals.items()
        if isinstance(value, Static)
        and isinstance(value.expr.value, Applied)
        and value.expr.value.of_texts
    ]
    read = {text for name in makers for text in re.findall(rf"\b{name}\((\w+)\)", source)}
    found = {
        name: replace(part, dtype="text")
        for name, part in held.items()
        if name in read and isinstance(part, Leaf) and not part.dtype and part.array
    }
    return {**held, **found} if found else None


def _forget(region: Region, summary: Summary) -> None:
    """No class is made of a function that stays as it is."""
    summaries = region.file.summaries
    for key in [key for key, known in summaries.items() if known is summary]:
        del summaries[key]


def _names_of_files(summary: Summary) -> set[str]:
    """The parameters of a function that it, or one that it calls, reads a file of."""
    assert summary.region is not None
    text = "\n".join(_text(node) for node in walk(summary.forward))
    found = {a or b for a, b in _READ.findall(text)} | summary.region.file_names
    for inner in summary.region.file.summaries.values():
        if inner is summary or inner.kind != "operation":
            continue
        order = [parameter.name for parameter in inner.parameters]
        for call in re.finditer(rf"{inner.class_token}\(([^()]*)\)", text):
            given = zip(order, call.group(1).split(", "), strict=False)
            found |= {value for name, value in given if name in _names_of_files(inner)}
    return found


def _names(function: Function, count: int) -> list[str]:
    """The parameters that get the parts of an element."""
    parameters = parameters_of(function.node)[bool(function.owner) :]
    required = [p for p in parameters if p.default is None and not p.star]
    starred = any(p.star == "*" for p in parameters)
    if starred or not len(required) <= count <= len(parameters):
        name = "lambda" if isinstance(function.node, cst.Lambda) else function.name
        raise Unsupported(f"`{name}` does not take the {count} parts of an element one by one")
    return [p.name for p in parameters[:count]]


def _value(name: str, part: Element) -> Value:
    """A part of an element as the function sees it."""
    if isinstance(part, Leaf) and part.dtype == "text":
        return Static(Expr(name, part))
    if isinstance(part, Leaf):
        dims = (None,) * (part.rank - 1) if part.rank else None
        return Bound(Tensor(Expr(name), dims, Layout.LAST, part.dtype or "unknown"), ELEMENT)
    if isinstance(part, tuple) and all(isinstance(one, Leaf) for one in part):
        return Sequence(tuple(_value(name, one) for one in part), tuple)
    if isinstance(part, dict):
        reading = Expr(name)
        items = {key: _value(index(reading, key).text, one) for key, one in part.items()}
        if all(isinstance(item, Bound) for item in items.values()):
            return Mapping(items, reading, reading)
    return Static(Expr(name))


def _element(value: Value, held: dict[str, Element]) -> Element:
    """What a function gives."""
    if isinstance(value, Bound):
        if value.tensor.layout is Layout.FIRST and value.tensor.dims is not None:
            if len(value.tensor.dims) > 1:
                raise Unsupported("what it gives has its channels first")
        dims = value.tensor.dims
        dtype = value.tensor.dtype
        return Leaf(None if dims is None else len(dims) + 1, "" if dtype == "unknown" else dtype)
    if isinstance(value, Sequence):
        return tuple(_element(item, held) for item in value.items)
    if isinstance(value, Mapping):
        return {str(key): _element(item, held) for key, item in value.items.items()}
    if isinstance(value, Static) and value.expr.text in held:
        return held[value.expr.text]
    if isinstance(value, Static) and isinstance(value.expr.value, Leaf):
        return value.expr.value
    raise Unsupported("what the function gives is not known")


def _of_plain_values(
    region: Region, function: Function, names: list[str], parts: tuple[Element, ...], made: Summary
) -> Expr:
    """A function that only puts the parts of an element in another order."""
    body = function.node.body if isinstance(function.node, cst.Lambda) else None
    result = made.result
    if made.kind == "static" and any(isinstance(p, Leaf) and p.dtype == "text" for p in parts):
        if result is not None and body is None:
            return _of_texts(region, function, dict(zip(names, parts, strict=True)), made)
    if made.kind != "static" or body is None or not isinstance(result, (Static, Sequence)):
        name = "lambda" if body is not None else function.name
        raise Unsupported(f"`{name}` is not understood as a function of tensors")
    refuse_far_lambda(region, function)
    element = _element(result, dict(zip(names, parts, strict=True)))
    return Expr(
        one_line((function.file or region.file).tree.source(function.node)),
        Applied(element),
        TERNARY,
    )


def _length(region: Region, function: Function, result: Expr) -> Expr:
    """`lambda words, label: tf.shape(words)[0]`, whose result is a size."""
    if not isinstance(function.node, cst.Lambda):
        raise Unsupported("lengths that are found by a function other than a lambda")
    refuse_far_lambda(region, function)
    parameters = one_line(cst.Module([]).code_for_node(function.node.params))
    return Expr(f"lambda {parameters}: {result.text}", Applied(Leaf(0)), TERNARY)


def _of_texts(region: Region, function: Function, held: dict[str, Element], made: Summary) -> Expr:
    """A function of texts: strings have no axes, and nothing is done to change those."""
    tree, inner = region.tree, made.region
    if inner is None or made.result is None:
        raise Unsupported(f"`{function.name}` of texts")
    settled: dict[tuple[int, int], str] = {}
    for (start, end), text in inner.settled.items():
        line = tree.line_start(start)
        if tree.text[line:start].strip() == f"{text} =" and tree.text[end : end + 1] == "\n":
            settled[line, end + 1] = ""
        else:
            settled[start, end] = text
    if region.is_module:
        region.settled |= settled
        region.helpers_used |= inner.helpers_used
    else:  # what is settled in the function is written where that is
        inner.settled = settled
    return replace(_reading(region, function), value=Applied(_element(made.result, held)))


def _check(summary: Summary, given: dict[str, Value]) -> None:
    """Whether the function works on elements as they are."""
    region = summary.region
    assert region is not None
    for key in region.wants:
        if key.startswith("rank:param:"):
            value = given.get(key.removeprefix("rank:param:").partition("[")[0])
            if isinstance(value, Mapping):
                value = value.items.get(key.partition("[")[2].removesuffix("]"))
            if not isinstance(value, Bound) or value.tensor.dims is None:
                raise Unsupported("it works on another number of axes than the element may have")
    for layout in region.parameter_layouts().values():
        if layout is Layout.FIRST:
            raise Unsupported("it wants images with their channels first")


_OF_BATCHES = "`{}` of a text is left as it is: of one alone, it gives no axis for the batch now"


def _check_alone(region: Region, summary: Summary, held: dict[str, Element]) -> None:
    """Whether the function that the program names is the one that comes of it."""
    function = summary.function
    known = [s for s in region.file.summaries.values() if s.function.node is function.node]
    for idle in [s for s in known if s.kind == "static" and s.given <= {"self", "cls"}]:
        _forget(region, idle)  # what it is with nothing known of what it gets, before this is
        known.remove(idle)
    others = [s for s in known if s is not summary and s.kind != "failed"]
    if any(isinstance(part, Leaf) and part.dtype == "text" for part in held.values()):
        others = [s for s in others if s.kind != "static" or not isinstance(s.result, Unknown)]
        for call in region.file.vague_calls.get(id(function.node), []):
            region.file.left_data[id(call)] = (call, _OF_BATCHES.format(function.name))
    if others and all(is_way_of(s, summary) or is_way_of(summary, s) for s in others):
        _emit_all(region, known)
        others = []
    this = f"{parameters_of(function.node)[0].name}." if function.owner else "."
    reads = () if _is_inner(region, function) else summary.closure
    if others or any(not name.startswith(this) for name in reads):
        raise Unsupported(f"`{function.name}` is used for other values too")


def _emit_all(region: Region, ways: list[Summary]) -> None:
    """All ways of a function are written, whoever asked for each."""
    region.file.ways += [way for way in ways if way not in region.file.ways]


def _lambda(region: Region, node: cst.Lambda, summary: Summary, applied: Applied) -> Expr:
    last = summary.forward[-1] if summary.forward else None
    if len(summary.forward) != 1 or not isinstance(last, Return):
        raise Unsupported("a lambda that needs several statements: write it as a function")
    assert summary.region is not None
    result = _with_names(region, summary.region, last.value)
    parameters = one_line(cst.Module([]).code_for_node(node.params))
    helpers = summary.region.helpers_used | last.value.helpers
    return Expr(f"lambda {parameters}: {result.wrapped(TERNARY)}", applied, TERNARY,
                helpers=helpers)  # fmt: skip


def _with_names(region: Region, inner: Region, result: Expr) -> Expr:
    """An expression in which the functions that it calls have the names that they have here."""
    text = result.text
    for called in inner.operations_used:
        if called.class_token not in text or called.function.nested_in:
            continue
        _check_alone(region, called, {})
        text = text.replace(called.class_token, called.function.name)
        region.operations_used.append(called)
    if _TOKEN.search(text):
        raise Unsupported("a lambda that calls what becomes a class: write it as a function")
    return replace(result, text=text)


def _text(node: Node) -> str:
    if isinstance(node, Return):
        return node.value.text
    if isinstance(node, If):
        return node.test.text
    return node.text if isinstance(node, Line) else ""
