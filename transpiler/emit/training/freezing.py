"""Models of which some parts are not trained."""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import FROZEN_LEFT
from transpiler.emit.edits import Edit
from transpiler.emit.training.elsewhere import place_of
from transpiler.emit.training.lines import block
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.layers.freezing import WEIGHTLESS
from transpiler.interpret.trainable import said_of
from transpiler.interpret.training import TrainingCall, root
from transpiler.ir.tensor import Unsupported
from transpiler.lower.compositions import Still
from transpiler.lower.training import Compiled
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import FreeNames
from transpiler.source.suites import blocks_around
from transpiler.source.tree import Tree

#: Calls that take steps.
_TRAINS = ("fit", "train_on_batch")


def write_trainable(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine | cst.For
) -> None:
    """Weights with or without gradients; nothing where optimizers tell them apart.

    A comment above stays for what follows: it tells why that trains a part alone.
    """
    freezing = writer.shared.freezing
    writer.made.sharing |= {id(compiles.node) for compiles in freezing.concerns(call.model)}
    if freezing.is_left(call) and not _is_trained_elsewhere(writer, call):
        said = (
            f"`{writer.variable}` holds batch normalization, which keeps its statistics while it "
            f"is not trainable: call `eval()` on it behind `model.train()`"
        )
        writer.made.said.append((FROZEN_LEFT, call.node, said))
    if freezing.in_place:
        given = writer.source_of(call.given["value"])
        line = f"{writer.variable}.requires_grad_({given})"
        if isinstance(statement, cst.For):
            writer.edits.append(Edit(*writer.tree.span(statement), line))
            return
        writer.whole[id(statement)] = [line]
        writer.statements.setdefault(id(statement), (statement, {}, {}))
        return
    if call.conditional:
        raise Unsupported("whether it is trainable changes under a condition")
    if _is_alone(writer.room.node, statement):
        raise Unsupported("setting it is all that is done there")
    tree = writer.tree
    start, end = tree.span(statement)
    after = tree.line_end(max(end - 1, start))
    rest = tree.text[end:after].strip()
    if rest and not rest.startswith("#"):
        raise Unsupported("`trainable` is set beside other statements")
    writer.made.gone.append(statement)
    writer.edits.append(Edit(tree.line_start(start), after, ""))


def _is_trained_elsewhere(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether another file trains what the function builds which freezes a part of it."""
    region = call.region
    if region is None:
        return False
    places = [place_of(region, built.model) for built in region.built]
    return any(writer.shared.elsewhere.get(place) == "" for place in places)


def _is_alone(node: cst.CSTNode, statement: cst.CSTNode) -> bool:
    """Whether a block holds nothing else than a statement."""
    if isinstance(node, cst.IndentedBlock) and node.body[0] is statement:
        return len(node.body) == 1
    return any(_is_alone(child, statement) for child in children_of(node))


def _see_compiled(writer: ModelWriter, call: TrainingCall, end: int) -> None:
    """Refuse that something goes on training which the layers are part of, as it was compiled."""
    concerned = [root(c.model) for c in writer.shared.freezing.concerns(call.model)]
    every = [c for room in writer.shared.rooms for c in room.calls]
    for model in concerned:
        calls = [c for c in every if root(c.model) is model and c.name in ("compile", *_TRAINS)]
        if _is_compiled_at_once(writer, call, end, calls):
            continue
        for region in {id(c.region): c.region for c in calls}.values():
            inside = [c for c in calls if c.region is region]
            placed = sorted((writer.tree.span(c.node)[0], c.name, c.conditional) for c in inside)
            here = region is call.region
            if here and not call.in_loop and writer.shared.file.options.keras != "2":
                if all(p[0] > end for p in placed if p[1] in _TRAINS):
                    continue  # Keras 3 goes by what is trainable when it first trains
            following = next((p for p in placed if not here or p[0] > end), (0, "compile", False))
            if following[1:] != ("compile", False):
                raise Unsupported("layers are frozen, and it trains on without a new `compile`")


#: A call of something that trains no model.
_HARMLESS = regex(r"\b(?:print|range|len|get_layer|isinstance|enumerate)\(")


def _is_compiled_at_once(
    writer: ModelWriter, call: TrainingCall, end: int, calls: list[TrainingCall]
) -> bool:
    """Whether a model is compiled in the same block, with nothing between that may train it."""
    tree = writer.tree
    here = [tree.span(c.node)[0] for c in calls if c.name == "compile" and c.region is call.region]
    place = min((start for start in here if start > end), default=None)
    if place is None:
        return False
    at = tree.span(call.node)[0]
    around, other = (blocks_around(tree, writer.room.node, p) for p in (at, place))
    if [suite for _, suite in around] != [suite for _, suite in other]:
        return False
    begin = tree.line_start(place)
    return "(" not in _HARMLESS.sub("", tree.blanked[end:begin])


def write_freeze(writer: ModelWriter, call: TrainingCall) -> None:
    """Layers with or without gradients, for what is compiled after that."""
    if call.statement is None:
        raise Unsupported("a layer is frozen in the middle of a statement")
    _see_compiled(writer, call, writer.tree.span(call.statement)[1])
    writer.edits.append(freeze_edit(writer.tree, call, writer.variable, writer.names))


def freeze_edit(tree: Tree, call: TrainingCall, variable: str, free: FreeNames) -> Edit:
    """What stands for a statement that freezes layers: it is no part of a training."""
    assert call.statement is not None
    span = tree.span(call.statement)
    match call.statement:
        case cst.For(target=cst.Name(value=each)):  # as the program calls a layer
            pass
        case _:
            looped = span[0] if call.in_loop else None
            each = free.passing("layer", "module", end=span[1], looped=looped)
    lines = comments_in(tree.source(call.statement))
    for value in dict.fromkeys(said_of(call, layer) for layer in call.layers):
        modules = (
            m for layer in call.layers if said_of(call, layer) == value for m in layer.modules
        )
        names = [
            f"{variable}.{module.token}"
            for module in modules
            if not module.constructor.text.startswith(WEIGHTLESS)
        ]
        if len(names) > 2:
            lines += [f"for {each} in ({', '.join(names)}):", f"    {each}.requires_grad_({value})"]
        else:
            lines += [f"{name}.requires_grad_({value})" for name in names]
    indent = span[0] - tree.line_start(span[0])
    return Edit(*span, block(lines or ["pass"], indent).lstrip(" "))


def kept_still(compiled: Compiled) -> tuple[str, ...]:
    """The statements that keep the normalization of frozen parts as in inference."""
    subset = compiled.subset
    if subset is None:
        return ()
    return tuple(line for part in subset.still for line in _as_in_inference(part))


def _as_in_inference(part: Still) -> tuple[str, ...]:
    if not part.norms:
        return (f"model.{part.token}.eval()  # it is not trainable",)
    kinds = part.norms[0] if len(part.norms) == 1 else f"({', '.join(part.norms)})"
    if part.told:
        return (
            "for layer in model.modules():",
            f"    if isinstance(layer, {kinds}) and not layer.weight.requires_grad:",
            "        layer.eval()  # it is not trainable",
        )
    return (
        f"for layer in model.{part.token}.modules():",
        f"    if isinstance(layer, {kinds}):",
        "        layer.eval()  # it is not trainable",
    )
