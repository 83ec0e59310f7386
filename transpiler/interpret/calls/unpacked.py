"""`ImageDataGenerator(**options)`, of a dict that is only known when the program runs.

The options become those of a function that is written for all that calls may give.
"""

from __future__ import annotations

from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.pipelines import GENERATOR
from transpiler.interpret.region import Region
from transpiler.interpret.values import Static
from transpiler.ir.expr import Expr
from transpiler.ir.pipeline import Options
from transpiler.source.given_options import options_given


def unpacked(region: Region, name: str, arguments: list[Argument]) -> tuple[str, list[Argument]]:
    """The function and its arguments; those of a dict where it makes a generator of images."""
    dicts = [value for keyword, value in arguments if keyword == "**"]
    if name != GENERATOR or len(dicts) != 1 or not isinstance(dicts[0], Static):
        return name, arguments
    given = dicts[0].expr
    known = None
    if given.text in region.parameters and region.function is not None:
        known = options_given(region.tree.text, region.name, given.text)
    options = Static(Expr(given.text, Options(known), given.strength, given.names))
    named = [(k, value) for k, value in arguments if k != "**"]
    return f"{name}.of_options", [("options", options), *named]
