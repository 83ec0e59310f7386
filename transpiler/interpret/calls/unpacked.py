"""Generators of images whose options are only known when the program runs.

ImageDataGenerator(**options)             augmentation(**options)
ImageDataGenerator(horizontal_flip=flip)  augmentation(horizontal_flip=flip)

The options become those of a function that is written for all that calls may give.
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.pipelines import GENERATOR
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import Mapping, Static
from transpiler.ir.expr import UNKNOWN, Expr
from transpiler.ir.pipeline import Options
from transpiler.source.given_options import options_given

#: Options that decide what is done to images.
_DECIDING = frozenset(
    {
        "horizontal_flip", "vertical_flip", "zoom_range", "samplewise_center",
        "samplewise_std_normalization",
    }
)  # fmt: skip


def unpacked(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> tuple[str, list[Argument]]:
    """The function and its arguments; those of options where it makes a generator of images."""
    if name != GENERATOR:
        return name, arguments
    dicts = [value for keyword, value in arguments if keyword == "**"]
    held = region.scope.values.get(region.keywords)
    if isinstance(held, Mapping) and any(map(region.passes_keywords, node.args)):
        keys = frozenset(map(str, held.items))
        options = Expr(
            region.keywords, Options(keys), names=region.scope.read(region.keywords).names
        )
        arguments = [(k, value) for k, value in arguments if k not in keys]
    elif len(dicts) == 1 and isinstance(dicts[0], Static):
        given = dicts[0].expr
        known = None
        if given.text in region.parameters and region.function is not None:
            known = options_given(region.tree.text, region.name, given.text)
        options = Expr(given.text, Options(known), given.strength, given.names)
    elif any(k in _DECIDING and _is_open(value) for k, value in arguments):
        return f"{name}.of_options", arguments
    else:
        return name, arguments
    named = [(k, value) for k, value in arguments if k != "**"]
    return f"{name}.of_options", [("options", Static(options)), *named]


def _is_open(value: object) -> bool:
    """Whether it is a plain value that only the program knows."""
    return isinstance(value, Static) and constant(value) is UNKNOWN and value.expr.items is None
