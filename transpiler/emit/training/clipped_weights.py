"""Loops that clip all weights of a model: its tensors are clipped in place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import block
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.layers.freezing import WEIGHTLESS
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Model
from transpiler.ir.expr import Module
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, program_tree

#: Modules whose tensors are the weights that Keras has, with their axes in some order.
_ALIKE = regex(r"(?:\w+\()?(?:nn\.(?:Linear|Conv|Embedding|LayerNorm|BatchNorm)|Conv\w*Same\()")


def write_clipped_weights(writer: ModelWriter, call: TrainingCall, statement: cst.For) -> None:
    """All tensors of the model between two bounds, those that are not trained too, as in Keras."""
    normalizes = False
    for module in _layers(writer, call.model):
        made = module.constructor.text
        if not made.startswith(WEIGHTLESS) and not _ALIKE.match(made):
            raise Unsupported("torch keeps other weights than Keras, and they are clipped")
        normalizes |= "BatchNorm" in made
    name = _free_name(writer, statement)
    bounds = f"{call.given['lower'].text}, {call.given['upper'].text}"
    clips = f"{name}.clamp_({bounds})"
    lines = [*comments_in(writer.tree.source(statement))]
    lines.append(f"for {name} in {writer.variable}.state_dict().values():")
    if normalizes:
        lines += [
            f"    if {name}.is_floating_point():  # not the count of batches",
            f"        {clips}",
        ]
    else:
        lines.append(f"    {clips}")
    start, end = writer.tree.span(statement)
    indent = start - writer.tree.line_start(start)
    writer.edits.append(Edit(start, end, block(lines, indent).lstrip(" ")))


def _layers(writer: ModelWriter, model: Model) -> Iterator[Module]:
    """The modules of a model and of those that it is made of."""
    known = writer.shared.freezing.of
    inner = {module.token: part for module, part in known.nested(model)}
    if known.home(model) is None:
        raise Unsupported("weights of a model of which not all is known are clipped")
    for module in known.modules(root(model)):
        if module.token in inner:
            yield from _layers(writer, inner[module.token])
        else:
            yield module


def _free_name(writer: ModelWriter, statement: cst.For) -> str:
    """What the tensors are called."""
    start, end = writer.tree.span(statement)
    source = writer.tree.source(statement)
    names = re.findall(r"(?m)^\s*(?:for\s+)?(\w+)\s*(?:=(?!=)|in\b)", source)
    refuse_read_behind(writer, names, end)
    known = writer.shared.places(writer.room, "weights")
    return "tensor" if any(not start <= place.start < end for place in known) else "weights"


def refuse_read_behind(writer: ModelWriter, names: Iterable[str], end: int) -> None:
    """Refuse that something is read behind a loop over layers that has given it a name."""
    for name in names:
        behind = [p for p in writer.shared.places(writer.room, name) if p.start >= end]
        own = [*_comprehensions(writer.tree.text, name)] if behind else []
        behind = [p for p in behind if not any(a <= p.start < b for a, b in own)]
        first = min(behind, key=lambda place: place.start, default=None)
        if first is not None and not first.binds:
            raise Unsupported(f"`{name}` of a loop over layers is read behind it")


def _comprehensions(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where comprehensions stand that have a variable of that name themselves."""
    positions, module = Positions(text), program_tree(text)
    for node in all_in(module) if module is not None else ():
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            targets = (n for one in node.generators for n in all_in(one.target))
            first = node.generators[0].iter  # which is evaluated outside
            outer = any(isinstance(n, ast.Name) and n.id == name for n in all_in(first))
            if not outer and any(isinstance(n, ast.Name) and n.id == name for n in targets):
                yield positions.span(node)
