"""Models that change the images of a data set, which its functions call as they are.

prepare = keras.Sequential([layers.Resizing(180, 180), layers.Rescaling(1.0 / 255)])
ds.map(lambda x, y: (augment(prepare(x), training=True), y))
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import one_line
from transpiler.interpret.values import Function, Layer, Model
from transpiler.ir.expr import TERNARY, Expr
from transpiler.ir.pipeline import Applied, Gives, Leaf, Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.regex import regex

_RANDOM = "keras.layers.Random"
#: Layers without weights that change images always alike.
_FIXED = frozenset({"keras.layers.Rescaling", "keras.layers.Resizing"})
_IN_TRAINING = regex(r",\s*training\s*=\s*True\s*(?=\))")


def by_models(region: Region, function: Function, dataset: Pipeline) -> Expr | None:
    """A function that does nothing but call such models on its first parts; else None.

    Their modules are in training from the start, and nothing else runs them.
    """
    node = function.node
    parts = dataset.element if isinstance(dataset.element, tuple) else (dataset.element,)
    names = [p.name for p in parameters_of(node)]
    if function.owner or function.file not in (None, region.file) or len(names) != len(parts):
        return None
    calls = _calls(node, names)
    if not calls or not all(_changes_images(region, call) for call in calls):
        return None
    leaves = dict(zip(names, parts, strict=True))
    for leaf in (leaves[_name_of_image(call)] for call in calls):
        if isinstance(leaf, Leaf) and "int" in leaf.dtype:
            raise Unsupported("whole numbers, which Keras makes floats of before")
    written = [_written(region, call, dataset.gives is not Gives.BATCHES) for call in calls]
    draws = any(_is_random(region, call) for call in calls)
    applied = Applied(dataset.element, draws)
    start, end = region.tree.span(node)
    if isinstance(node, cst.Lambda):
        text = region.tree.text[start:end]
        for (first, last), code in reversed(written):
            text = text[: first - start] + code + text[last - start :]
        return Expr(one_line(text), applied, TERNARY)
    region.settled.update(written)
    return replace(region.scope.read(function.name), value=applied)


def _calls(node: cst.FunctionDef | cst.Lambda, names: list[str]) -> list[cst.Call] | None:
    """The calls of a function that changes parts of an element by calls alone, in their order."""
    if isinstance(node, cst.Lambda):
        return _of_parts(node.body, names)
    found: list[cst.Call] = []
    *before, last = [
        s.body[0] if isinstance(s, cst.SimpleStatementLine) and len(s.body) == 1 else s
        for s in node.body.body
    ]
    for statement in before:
        target = statement.targets[0].target if isinstance(statement, cst.Assign) else None
        if not isinstance(statement, cst.Assign) or not isinstance(target, cst.Name):
            return None
        inner = _call(statement.value, target.value)
        if not inner or target.value not in names:
            return None
        found += inner
    if not isinstance(last, cst.Return) or last.value is None:
        return None
    inner = _of_parts(last.value, names)
    return None if inner is None else [*found, *inner]


def _of_parts(given: cst.BaseExpression, names: list[str]) -> list[cst.Call] | None:
    """The calls in what a function gives: the same parts in the same order."""
    items = [e.value for e in given.elements] if isinstance(given, cst.Tuple) else [given]
    if len(items) != len(names):
        return None
    found = [_call(item, name) for item, name in zip(items, names, strict=True)]
    return None if None in found else [call for calls in found for call in calls or ()]


def _call(item: cst.BaseExpression, name: str) -> list[cst.Call] | None:
    """The call in `model(x, training=True)`, none in `x` itself; None of anything else."""
    if isinstance(item, cst.Name):
        return [] if item.value == name else None
    if not isinstance(item, cst.Call) or not isinstance(item.func, cst.Name) or not item.args:
        return None
    first, *others = item.args
    keywords = [a.keyword.value if a.keyword is not None else "" for a in others]
    plain = first.keyword is None and isinstance(first.value, cst.Name) and keywords in _GIVEN
    return [item] if plain and _name_of_image(item) == name else None


#: The keywords that a call may have besides the images.
_GIVEN: tuple[list[str], ...] = ([], ["training"])


def _name_of_image(call: cst.Call) -> str:
    image = call.args[0].value
    return image.value if isinstance(image, cst.Name) else ""


def _layers(region: Region, call: cst.Call) -> list[str]:
    """The layers of the Sequential that is called; none of anything else."""
    assert isinstance(call.func, cst.Name)
    name = call.func.value
    model = region.file.globals.get(name) or region.scope.values.get(name)
    layers = model.steps if isinstance(model, Model) and model.kind == "sequential" else []
    return [layer.symbol if isinstance(layer, Layer) else "" for layer in layers]


def _is_random(region: Region, call: cst.Call) -> bool:
    return any(symbol.startswith(_RANDOM) for symbol in _layers(region, call))


def _changes_images(region: Region, call: cst.Call) -> bool:
    """Whether it is a Sequential that only changes images, and nothing else runs it."""
    assert isinstance(call.func, cst.Name)
    found, name, text = _layers(region, call), call.func.value, region.file.tree.blanked
    if not all(symbol.startswith(_RANDOM) or symbol in _FIXED for symbol in found):
        return False
    if found and not _is_random(region, call):
        return True
    known = rf"^{name} *=|\b{name}\.add\(|\b{name}\(\w+(?:, *training *= *True)?\)"
    everywhere = len(re.findall(rf"\b{name}\b", text)) == len(re.findall(known, text, re.M))
    return bool(found) and everywhere  # else something may change whether it is in training


def _written(region: Region, call: cst.Call, alone: bool) -> tuple[tuple[int, int], str]:
    """A call without what goes without saying; of a single image, as a batch of one."""
    text = _IN_TRAINING.sub("", one_line(region.tree.source(call)))
    if "training" in text:
        raise Unsupported("a model that is not in training")
    assert isinstance(call.func, cst.Name)
    if alone:
        text = f"{call.func.value}({_name_of_image(call)}[None])[0]"
    return region.tree.span(call), text
