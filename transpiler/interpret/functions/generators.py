"""Generator functions of the program: what their calls give is known by the function alone."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.region import Region
from transpiler.interpret.statics import verbatim
from transpiler.interpret.values import Function, Generated, Static, Value
from transpiler.source.suites import yields_of


@provides("call_generator")
def call_generator(
    region: Region, node: cst.Call, function: Function, arguments: list[Argument]
) -> Value | None:
    """The generator that a function makes; None where it is no generator function, or not plain."""
    if not isinstance(function.node, cst.FunctionDef) or function.owner or not region.is_module:
        return None
    values = [value for _, value in arguments]
    home = function.file if function.file is not None else region.file
    if "yield" not in home.tree.words:
        return None
    found = yields_of(function.node)
    if not found or not all(isinstance(value, Static) for value in values):
        return None
    if mentions_framework(region.file, function):
        return None
    problem = next((why for one in found if (why := _problem(one.value))), "")
    bare = all(isinstance(one.value, _ARRAYS) for one in found)
    return verbatim(region, node, *values, value=Generated(function, problem, bare))


#: What may be an array, where it is yielded.
_ARRAYS = (cst.Name, cst.Attribute, cst.Subscript, cst.Call, cst.BinaryOperation)


def _problem(given: cst.CSTNode | None) -> str:
    """Why what is yielded is no batch of inputs and targets."""
    if not isinstance(given, cst.Tuple) or len(given.elements) != 2:
        return "does not yield pairs of inputs and targets"
    if any(not isinstance(element.value, _ARRAYS) for element in given.elements):
        return "yields other things than arrays"
    return ""
