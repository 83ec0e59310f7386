"""Data sets of tf.data: each step is written as what torch has for it, where it stands.

What is still to do when a step is over (the order of samples, how often they come, windows) is part
of the value, and the next steps see to it; so `ds = ds.shuffle(100)` says nothing by itself.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, TypeGuard

import libcst as cst

from transpiler.diagnostics import CLOSE_IDIOM, Fidelity
from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.calls.data_functions import called_object, generating, of_images
from transpiler.interpret.calls.data_tensors import as_array, series_of
from transpiler.interpret.calls.evaluated_again import refuse_again
from transpiler.interpret.calls.far_lambdas import refuse_far_lambda
from transpiler.interpret.calls.otherwise import settle_otherwise
from transpiler.interpret.calls.several import arrays_given
from transpiler.interpret.calls.specs import drop_specs, spec_of
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import UNDONE, rewrite, to_expr
from transpiler.interpret.values import (
    Framework,
    Function,
    Instance,
    Mapping,
    Sequence,
    Static,
    Unknown,
    Value,
)
from transpiler.ir.expr import LAMBDA, POSTFIX, TERNARY, UNKNOWN, Configured, Expr, expr, index
from transpiler.ir.pipeline import Applied, Changes, Columns, Leaf, Numbered, Pipeline, joined
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.rule import Rule
from transpiler.source.backwards import turns_arrays
from transpiler.source.literals import is_always_dict
from transpiler.source.near import turning_near

DATASET = "tf.data.Dataset."
#: What changes images, and loads what it has changed.
GENERATOR = "keras.preprocessing.image.ImageDataGenerator"
#: What makes windows of series.
_OF_SERIES = regex(r"(?i)\.timeseries_?(?:dataset|generator)")
_MAKERS = ("tf.data.", "tensorflow_datasets.", GENERATOR)
#: Functions of Keras that give data sets.
_LOADERS = (
    "timeseries_dataset_from_array",
    "image_dataset_from_directory",
    "text_dataset_from_directory",
    "audio_dataset_from_directory",
    "TimeseriesGenerator",
    "split_dataset",
)
#: Parameters for arrays, or for data sets, that may be nested.
_NESTED = frozenset({"tensors", "datasets"})
#: Parameters for what elements look like.
_SPECS = frozenset({"output_types", "output_signature"})
_FUNCTIONS = frozenset({"map_func", "predicate", "reduce_func", "element_length_func"})
#: Steps whose function makes a data set of each element.
_OF_DATA_SETS = frozenset({f"{DATASET}flat_map", f"{DATASET}interleave"})
_READS = regex(r"\blambda (\w+): .*\btext_lines\(\1\b")
_LIST = regex(r"sorted\(|list\(|glob\(|glob\.glob\(|\[")
_OF_ARRAYS = "preprocessing_function"
_SPLIT = "keras.utils.split_dataset"  #: takes arrays, too
_LOOPED = regex(r"(?:\bin\s|\b(?:enumerate|iter|list|tuple)\()\s*$")


def gives_data(name: str) -> bool:
    """Whether a function gives a data set, or what one is made with."""
    return name.startswith(_MAKERS) or name.rpartition(".")[2] in _LOADERS


def is_text(value: Value) -> TypeGuard[Static]:
    """Whether it is the texts of a data set."""
    held = value.expr.value if isinstance(value, Static) else None
    return isinstance(held, Leaf) and held.dtype == "text"


def pipeline_of(value: Value | None) -> Pipeline | None:
    """What is known of a data set; None of anything else."""
    made = value.expr.value if isinstance(value, Static) else None
    return made if isinstance(made, Pipeline) else None


def pipeline_step(
    region: Region, node: cst.BaseExpression, name: str, arguments: list[Argument]
) -> Value:
    """A step of a pipeline, or what begins one."""
    try:
        passed = isinstance(node, cst.Call) and any(map(region.passes_keywords, node.args))
        if passed and name.startswith(DATASET):
            raise GiveUp(f"what `**{region.keywords}` holds is not written down there")
        made = _step(region, node, name, arguments)
    except (Unsupported, GiveUp) as why:
        reason = why.reason if isinstance(why, GiveUp) else str(why)
        known = name.removeprefix(DATASET).removeprefix("keras.preprocessing.image.")
        return left(region, node, f"`{known}` is left as it is: {reason}")
    region.file.left_data.pop(id(node), None)
    _allow_parts(region, node)
    drop_specs(region, [n for p in _SPECS if (n := _given(node, p)) is not None])
    span = region.tree.span(node)
    made = replace(made, text=_unbracketed(region, span, made.text))
    value = Static(made)
    rewrite(region, node, value)
    for inner in [s for s in region.settled if span[0] <= s[0] and s[1] <= span[1]]:
        del region.settled[inner]
    region.settled[span] = made.text
    region.file.data_names.add(region.assigned)
    region.settled_helpers[span] = made.helpers
    if isinstance(made.value, tuple):  # the data to train with, and those to validate with
        parts = (replace(index(made, i), value=part) for i, part in enumerate(made.value))
        return Sequence(tuple(map(Static, parts)), tuple, static=made)
    return value


def _allow_parts(region: Region, node: cst.BaseExpression) -> None:
    """The arguments of a step may be data sets that are still to be shuffled or repeated."""
    start, end = region.tree.span(node)
    for key, (part, message) in list(region.file.left_data.items()):
        first, last = region.tree.span(part)
        if message == UNDONE and start < first and last <= end:
            del region.file.left_data[key]


@provides("either_data")
def either_data(region: Region, node: cst.IfExp, test: Static, a: Value, b: Value) -> Value | None:
    """`ds.shuffle(100) if training else ds`; None of anything else."""
    one, other = pipeline_of(a), pipeline_of(b)
    if one is None or other is None or not (isinstance(a, Static) and isinstance(b, Static)):
        return None
    found = joined(one, other, test.expr, region.assigned or "it")
    if isinstance(found, str):
        return left(region, node, found)
    span, texts = region.tree.span(node), (a.expr.text, b.expr.text)
    names = a.expr.names | b.expr.names | test.expr.names
    text = texts[0]
    if texts[0] != texts[1]:
        text = f"{texts[0]} if {test.expr.wrapped(TERNARY + 1)} else {texts[1]}"
    helpers = a.expr.helpers | b.expr.helpers
    value = Static(Expr(text, found, TERNARY, names, helpers=helpers))
    rewrite(region, node, value)
    for inner in [s for s in region.settled if span[0] <= s[0] and s[1] <= span[1]]:
        del region.settled[inner]
    region.settled[span] = text
    region.settled_helpers[span] = helpers
    return value


def _unbracketed(region: Region, span: tuple[int, int], text: str) -> str:
    """`list(item for item in ds)`: a generator that is the only argument has brackets already."""
    start, end = span
    source = region.tree.text
    called = re.search(r"\w\($", source[max(start - 2, 0) : start]) and source[end : end + 1] == ")"
    return text[1:-1] if called and re.match(r"\(.* for \w+ in .*\)$", text) else text


def _of_strings(region: Region, made: Expr, array: str) -> Expr:
    """A data set of which one array turns out to hold strings: no tensor can."""
    name = re.escape(re.sub(r"\[[^\]]*:[^\]]*\]$", "", array))
    assigned = re.findall(rf"^{name} = (.*)", region.tree.text, re.M)
    is_list = len(assigned) == 1 and _LIST.match(assigned[0])
    listed = array if is_list or _LIST.match(array) else f"list({array})"

    def changed(text: str) -> str:
        parts = re.escape(f"torch.tensor({array})")
        text = re.sub(rf"\bTensorDataset(\((?:[^()]|\([^()]*\))*?{parts})", r"StackDataset\1", text)
        return text.replace(f"torch.tensor({array})", listed)

    for span in region.settled_helpers:
        if span in region.settled:
            region.settled[span] = changed(region.settled[span])
    return replace(made, text=changed(made.text))


def left(region: Region, node: cst.BaseExpression, message: str) -> Unknown:
    """A step that stays as it is, with all that comes before it in the same expression."""
    start, end = region.tree.span(node)
    for spans in (region.settled, region.rewrites):
        for inner in [s for s in spans if start <= s[0] and s[1] <= end]:
            del spans[inner]
    region.file.left_data[id(node)] = (node, message)
    return Unknown(message)


def _step(region: Region, node: cst.BaseExpression, name: str, arguments: list[Argument]) -> Expr:
    rule = region.file.rules.sources.get(name)
    if rule is None:
        raise Unsupported(region.file.rules.foreign_data.get(name, "there is no rule for it"))
    bound = _bound(rule, arguments)
    before = pipeline_of(bound.get("dataset"))
    given: dict[str, Any] = {}
    for parameter, value in bound.items():
        if parameter in _NESTED:
            given[parameter] = _parts(region, value, _nodes(node, parameter))
        elif parameter in _SPECS:
            given[parameter] = spec_of(value)
        elif name == _SPLIT and parameter == "dataset" and pipeline_of(value) is None:
            value = replace(value, kind=tuple) if isinstance(value, Sequence) else value
            rows = region.file.rules.sources[f"{DATASET}from_tensor_slices"]
            given[parameter] = rows.build(_parts(region, value, _nodes(node, parameter)))
        elif parameter in _FUNCTIONS and name in _OF_DATA_SETS and not _has_windows(before):
            given[parameter] = _giving_data(region, before, value)
        elif parameter in _FUNCTIONS:
            read = _function(region, value, _nodes(node, parameter))
            given[parameter] = _applied(region, before, read, parameter)
        elif parameter == "generator" and isinstance(value, Function):
            given[parameter] = generating(region, value)
        elif parameter == "generator" and isinstance(value, Instance):
            given[parameter] = called_object(region, value, _nodes(node, parameter))
        elif name == f"{GENERATOR}.flow" and _holds_images(value):
            given[parameter] = _flat(region, value)
        elif parameter == _OF_ARRAYS and isinstance(value, (Framework, Function)):
            given[parameter] = of_images(region, value)
        elif parameter in ("data", "targets") and _OF_SERIES.search(name):
            given[parameter] = series_of(region, node, name, to_expr(region, value))
        else:
            given[parameter] = to_expr(region, value)
    for parameter, declared in rule.signature.parameters.items():
        if declared.kind is inspect.Parameter.KEYWORD_ONLY:
            start, end = region.tree.span(node)
            before_it = region.tree.text[max(start - 40, 0) : start]
            goes_on = region.tree.text[end:].lstrip().startswith(".")
            given[parameter] = _LOOPED.search(before_it) is not None and not goes_on
        elif parameter not in given:
            if declared.default is declared.empty:
                raise Unsupported(f"the argument {parameter} is missing")
            given[parameter] = expr(declared.default)
    if isinstance(given.get("generator"), Expr) and _turns_arrays(region):
        given["generator"] = _turned(given["generator"], "args" in bound)
    settle_otherwise(region, name, given)
    made: Expr = rule.build(**given)  # type: ignore[assignment]
    refuse_again(region, given, made)
    function = given.get("map_func")
    if function is not None and isinstance(function.value, Applied):
        for array in function.value.strings:
            made = _of_strings(region, made, array)
    if name in _OF_DATA_SETS and before is not None and isinstance(before.element, Leaf):
        if _READS.search(made.text) and before.element.array:
            made = _of_strings(region, made, before.element.array)
    if rule.fidelity is Fidelity.CLOSE:
        region.file.say(CLOSE_IDIOM, node, f"{name}: {rule.note}")
    return made


def _turns_arrays(region: Region) -> bool:
    """Whether the program, or what it has data from, turns arrays round."""
    near = turning_near(region.tree.text, region.file.path)
    return bool(near) or turns_arrays(region.tree.blanked)


def _turned(generator: Expr, takes: bool) -> Expr:
    """A generator function whose arrays torch takes, also where they run backwards."""
    given = "*args" if takes else ""
    text = f"lambda{' ' * takes}{given}: map(contiguous, {generator.wrapped(POSTFIX)}({given}))"
    found = replace(generator, text=text, strength=LAMBDA)
    return replace(found, helpers=generator.helpers | {"contiguous"})


def _holds_images(value: Value) -> TypeGuard[Sequence]:
    """Whether it is `(images, sizes)`, of images and what comes with them."""
    return isinstance(value, Sequence) and value.kind is tuple and len(value.items) == 2


def _flat(region: Region, given: Sequence) -> tuple[Expr, ...]:
    """The images, and one array after the other that comes with them."""
    images, others = given.items
    listed = others.items if isinstance(others, Sequence) else (others,)
    return tuple(to_expr(region, one) for one in (images, *listed))


def _bound(rule: Rule, arguments: list[Argument]) -> dict[str, Value]:
    """The arguments by the parameters of the rule."""
    parameters = rule.signature.parameters
    plain = [n for n, p in parameters.items() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    positions = iter(plain)
    bound: dict[str, Value] = {}
    for keyword, value in arguments:
        name = keyword if keyword is not None else next(positions, None)
        if name not in plain or name in bound:
            raise Unsupported(f"the argument {keyword or 'at the end'} is not known")
        called = isinstance(value, Instance) and name == "generator"
        if isinstance(value, Unknown) and not called:
            raise Unsupported(value.reason or "something that is not known")
        bound[str(name)] = value
    return bound


def _nodes(node: cst.BaseExpression, parameter: str) -> cst.BaseExpression | None:
    """The expression that is given for the only parameter of importance."""
    for argument in node.args if isinstance(node, cst.Call) else ():
        if argument.keyword is None or argument.keyword.value == parameter:
            return argument.value
    return None


def _given(node: cst.BaseExpression, parameter: str) -> cst.BaseExpression | None:
    """What a keyword gives."""
    args = node.args if isinstance(node, cst.Call) else ()
    found = (a.value for a in args if a.keyword and a.keyword.value == parameter)
    return next(found, None)


def _parts(region: Region, value: Value, node: cst.BaseExpression | None) -> Any:
    """Arrays in tuples and dicts, each as an expression whose value says what is known of it."""
    if isinstance(value, Sequence) and (value.kind is tuple or _are_data_sets(value)):
        items = [_entry(value, i, part) for i, part in enumerate(value.items)]
        return tuple(_parts(region, part, _part(node, i)) for i, part in enumerate(items))
    if isinstance(value, Mapping):
        keys = [str(key) for key in value.items]
        parts = zip(keys, value.items.values(), strict=True)
        held = {key: _entry(value, key, part) for key, part in parts}
        return {key: _parts(region, part, _part(node, key)) for key, part in held.items()}
    made = to_expr(region, value)
    if isinstance(made.value, (Columns, Leaf, Pipeline)):
        return made
    if isinstance(made.value, (Configured, Function)) or isinstance(value, Framework):
        raise Unsupported("what is no array")
    if _is_given_together(region, made.text):
        raise Unsupported(f"`{made.text}` is several arrays at once: give each as a parameter")
    if _COLUMNS.match(made.text) or is_always_dict(region.tree.text, made.text):
        return replace(made, value=Columns())
    if (count := arrays_given(region, made.text, node)) is not None:
        return tuple(replace(index(made, i), value=Leaf()) for i in range(count))
    shape: Any = provided("shape_of")(region, node) if node is not None else None
    rank = None if shape is None else len(shape)
    made = as_array(region, made)
    return replace(made, value=Leaf(rank, _bytes_of(region, made.text), sizes=shape))


#: A dict whose entries are not known one by one.
_COLUMNS = regex(r"dict\(|.*\bto_dict\(")
_AS_BYTES = regex(r"""\.astype\((?:np\.|tf\.)?["']?(uint8|int8|uint16|int16)\b["']?\)$""")


def _bytes_of(region: Region, text: str) -> str:
    """The type of an array that surely holds small whole numbers, whose sums wrap around."""
    if text.isidentifier():
        found = re.findall(rf"^{text} = (.*)$", region.tree.text, re.M)
        text = found[0] if len(found) == 1 else ""
    match = _AS_BYTES.search(text)
    return match.group(1) if match is not None else ""


def _are_data_sets(value: Sequence) -> bool:
    """Whether a list holds data sets, not arrays that are one together."""
    return bool(value.items) and all(pipeline_of(item) is not None for item in value.items)


def _is_given_together(region: Region, name: str) -> bool:
    """Whether a call gives a parameter a tuple or dict of arrays, whose parts nobody knows."""
    if name not in region.parameters:
        return False
    if name in region.given_together:
        return True
    first = next(iter(region.parameters)) == name
    called = rf"\b{region.name}\(\(|" if first and region.name else ""
    return re.search(rf"{called}\b{name}=[({{]", region.tree.blanked) is not None


def _entry(held: Sequence | Mapping, key: Any, part: Value) -> Value:
    """A part of a tuple or dict that has a name is read from it."""
    if held.static is None or not re.match(r"[A-Za-z_]\w*(?:\[|$)", held.static.text):
        return part
    reading = index(held.static, key)
    if isinstance(part, (Sequence, Mapping)):
        return replace(part, static=reading)
    known = part.expr.value if isinstance(part, Static) else UNKNOWN
    return Static(replace(reading, value=known))


def _part(node: cst.BaseExpression | None, key: int | str) -> cst.BaseExpression | None:
    """A part of a display, by its place or its key."""
    if isinstance(node, (cst.Tuple, cst.List)) and isinstance(key, int):
        return node.elements[key].value if key < len(node.elements) else None
    if isinstance(node, cst.Dict):
        for element in node.elements:
            key_node = element.key if isinstance(element, cst.DictElement) else None
            if isinstance(key_node, cst.SimpleString) and key_node.evaluated_value == key:
                return element.value
    return None


def _applied(region: Region, before: Pipeline | None, value: Value, parameter: str) -> Expr:
    """A function of the program, as it is written for the elements of a data set."""
    if before is None or not isinstance(value, Function):
        raise Unsupported("what is no function of the program")
    if parameter == "reduce_func":  # it gets what has come of the elements before, too
        before = replace(before, element=(Leaf(0), before.element))
    made: Any = provided("applied_function")(region, value, before, parameter)
    return made  # type: ignore[no-any-return]


def _required(node: cst.Lambda) -> list[str]:
    """The parameters of a lambda; with a default, it takes something else besides."""
    return [p.name.value for p in node.params.params if p.default is None]


def _function(region: Region, value: Value, node: cst.BaseExpression | None) -> Value:
    """`self.parse`, also in a lambda that only calls it, by the words that it is read with."""
    if isinstance(node, cst.Lambda) and isinstance(node.body, cst.Call):
        given = [a.value.value for a in node.body.args if isinstance(a.value, cst.Name)]
        plain = not any(a.keyword or a.star for a in node.body.args)
        if plain and given == [p.name.value for p in node.params.params] == _required(node):
            found = _function(region, value, node.body.func)
            return value if found is value else found
    if not isinstance(node, cst.Attribute):
        return value
    reads_self = isinstance(node.value, cst.Name) and node.value.value == "self"
    method = region.methods.get(node.attr.value) if reads_self else None
    method = method or (value if isinstance(value, Function) and value.nested_in else None)
    if method is None:
        return value
    written = Expr(region.tree.source(node), strength=POSTFIX)
    return replace(method, static=written)


def _has_windows(before: Pipeline | None) -> bool:
    return before is not None and before.windows is not None


def _giving_data(region: Region, before: Pipeline | None, value: Value) -> Expr:
    """`lambda path: tf.data.TextLineDataset(path).skip(1)`, with the data set that it gives."""
    if isinstance(value, Framework) and (rule := region.file.rules.sources.get(value.name)):
        options = [expr(p.default) for p in list(rule.signature.parameters.values())[1:]]
        made: Expr = rule.build(Expr("path"), *options)  # type: ignore[assignment]
        return replace(made, text=f"lambda path: {made.text}", strength=TERNARY)
    node = value.node if isinstance(value, Function) else None
    if before is None or not isinstance(node, cst.Lambda) or not isinstance(before.element, Leaf):
        raise Unsupported("a data set for each element, other than by a lambda of one parameter")
    parameters = [p.name.value for p in node.params.params]
    if len(parameters) != 1 or node.params.params[0].default is not None:
        raise Unsupported("a data set for each element, other than by a lambda of one parameter")
    assert isinstance(value, Function)
    refuse_far_lambda(region, value)
    (name,) = parameters
    outer = region.scope.values.get(name)
    element = replace(before.element, array=name)  # a tensor already
    region.scope.values[name] = Static(Expr(name, element))
    try:
        given = evaluate(region, node.body)
    finally:
        region.scope.values.pop(name)
        if outer is not None:
            region.scope.values[name] = outer
    pipeline = pipeline_of(given)
    if pipeline is None:
        raise Unsupported("a data set for each element that is not known")
    assert isinstance(given, Static)
    return replace(given.expr, text=f"lambda {name}: {given.expr.text}", strength=TERNARY)


def method_of_generator(region: Region, node: cst.Call, receiver: Static, name: str) -> Value:
    """`generator.flow_from_directory(...)`; `fit`, which has no statistics to find, goes."""
    arguments = arguments_of(region, node)
    changes = receiver.expr.value
    if name == "fit" and isinstance(changes, Changes) and changes.needs is None:
        region.idle.add(id(region.statement))
        region.done.add(id(node))
        return Static(expr(None))
    return pipeline_step(region, node, f"{GENERATOR}.{name}", [(None, receiver), *arguments])


def method_of_pipeline(region: Region, node: cst.Call, receiver: Static, name: str) -> Value:
    """`dataset.map(...)`; nobody has begun the batches that a generator of images begins anew."""
    pipeline = pipeline_of(receiver)
    if name == "reset" and pipeline is not None and pipeline.is_generator:
        region.idle.add(id(region.statement))
        region.done.add(id(node))
        return Static(expr(None))
    return pipeline_step(
        region, node, f"{DATASET}{name}", [(None, receiver), *arguments_of(region, node)]
    )


def text_alone(region: Region, node: cst.Call, receiver: Static) -> Value:
    """`texts.numpy().decode()`, of texts that are strings already."""
    rewrite(region, node, receiver)
    span = region.tree.span(node)
    for inner in [s for s in region.settled if span[0] <= s[0] and s[1] <= span[1]]:
        del region.settled[inner]
    region.settled[span] = receiver.expr.text
    return receiver


def first_of_arrays(region: Region, node: cst.Call, receiver: Static) -> Value | None:
    """`dataset.as_numpy_iterator().next()`, which is the first element."""
    arrays = node.func.value if isinstance(node.func, cst.Attribute) else None
    asked = arrays.func if isinstance(arrays, cst.Call) else None
    if not isinstance(asked, cst.Attribute) or asked.attr.value != "as_numpy_iterator":
        return None
    text = receiver.expr.text
    code = f"next{text}" if text.startswith("(") else f"next({text})"
    value = Static(replace(receiver.expr, text=code, value=UNKNOWN))
    rewrite(region, node, value)
    region.settled.pop(region.tree.span(node.func), None)
    region.settled[region.tree.span(node)] = code
    return value


def number_alone(region: Region, node: cst.Call, held: Numbered) -> Value:
    """`dataset.cardinality().numpy()`, which is the length."""
    span = region.tree.span(node)
    for inner in [s for s in region.settled if span[0] <= s[0] and s[1] <= span[1]]:
        del region.settled[inner]
    value = Static(held.number)
    rewrite(region, node, value)
    region.settled[span] = held.number.text
    region.settled_helpers[span] = held.number.helpers
    return value


def _is_repeated(region: Region, node: cst.Call) -> bool:
    """Whether a comprehension, or a function, may evaluate a call several times."""
    start, end = region.tree.span(region.statement) if region.statement else (0, 0)
    around = region.tree.blanked[start:end]
    return re.search(r"\b(?:for|lambda|while)\b", around) is not None


def next_batch(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    """`images, labels = next(generator)`, of one that nobody else takes the next batch of."""
    pipeline = pipeline_of(values[0]) if len(values) == 1 else None
    if pipeline is None or not pipeline.is_generator:
        return None
    assert isinstance(values[0], Static)
    made = values[0].expr
    if re.fullmatch(r"[\w.]+", made.text):  # else it is made for this batch alone
        taken = re.findall(
            rf"\bnext\(\s*{re.escape(made.text)}\b|\b{made.text}\.next\(", region.tree.text
        )
        if len(taken) != 1 or region.loops or not region.is_module or _is_repeated(region, node):
            return None
    batch = f"next(iter({made.text}))"
    if isinstance(pipeline.element, tuple):
        text = f"tuple(part.numpy() for part in {batch})"
    else:
        text = f"{batch}.numpy()"
    value = Static(Expr(text, strength=POSTFIX, names=made.names))
    rewrite(region, node, value)
    region.settled[region.tree.span(node)] = text
    return value
