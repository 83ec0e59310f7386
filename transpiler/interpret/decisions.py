"""Switches of the program's own that are decided by the settings of a module.

class CFG:                      if CFG.norm:                        # the class has the side that
    norm = False                    h = BatchNormalization()(h)     # it is set to
"""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import DECIDED
from transpiler.interpret.region import Region
from transpiler.interpret.values import Mapping, Namespace, Sequence, Static, UserClass, Value

#: What a module may hold its settings in.
_SETTINGS = (Static, Mapping, Sequence, UserClass, Namespace)


def _message(region: Region, node: cst.CSTNode, condition: cst.CSTNode, test: Value) -> str:
    """What to say of a condition, "" where it asks for more than settings."""
    if not isinstance(test, Static) or region.settles(condition):
        return ""
    held = region.file.globals
    names = sorted(name for name in region.tree.names(condition) if name in held)
    if not names or not all(isinstance(held[name], _SETTINGS) for name in names):
        return ""
    switch = f"if {region.tree.source(condition)}"
    switch = f"{switch} else" if isinstance(node, cst.IfExp) else switch
    return f"`{switch}` was decided by the value of {', '.join(names)}"


def tell_decision(region: Region, node: cst.If, condition: cst.CSTNode, test: Value) -> None:
    """A branch of which the class only has the side that it is set to."""
    if message := _message(region, node, condition, test):
        region.say(DECIDED, node, message)


def note_decision(
    region: Region, node: cst.If | cst.IfExp, condition: cst.CSTNode, test: Value
) -> None:
    """One of which it is not known yet whether both sides stay in the program."""
    if message := _message(region, node, condition, test):
        region.file.decisions[id(node)] = node, condition, message
