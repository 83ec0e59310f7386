"""Batches of changed images that a program takes one after the other."""

from __future__ import annotations

from rules.image_generators import GENERATOR
from transpiler.ir.expr import Expr
from transpiler.ir.pipeline import Element, Generated, Leaf, Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source


@source(f"{GENERATOR}.__iter__")
def batches(flow: Param) -> Expr:
    """As arrays, without end; those with a seed draw the same random numbers."""
    pipeline = flow.value
    assert isinstance(pipeline, Pipeline)
    kind = _kind(pipeline.element)
    if pipeline.drawn is None:
        made = helper(f"endless_{kind}", flow)
    else:
        made = helper(f"seeded_{kind}", flow, pipeline.drawn)
    return replace(made, value=Generated(pipeline.element, of_loader=True))


def _kind(element: Element) -> str:
    """How the names of functions end that give such batches."""
    if isinstance(element, Leaf):
        return "images"
    if not isinstance(element, tuple):
        raise Unsupported("batches of images that are dicts")
    return "batches" if all(isinstance(part, Leaf) for part in element) else "inputs"


@source(f"{GENERATOR}.__getitem__")
def batch(flow: Param, number: Param) -> Expr:
    """As arrays, of images that are changed anew each time."""
    pipeline = flow.value
    assert isinstance(pipeline, Pipeline)
    kind = _kind(pipeline.element)
    if pipeline.drawn is not None:
        raise Unsupported("a batch by its number, of a generator that draws by a seed")
    if kind == "inputs" or number.text.startswith("-"):
        raise Unsupported("a batch of several inputs by its number, or one counted from the end")
    return helper("images_at" if kind == "images" else "batch_at", flow, number)
