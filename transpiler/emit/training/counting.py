"""How many weights a model has, where a program counts them itself.

np.sum([K.count_params(w) for w in model.trainable_weights])
np.sum([w.numel() for w in model.parameters()])

Of a model some of whose layers are frozen, those that are trained have gradients.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.training.called import put_in_place
from transpiler.emit.training.lines import holds, simple_statements, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.weights import has_weights_of_keras
from transpiler.interpret.models.parts import layers_in_a_row, layers_made_here
from transpiler.interpret.region import Region
from transpiler.interpret.training import options_of
from transpiler.ir.code import For, If, While
from transpiler.passes.liveness import walk
from transpiler.regex import regex
from transpiler.source.tree import Tree

#: Keras's lists of weights.
_LISTS = tuple(
    f"{which}{kind}"
    for which in ("trainable_", "non_trainable_", "")
    for kind in ("weights", "variables")
)
_SIZE = regex(
    r"(?P<int>int\()?(?:[\w.]*\bcount_params\((?P<a>\w+)\)"
    r"|(?:np|numpy)\.prod\((?P<b>\w+)\.(?:shape|get_shape\(\))(?:\.as_list\(\))?\)"
    r"|tf\.size\((?P<c>\w+)\)(?:\.numpy\(\))?)(?(int)\))"
    r"\s+for\s+(?P<each>\w+)\s+in\s+(?:set\()?$"
)
#: Says what is trainable, and what is made so.
_FREEZES = regex(r"\.trainable\s*=(?!=)")
_MADE_FROZEN = regex(r"[(,]\s*trainable\s*=(?!=)")
_NORMS = regex(r"BatchNormalization")
#: Layers that keep the state of what they draw among Keras 3's variables.
_DRAWING = regex(r"Dropout|Noise|\bRandom[A-Z]\w*\(|\.Random[A-Z]")


def rewrite_counts(writer: ModelWriter) -> None:
    """Each count of the weights in a list of Keras's becomes one of torch's."""
    text = writer.tree.text
    for attribute in _LISTS:
        for place in writer.shared.asked(writer.room, writer.variable, attribute):
            before, end = text[: place.start], place.attribute_end
            sized = _SIZE.search(before, max(0, place.start - 120))
            counted = re.search(r"(?<![\w.])len\($", before) and text[end : end + 1] == ")"
            summed = sized is not None and sized["each"] in (sized["a"], sized["b"], sized["c"])
            if not (counted or summed) or not _counts_alike(writer, attribute, place.start):
                continue
            if sized is not None and summed:
                closes = sized.group().endswith("(")
                if closes and text[end : end + 1] != ")":
                    continue
                each = sized["each"]
                made = f"{each}.numel() for {each} in {_listed(writer, attribute, each)}"
                _put(writer, (sized.start(), end + closes), made)
            else:
                _put(writer, (place.start, end), _as_list(writer, attribute))
    for place in writer.shared.asked(writer.room, writer.variable, "layers"):
        begin, end = place.start - len("len("), place.attribute_end
        if re.search(r"(?<![\w.])len\($", text[: place.start]) and text[end : end + 1] == ")":
            number = _number_of_layers(writer, place.start)
            if number is not None:
                _put(writer, (begin, end + 1), str(number))


def _put(writer: ModelWriter, span: tuple[int, int], text: str) -> None:
    """Put it in its place, in a statement that is written anew: it may be too long for a line."""
    for statement in simple_statements(writer.room.node):
        if holds(writer.tree.span(statement), span):
            writer.statements.setdefault(id(statement), (statement, {}, {}))
    put_in_place(writer, span, text)


def _number_of_layers(writer: ModelWriter, start: int) -> int | None:
    """How many layers Keras lists there, where all are known one by one: the input is one."""
    origin, region = writer.training.origin, writer.training.origin.region
    grows = any(writer.tree.span(node)[0] > start for node in origin.additions)
    nodes = walk([*writer.built.init, *writer.built.forward])
    if region is None or grows or any(isinstance(node, (For, While, If)) for node in nodes):
        return None
    layers = layers_made_here(region, origin)
    if layers is not None:
        return len(layers)
    chain = layers_in_a_row(region, origin)
    return None if chain is None else len({id(layer) for layer in chain}) + 1


def _as_list(writer: ModelWriter, attribute: str) -> str:
    """The weights as a list, of which a program asks how long it is."""
    listed = _listed(writer, attribute, "w")
    if " if " in listed:
        return f"[w for w in {listed}]"
    return listed if listed.startswith("[") else f"list({listed})"


def _listed(writer: ModelWriter, attribute: str, each: str) -> str:
    """What torch has for a list of Keras's weights; buffers of one number are torch's own."""
    parameters, buffers = f"{writer.variable}.parameters()", f"{writer.variable}.buffers()"
    freezes, norms = _is_frozen(writer), _speaks(writer, _NORMS)
    both = f"[*{parameters}, *{buffers}]" if norms else parameters
    shaped = f"{each}.dim()"
    if attribute.startswith("trainable"):
        return f"{parameters} if {each}.requires_grad" if freezes else parameters
    if not attribute.startswith("non"):
        return f"{both} if {shaped}" if norms else both
    if not freezes:
        return f"{buffers} if {shaped}"
    still = f"not {each}.requires_grad"
    return f"{both} if {shaped} and {still}" if norms else f"{both} if {still}"


def _is_frozen(writer: ModelWriter) -> bool:
    """Whether something is said of what is trainable."""
    return _speaks(writer, _FREEZES) or _speaks(writer, _MADE_FROZEN)


def _speaks(writer: ModelWriter, pattern: re.Pattern[str]) -> bool:
    """Whether the file has what a pattern says, or another one that makes parts of the model."""
    trees = [writer.tree, *_trees_elsewhere(writer, writer.training.home)]
    return any(pattern.search(tree.blanked) for tree in trees)


def _trees_elsewhere(writer: ModelWriter, region: Region) -> Iterator[Tree]:
    """The other files of a function, of the blocks that it calls, and of the models in its own."""
    if region.tree is not writer.tree:
        yield region.tree
    models = (options_of(model) for model in region.model_layers.values())
    summaries = [*region.called, *(made.summary for found in models for made in found)]
    for inner in (summary.region for summary in summaries if summary is not None):
        if inner is not None and inner is not region:
            yield from _trees_elsewhere(writer, inner)


def _counts_alike(writer: ModelWriter, attribute: str, start: int) -> bool:
    """Whether torch has the same weights there, with gradients where Keras trains them."""
    if not has_weights_of_keras(writer):
        return False
    if "trainable" in attribute and not _are_followed(writer, start):
        return False
    weights = attribute.endswith("weights") or attribute.startswith("trainable")
    older = writer.shared.file.options.keras == "2"
    return weights or older or not _speaks(writer, _DRAWING)


def _are_followed(writer: ModelWriter, start: int) -> bool:
    """Whether gradients are switched on and off as the program says it, up to a place.

    Before anything is trained, layers are made without gradients from the start.
    """
    tree = writer.tree
    spoken = [found.start() for found in _FREEZES.finditer(tree.blanked)]
    if not all(
        _is_said_when_made(writer, other)
        for other in _trees_elsewhere(writer, writer.training.home)
    ):
        return False
    if not spoken:
        return True
    if not writer.shared.freezing.in_place or not isinstance(writer.room.node, cst.Module):
        return False
    calls = (call for room in writer.shared.rooms for call in room.calls)
    statements = [c.statement for c in calls if c.name in ("freeze", "trainable")]
    in_place = [tree.span(statement) for statement in statements if statement is not None]
    if any(place > start and not within(place, in_place) for place in spoken):
        return False
    once = (cst.SimpleStatementLine, cst.For)
    for statement in tree.module.body:
        span = tree.span(statement)
        said = any(within(place, [span]) for place in spoken)
        if said and (not isinstance(statement, once) or within(start, [span])):
            return False
        if within(start, [span]) and not isinstance(statement, cst.SimpleStatementLine):
            return False
    return True


def _is_said_when_made(writer: ModelWriter, tree: Tree) -> bool:
    """Whether all that another file says of what is trainable stands where layers are made."""
    home = writer.training.home
    places = [found.start() for found in _FREEZES.finditer(tree.blanked)]
    if not places:
        return True
    noted = any(call.name in ("freeze", "trainable") for call in home.training.values())
    if tree is not home.tree or home.function is None or noted:
        return False
    span = tree.span(home.function)
    return all(within(place, [span]) for place in places)
