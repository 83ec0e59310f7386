"""Options of data sets: how TensorFlow reads them, which is nothing to torch.

options = tf.data.Options()
options.autotune.enabled = True
dataset = dataset.with_options(options)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import DROPPED
from transpiler.interpret.region import Region
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import Configured, Expr

OPTIONS = "tf.data.Options"
_SAID = f"{OPTIONS} go: they say how data is read, not what it is"


def make_options(region: Region, node: cst.Call) -> Value | None:
    """Options that only data sets get; None of those that something else reads."""
    name = region.assigned
    if not name or region.whole is not node or node.args:
        return None
    uses = re.findall(rf"(?<![.\w]){name}\b", region.tree.blanked)
    known = rf"(?m)^\s*{name}(?:\.\w+)* = |\bwith_options\(\s*{name}\s*\)"
    if len(re.findall(known, region.tree.blanked)) != len(uses):
        return None
    _drop(region)
    region.file.say(DROPPED, node, _SAID)
    return Static(Expr(name, Configured(OPTIONS, (), ())))


def sets_option(region: Region, target: cst.Attribute) -> bool:
    """Whether an assignment sets an option, and goes."""
    root: cst.BaseExpression = target
    while isinstance(root, cst.Attribute):
        root = root.value
    held = region.scope.values.get(root.value) if isinstance(root, cst.Name) else None
    made = held.expr.value if isinstance(held, Static) else None
    if not isinstance(made, Configured) or made.name != OPTIONS:
        return False
    _drop(region)
    return True


def _drop(region: Region) -> None:
    region.idle.add(id(region.statement))
