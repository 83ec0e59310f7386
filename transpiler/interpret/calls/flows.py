"""Generators of images whose batches a program takes by itself: arrays, without end.

flow = augment.flow(x, batch_size=1)          flow = endless_images(DataLoader(...))
for _ in range(9):                            for _ in range(9):
    show(flow.next()[0])                          show(next(flow)[0])

pairs = zip(images, masks)                    pairs = zip(seeded_images(images, 1), ...)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.pipelines import GENERATOR, pipeline_of, pipeline_step
from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import Region
from transpiler.interpret.statics import rewrite, verbatim
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.ir.pipeline import Element, Generated
from transpiler.regex import regex


def endless(region: Region, node: cst.BaseExpression, value: Value) -> Value:
    """The batches of a generator of images one after the other, as an iterator over arrays."""
    return pipeline_step(region, node, f"{GENERATOR}.__iter__", [(None, value)])


def is_taken_from(region: Region, node: cst.BaseExpression) -> bool:
    """Whether a variable is given a generator, of which the program then takes batch by batch.

    And does nothing else with it: a loader that is asked anew begins anew.
    """
    name = region.assigned
    if region.whole is not node or not name.isidentifier():
        return False
    code = region.tree.blanked
    if region.function is not None:  # others may have a variable of that name, too
        code = region.tree.code(region.function)
    uses = [*re.finditer(rf"(?<![\w.]){name}\b", code)]
    bound = [use for use in uses if _BOUND.match(code, use.end())]
    others = [use for use in uses if use not in bound]
    asked = [use for use in others if _is_asked(code, use)]
    alone = len(others) == 1 and region.is_module and _runs_once(code, others[0].start())
    every = all(_is_asked(code, use) or _LOOPED.search(code[: use.start()]) for use in others)
    return bool(asked) and every and not alone


_BOUND = regex(r"\s*=(?!=)")
_LOOPED = regex(r"(?:\bin|\byield\s+from)\s+(?:enumerate\(\s*)?$")


def _is_asked(code: str, use: re.Match[str]) -> bool:
    """Whether it is asked for the next batch there."""
    by_function = re.search(r"(?<![\w.])next\(\s*$", code[: use.start()])
    by_method = re.compile(r"\.(?:next|__next__)\(\s*\)").match(code, use.end())
    return by_function is not None or by_method is not None


def _runs_once(code: str, place: int) -> bool:
    """Whether what stands in a line of the module is in no block, comprehension or function."""
    line = code[code.rfind("\n", 0, place) + 1 :].partition("\n")[0]
    return not line.startswith((" ", "\t")) and not re.search(r"\b(?:for|lambda)\b", line)


def next_of(region: Region, node: cst.Call, receiver: Static, name: str) -> Value | None:
    """`flow.next()`, of what is an iterator now."""
    made = receiver.expr.value
    if not isinstance(made, Generated) or not made.of_loader or name != "next" or node.args:
        return None
    value = Static(Expr(f"next({receiver.expr.text})", strength=POSTFIX, names=receiver.expr.names))
    rewrite(region, node, value)
    region.settled[region.tree.span(node)] = value.expr.text
    return value


_IN_ORDER = (
    "the batches by their numbers are those of the images in their order; Keras has shuffled them"
)


@provides("batch_of_flow")
def batch_of_flow(region: Region, node: cst.BaseExpression, flow: Static, number: Value) -> Value:
    """`flow[0]`: a batch of arrays, whose images are changed anew each time."""
    given: list[Argument] = [(None, flow), (None, number)]
    value = pipeline_step(region, node, f"{GENERATOR}.__getitem__", given)
    pipeline = pipeline_of(flow)
    if pipeline is not None and pipeline.random and isinstance(value, Static):
        region.file.say(ASSUMED, node, _IN_ORDER)
    return value


def zipped(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    """`zip(images, masks)` of generators, which is one itself; None of anything else."""
    held = [v.expr.value if isinstance(v, Static) else None for v in values]
    if not any(isinstance(one, Generated) for one in held):
        if not any((data := pipeline_of(v)) is not None and data.is_generator for v in values):
            return None
    parts: list[Value] = []
    elements: list[Element | None] = []
    refilled = ""
    for argument, value in zip(node.args, values, strict=True):
        pipeline = pipeline_of(value)
        if pipeline is not None and pipeline.is_generator:
            value = endless(region, argument.value, value)
        made = value.expr.value if isinstance(value, Static) else None
        parts.append(value)
        elements.append(made.element if isinstance(made, Generated) else None)
        refilled = refilled or (made.refilled if isinstance(made, Generated) else "")
    if any(not isinstance(part, Static) for part in parts):
        return next(part for part in parts if not isinstance(part, Static))
    known = tuple(element for element in elements if element is not None)
    whole = known if len(known) == len(elements) else None
    return verbatim(region, node, *parts, value=Generated(whole, refilled=refilled))
