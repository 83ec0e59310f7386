"""The input of a Sequential: as its first layer declares it, or as the data tells."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import provided
from transpiler.interpret.models.inputs import open_input
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, constant, literal_value
from transpiler.interpret.values import Bound, Choice, Layer, Model, Sequence, Static, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.ir.pipeline import Gives, Leaf, Pipeline
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.lexical import words_in
from transpiler.source.rows import rows_of


def declared_shape(region: Region, value: Value) -> Value | None:
    """The shape that a layer declares of its input, or that a model has as its own."""
    if isinstance(value, Choice):
        shapes = (declared_shape(region, option) for option in value.options)
        return next((shape for shape in shapes if shape is not None), None)
    if not isinstance(value, Layer):
        return shape_of(value.inputs[0]) if isinstance(value, Model) and value.inputs else None
    arguments = value.arguments
    if "input_shape" in arguments:
        return arguments["input_shape"]
    if "batch_input_shape" in arguments:
        batch = arguments["batch_input_shape"]
        return Sequence(batch.items[1:], tuple) if isinstance(batch, Sequence) else None
    if "input_dim" in arguments and value.symbol != "keras.layers.Embedding":
        length = arguments.get("input_length")
        sizes = [arguments["input_dim"]] if length is None else [length, arguments["input_dim"]]
        return Sequence(tuple(sizes), tuple)
    if value.symbol == "keras.layers.Embedding":
        length = arguments.get("input_length")
        return Sequence((length,), tuple) if length is not None else None
    if value.symbol in ("keras.layers.Bidirectional", "keras.layers.TimeDistributed"):
        inner = arguments.get("layer")
        return declared_shape(region, inner) if isinstance(inner, Layer) else None
    return None


def least_shape(value: Value) -> Value | None:
    """What is known of a layer's input that declares no shape: an `Embedding` has an axis."""
    if isinstance(value, Choice):
        shapes = (least_shape(option) for option in value.options)
        return next((shape for shape in shapes if shape is not None), None)
    embeds = isinstance(value, Layer) and value.symbol == "keras.layers.Embedding"
    return Sequence((const(None),), tuple) if embeds else None


def shape_of(bound: Bound) -> Value | None:
    """The shape of a tensor, without the batch; None where not even its axes are known."""
    dims = bound.tensor.dims
    if dims is None:
        return None
    return Sequence(tuple(Static(d) if d is not None else const(None) for d in dims), tuple)


def open_shape(
    region: Region,
    model: Model,
    shape: Value | None,
    dtype: Value | None,
    node: cst.CSTNode | None,
    least: Value | None = None,
) -> None:
    """Open a Sequential: its input is a parameter of `forward`, of this shape if it is known.

    `least` is what is known of the shape where neither the program nor its data tell more.
    """
    if tuple(region.ways) != model.ways:
        region.want(f"open:{model.input_spec}", _lasting(shape) or True)
    kind = constant(dtype) if dtype is not None else None
    if shape is None:
        shape = _shape_of_build(region, model)
    if shape is None and region.is_module:
        shape = _shape_of_data(region, model)
    if shape is None and isinstance(region.function, cst.FunctionDef):
        shape = _shape_for_builder(region, region.function) or _shape_of_own(region, model)
    shape = shape if shape is not None else least
    model.undeclared = shape is None
    where = node if node is not None else model.node
    assert where is not None
    bound = open_input(
        region,
        model.input_spec,
        model.variable,
        shape,
        kind if isinstance(kind, str) else "",
        where,
    )
    model.inputs = [bound]


def _lasting(shape: Value | None) -> Value | None:
    """A shape as it can be read where the model is begun: from parameters and constants."""
    if isinstance(shape, Sequence):
        items = [_lasting(item) for item in shape.items]
        return Sequence(tuple(i for i in items if i is not None), tuple) if all(items) else None
    if not isinstance(shape, Static):
        return None
    if shape.expr.known:
        return const(shape.expr.value)
    return shape if all(version == 0 for _, version in shape.expr.names) else None


_HANDED = (
    r"(?:fit|evaluate|predict|predict_classes|predict_proba|train_on_batch|predict_on_batch)"
    r"\(\s*(?:x\s*=\s*)?(\w+)(?:(\s*[,)])|)"
)
_BUILT = r"build\(\s*(?:input_shape\s*=\s*)?([(\[][\w\s,]*[)\]])"


def _shape_of_build(region: Region, model: Model) -> Value | None:
    """The sizes that the program builds a model with: `model.build((None, 28, 28, 1))`."""
    assert model.node is not None
    end = None if region.function is None else region.tree.span(region.function)[1]
    text = region.tree.text[region.tree.span(model.node)[1] : end]
    name = re.escape(model.target)
    built = re.search(rf"\b{name}\.{_BUILT}", text) if name else None
    if built is None or re.search(rf"\b{name}\b[ ,\w]*=[^=]", text[: built.start()]):
        return None
    sizes = literal_value(built.group(1))
    return const(tuple(sizes[1:])) if isinstance(sizes, (tuple, list)) else None


def _shape_of_data(region: Region, model: Model) -> Value | None:
    """The sizes of what the program trains a model on."""
    assert model.node is not None
    start = region.tree.span(model.node)[1]
    text = region.tree.text[start:]
    name = re.escape(model.target)
    if not name:
        return None
    for handed in re.finditer(rf"\b{name}\.{_HANDED}", text):
        whole = None if handed.group(2) else _expression_at(region, start + handed.start(1))
        data = handed.group(1)
        if whole is None:
            data = _cut_from(text[: handed.start()], data)
        names = data if whole is None else "|".join(words_in(region.tree.source(whole)))
        if re.search(rf"\b({name}|{names})\b[\w\s,()]*=[^=]", text[: handed.start()]):
            return None  # another model, or other data
        array = region.file.arrays.get(data)
        current = array is not None and array.version == region.scope.version(data)
        shape: Any = array.shape if array is not None and current else None
        if whole is not None:
            shape = provided("shape_of")(region, whole)
        if shape is None:
            shape = _shape_of_batches(region, data, whole)
        if shape is not None and len(shape) > 1:
            return Sequence(tuple(const(size) for size in shape[1:]), tuple)
        source = data if whole is None else region.tree.source(whole)
        source = _array_of_batches(region, data, whole) or source
        if shape is None and (columns := _columns(region, source)) is not None:
            return Sequence((columns,), tuple)
        if shape is None:
            between = start, start + handed.start()
            return provided("given_sizes")(region, source, *between)
    return None


def _shape_of_own(region: Region, model: Model) -> Value | None:
    """The sizes of what a function has, and trains the model on that it makes."""
    assert model.node is not None
    assert region.function is not None
    start, end = region.tree.span(model.node)[1], region.tree.span(region.function)[1]
    text, name = region.tree.text[start:end], re.escape(model.target)
    handed = re.search(rf"(?<![\w.]){name}\.{_HANDED}", text) if name else None
    if handed is None or re.search(rf"(?<![\w.]){name} *=[^=]", text[: handed.start()]):
        return None
    whole = None if handed.group(2) else _expression_at(region, start + handed.start(1))
    source = handed.group(1) if whole is None else region.tree.source(whole)
    return provided("given_sizes")(region, source, start, start + handed.start())


def _cut_from(text: str, name: str) -> str:
    """The array of which a variable has some rows: `part = x[:20]`; else the variable."""
    rows = r"(\w+)\[[^\[\],\n]*:[^\[\],\n]*\]"
    cut = re.compile(rf"^{name}(?: = {rows}[ \t]*$|, \w+ = {rows},)", re.MULTILINE)
    found = cut.findall(text)
    bound = re.findall(rf"\b{name}\b[\w\s,()]*=[^=]", text)
    return "".join(found[0]) if len(found) == len(bound) == 1 else name


def _shape_for_builder(region: Region, function: cst.FunctionDef) -> Value | None:
    """The sizes of the data on which the program trains all that a function builds.

    def build_model():                         for fold in folds:
        model = Sequential([Dense(64), ...])       model = build_model()
        return model                               model.fit(train_data[fold], ...)
    """
    tree, name = region.tree, re.escape(function.name.value)
    alone = tree.source(function).count("Sequential(") == 1 and not region.methods
    if not alone:
        return None
    made = [*re.finditer(rf"^[ \t]*(\w+) = {name}\(", tree.blanked, re.MULTILINE)]
    if len(made) != len(re.findall(rf"(?<!def )\b{name}\b", tree.blanked)):
        return None
    shapes: dict[tuple[int | None, ...], None] = {}
    tables: list[str] = []
    firsts: list[Sequence | None] = []  #: the sizes of what each model gets first
    sizes_of: set[object] = set()  #: the sizes of the data of each, as far as these are known
    columns_of: set[object] = set()  #: what tells how many columns the data of each have
    for model, begin in ((found.group(1), found.end()) for found in made):
        until = re.compile(rf"^[ \t]*{model} = ", re.MULTILINE).search(tree.blanked, begin)
        end = until.start() if until is not None else len(tree.blanked)
        uses = re.compile(rf"\b{model}\.{_HANDED}").finditer(tree.blanked, begin, end)
        known: tuple[int | None, ...] | None = None
        columns: object = None
        for number, handed in enumerate(uses):
            whole = _expression_at(region, handed.start(1))
            of_it = _OF_TABLE.fullmatch(tree.source(whole)) if whole is not None else None
            data = of_it.group(1) if of_it is not None else ""
            array = region.file.arrays.get(data)
            columns = columns or rows_of(tree.text).columns_of(data)
            if array is not None and array.shape is not None:
                shapes[array.shape[1:]] = None
                known = array.shape[1:]
            if data in region.file.globals and rows_of(tree.text).hold(data):
                tables.append(data)
            elif not number:
                sizes = provided("given_sizes")
                found = sizes(region, data, begin, handed.start(), of_module=True)
                firsts.append(found if isinstance(found, Sequence) else None)
        sizes_of.add(known)
        columns_of.add(columns)
    if len(columns_of) > 1 and (len(sizes_of) > 1 or None in sizes_of):
        # one may have more columns than another
        return None
    if firsts and not shapes and not tables:
        return firsts[0] if len({*map(_written, firsts)}) == 1 else None
    if len(shapes) == 1 and (shape := next(iter(shapes))):
        return Sequence(tuple(const(size) for size in shape), tuple)
    if shapes or not tables:
        return None
    return Sequence((Static(Expr(f"{tables[0]}.shape[1]", strength=POSTFIX)),), tuple)


def _written(shape: Sequence | None) -> str:
    """The source of a shape."""
    items = shape.items if shape is not None else ()
    return ", ".join(item.expr.text for item in items if isinstance(item, Static))


_OF_TABLE = regex(r"(\w+)(?:\.values|\.to_numpy\(\)|\[[^\[\],]*:[^\[\],]*\])?")


def _columns(region: Region, source: str) -> Static | None:
    """How many columns a table has, or an array of its rows: only the program knows."""
    handed = _OF_TABLE.fullmatch(source)
    if handed is None or handed.group(1) not in region.scope.values:
        return None
    name = handed.group(1)
    if not rows_of(region.tree.text).hold(name):
        return None
    return Static(Expr(f"{name}.shape[1]", strength=POSTFIX, names=region.scope.read(name).names))


#: Steps of a data set after which its samples have the same sizes.
_ORDERING = regex(r"\w+(?:\.(?:batch|cache|prefetch|repeat|shuffle|skip|take)\([^()]*\))*")


def _shape_of_batches(
    region: Region, name: str, whole: cst.BaseExpression | None
) -> tuple[int | None, ...] | None:
    """The sizes of the inputs in the batches of a data set."""
    pipeline, element = _inputs_of(region, name, whole)
    if pipeline is None or element is None or element.sizes is None:
        return None
    single = pipeline.gives is not Gives.BATCHES
    return (None, *element.sizes) if single else element.sizes


def _array_of_batches(region: Region, name: str, whole: cst.BaseExpression | None) -> str:
    """The array whose rows are the inputs of a data set, as source; "" if that is not known."""
    _, element = _inputs_of(region, name, whole)
    return "" if element is None else element.array


def _inputs_of(
    region: Region, name: str, whole: cst.BaseExpression | None
) -> tuple[Pipeline | None, Leaf | None]:
    """A data set, and what is known of the inputs in it."""
    held = region.scope.values.get(name)
    pipeline = held.expr.value if isinstance(held, Static) else None
    if not isinstance(pipeline, Pipeline):
        return None, None
    if whole is not None and not _ORDERING.fullmatch(region.tree.source(whole)):
        return None, None
    element = pipeline.element[0] if isinstance(pipeline.element, tuple) else pipeline.element
    return pipeline, element if isinstance(element, Leaf) else None


#: What an expression may stand in, or be.
_PLACED = (
    cst.BaseStatement, cst.BaseSmallStatement, cst.BaseSuite, cst.BaseExpression, cst.BaseElement,
    cst.Arg,
)  # fmt: skip


def _expression_at(region: Region, offset: int) -> cst.BaseExpression | None:
    """The outermost expression that begins at some place."""

    def holds(node: cst.CSTNode) -> bool:
        start, end = region.tree.span(node)
        return start <= offset < end

    found: cst.CSTNode | None = region.tree.module
    while found is not None:
        around = (c for c in children_of(found) if isinstance(c, _PLACED) and holds(c))
        found = next(around, None)
        if isinstance(found, cst.BaseExpression) and region.tree.span(found)[0] == offset:
            return found
    return None
