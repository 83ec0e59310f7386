"""Tensors that a program takes of data sets by itself: NumPy's reductions don't know torch's.

for images, labels in train.take(1):                    for images, labels in islice(train, 1):
    print(np.max(images[0]))                                print(np.max(images[0].numpy()))
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.calls.pipelines import (
    DATASET,
    left,
    next_batch,
    pipeline_of,
    pipeline_step,
)
from transpiler.interpret.dispatch import provides
from transpiler.interpret.predicted import is_array
from transpiler.interpret.region import Region
from transpiler.interpret.statics import rewrite, verbatim
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.ir.pipeline import Element, Leaf, Walked
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.children import children_of

#: Functions that call the method of that name, which torch's tensors have with other parameters.
_REDUCTIONS = regex(
    r"(?:np|numpy)\.(?:a?min|a?max|sum|mean|std|var|prod|any|all|ptp|nan\w+|median|percentile)"
)


def walked(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    """`enumerate(ds)`, `iter(ds)`, `list(ds)`: what gives the elements of a data set."""
    pipeline = pipeline_of(values[0]) if values else None
    if pipeline is None:
        return None
    if pipeline.cached and isinstance(node.func, cst.Name) and node.func.value == "iter":
        return _cut(region, node)  # who takes all of it, loops over it
    element = pipeline.element
    numbered = isinstance(node.func, cst.Name) and node.func.value == "enumerate"
    if numbered and pipeline.is_generator:
        values = [each_element(region, node.args[0].value, values[0], False), *values[1:]]
    return verbatim(region, node, *values, value=Walked(element, numbered))


def next_element(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    """`next(iter(ds))`; of a generator of images, the next batch as arrays."""
    if (arrays := next_batch(region, node, values)) is not None:
        return arrays
    held = values[0].expr.value if values and isinstance(values[0], Static) else None
    if isinstance(held, Walked):
        region.taken[id(node)] = held.element
    return None


def next_by_method(region: Region, node: cst.Call, receiver: Static, name: str) -> Value | None:
    """`batches.get_next()` of `batches = iter(ds)`, where Python has a function for it."""
    held = receiver.expr.value
    if not isinstance(held, Walked) or name not in ("get_next", "next") or node.args:
        return None
    text = f"next({receiver.expr.text})"
    value = Static(Expr(text, strength=POSTFIX, names=receiver.expr.names))
    rewrite(region, node, value)
    region.settled[region.tree.span(node)] = text
    region.taken[id(node)] = held.element
    return value


def _element(value: Value) -> Element | None:
    """What each round of a loop over a value gives: elements of a data set, or None."""
    held = value.expr.value if isinstance(value, Static) else None
    if isinstance(held, Walked):
        return (Leaf(0, "number"), held.element) if held.numbered else held.element
    pipeline = pipeline_of(value)
    return None if pipeline is None else pipeline.element


@provides("note_parts")
def note_parts(region: Region, target: cst.BaseExpression, iterable: Value) -> None:
    """Remember which variables of a loop hold tensors of a data set, and which of them texts."""
    element = _element(iterable)
    if element is not None:
        _note(region, target, element)


def _cut(region: Region, node: cst.BaseExpression) -> Value:
    """Leave what takes the first ones of what is kept: Keras keeps none of them then."""
    reason = "`cache` keeps nothing of a pass that is cut short: another one draws others"
    return left(region, node, f"`{region.tree.source(node)}` is left as it is: {reason}")


_GOES_ON = "the loop goes on with the batch where one before has stopped"


def _goes_on(region: Region, node: cst.BaseExpression) -> bool:
    """Whether a loop may take batches of a generator of which some were taken by another one."""
    name, (start, _) = re.escape(region.tree.source(node)), region.tree.span(node)
    before = region.tree.blanked[:start]
    made = [*re.finditer(rf"^([ \t]*){name}\s*=(?!=)", before, re.MULTILINE)]
    if not made:
        return False
    outer = made[-1].group(1) != re.findall(r"^[ \t]*", before, re.MULTILINE)[-1]
    if outer and (region.loops or not region.is_module):
        return True
    taken = re.compile(
        rf"(?:\bin\s+|\b(?:enumerate|next|iter)\(\s*){name}\b(?!\.)|\b{name}\.next\("
    )
    since = before[made[-1].end() :].rpartition(f"{region.tree.source(node)}.reset()")[2]
    return taken.search(since) is not None


@provides("each_element")
def each_element(
    region: Region,
    node: cst.BaseExpression,
    iterable: Value,
    ends: bool = True,
    loop: cst.For | None = None,
) -> Value:
    """What a loop runs over: of samples that are still to be shuffled or repeated, those.

    And the batches of a generator of images, pass after pass, unless the loop ends at once.
    """
    pipeline = pipeline_of(iterable)
    if pipeline is None or pipeline.windows is not None:
        return iterable
    if pipeline.cached and loop is not None and _may_end(loop):
        return _cut(region, node)
    if pipeline.is_generator and _goes_on(region, node):
        return left(region, node, f"`{region.tree.source(node)}` is left as it is: {_GOES_ON}")
    if pipeline.is_done and (ends or not pipeline.is_generator):
        return iterable
    return pipeline_step(region, node, f"{DATASET}__iter__", [(None, iterable)])


def _may_end(loop: cst.For) -> bool:
    """Whether a loop may end before it has run through everything."""
    found = _Ends()
    loop.body.visit(found)
    return found.any


class _Ends(cst.CSTVisitor):
    """What leaves a loop; loops and functions inside have such of their own."""

    any = False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        return False

    def visit_For(self, node: cst.For) -> bool:  # noqa: N802
        return False

    def visit_While(self, node: cst.While) -> bool:  # noqa: N802
        return False

    def visit_Break(self, node: cst.Break) -> None:  # noqa: N802
        self.any = True

    def visit_Return(self, node: cst.Return) -> None:  # noqa: N802
        self.any = True


def _note(region: Region, target: cst.BaseExpression, element: Element) -> None:
    if isinstance(target, cst.Name):
        is_text = isinstance(element, Leaf) and element.dtype in ("text", "string")
        if is_text:
            region.file.text_names.add(target.value)
        elif not isinstance(element, Leaf) or element.dtype not in _PLAIN:
            region.batch_names[target.value] = element
    elif isinstance(target, (cst.Tuple, cst.List)) and isinstance(element, tuple):
        for part, given in zip(target.elements, element, strict=False):
            _note(region, part.value, given)


#: Elements that are no tensors.
_PLAIN = frozenset({"number", "string", "text"})


@provides("note_taken")
def note_taken(region: Region, node: cst.Assign) -> None:
    """The same of an assignment: `images, labels = next(iter(ds))`, `image = images[0]`.

    Also where a function gives a tensor, `rows = tf.one_hot(labels, 3)`.
    """
    target, given = node.targets[0].target, node.value
    if isinstance(target, cst.Name):
        region.batch_names.pop(target.value, None)
    if (element := region.taken.get(id(given))) is not None:
        _note(region, target, element)
    elif isinstance(target, cst.Name) and is_array(region.scope.values.get(target.value)):
        return
    elif isinstance(target, cst.Name) and _is_tensor(region, given):
        region.batch_names[target.value] = Leaf(_rank(region, given))
    elif isinstance(target, cst.Name) and isinstance(given, cst.Call):
        held = region.scope.values.get(target.value)
        made = held.expr.value if isinstance(held, Static) else None
        written = region.settled.get(region.tree.span(given), "")
        if isinstance(made, Leaf):  # what a layer gives that has been adapted
            _note(region, target, made)
        elif _TENSORS.match(written) and not written.endswith(".numpy()"):
            _note(region, target, Leaf(None))


#: Calls, as they are emitted, that give tensors.
_TENSORS = regex(r"F\.|torch\.|[\w.]+\.normalized\(")


def _is_tensor(region: Region, node: cst.BaseExpression) -> bool:
    """Whether an expression gives a tensor of a data set, or one that is computed with such."""
    if isinstance(node, cst.BinaryOperation):
        return _is_tensor(region, node.left) or _is_tensor(region, node.right)
    if isinstance(node, cst.UnaryOperation):
        return _is_tensor(region, node.expression)
    return _root(node) in region.batch_names


def _root(node: cst.BaseExpression) -> str:
    """The variable in `images[0]`."""
    while isinstance(node, cst.Subscript):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _rank(region: Region, node: cst.BaseExpression) -> int | None:
    """How many axes `labels[i]` has, where that is known."""
    if isinstance(node, cst.Name):
        held = region.batch_names.get(node.value)
        return held.rank if isinstance(held, Leaf) else None
    if not isinstance(node, cst.Subscript) or len(node.slice) != 1:
        return None
    rank, key = _rank(region, node.value), node.slice[0].slice
    plain = isinstance(key, cst.Index) and isinstance(key.value, (cst.Name, cst.Integer))
    return rank - 1 if rank and plain else None


def _tensors_in(region: Region, node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """The tensors of data sets, as they are named, with which an expression computes an array."""
    if isinstance(node, (cst.Name, cst.Subscript)) and _root(node) in region.batch_names:
        yield node
    elif not isinstance(node, (cst.Attribute, cst.Lambda, cst.BaseComp)):
        for part in children_of(node):
            yield from _tensors_in(region, part)


#: Where a number is looked for in a dict or set: an array has no place in those.
_LOOKED_UP = regex(r"(?:\w\[|\.(?:get|add|setdefault|pop)\()\s*$")


def method_of_tensor(region: Region, node: cst.Call, name: str) -> Value | None:
    """`counts[label.numpy()]` and `images.shape.as_list()`, of a tensor of a data set."""
    held = node.func.value if isinstance(node.func, cst.Attribute) else None
    if held is None or node.args or not region.batch_names:
        return None
    start, end = region.tree.span(node)
    if name == "numpy" and _rank(region, held) == 0:
        if not _LOOKED_UP.search(region.tree.text[max(start - 20, 0) : start]):
            return None
        text = f"{region.tree.source(held)}.item()"
    elif name == "as_list" and isinstance(held, cst.Attribute) and held.attr.value == "shape":
        if _root(held.value) not in region.batch_names:
            return None
        text = f"list({region.tree.source(held)})"
    else:
        return None
    value = Static(Expr(text, strength=POSTFIX))
    rewrite(region, node, value)
    region.settled[start, end] = text
    return value


@provides("settle_beside")
def settle_beside(region: Region, node: cst.BinaryOperation, left: Value, right: Value) -> None:
    """`model.predict(x) - y`: NumPy's arrays don't take torch's tensors, `y.numpy()`."""
    for array, other, beside in ((left, right, node.right), (right, left, node.left)):
        if is_array(array) and not is_array(other) and _is_tensor(region, beside):
            for inner in _tensors_in(region, beside):
                region.settled[region.tree.span(inner)] = f"{region.tree.source(inner)}.numpy()"


def settle_reduced(region: Region, node: cst.Call, name: str) -> None:
    """`np.sum(np.abs(p - labels))`, where nothing but arrays may be reduced: `labels.numpy()`."""
    if not node.args or not region.batch_names or not _REDUCTIONS.fullmatch(name):
        return
    given = node.args[0].value
    for inner in _tensors_in(region, given) if _root(given) not in region.batch_names else ():
        region.settled[region.tree.span(inner)] = f"{region.tree.source(inner)}.numpy()"


def reduced(region: Region, node: cst.Call, name: str, values: list[Value]) -> Value | None:
    """`np.mean(images[0])` of such a tensor, which is made an array; None of anything else."""
    if not values or not region.batch_names or not _REDUCTIONS.fullmatch(name):
        return None
    given, (array, *_) = node.args[0].value, values
    if _root(given) not in region.batch_names or not isinstance(array, Static):
        return None
    text = array.expr.text.removesuffix(".numpy()") + ".numpy()"  # a loop asks several times
    made = Static(replace(array.expr, text=text, strength=POSTFIX))
    rewrite(region, given, made)
    region.settled[region.tree.span(given)] = text
    return verbatim(region, node, made, *values[1:])
