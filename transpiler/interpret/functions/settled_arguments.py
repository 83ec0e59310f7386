"""What an expression in a builder is for the model that one of its calls makes.

def build(classes):
    last = "sigmoid" if classes == 1 else "softmax"     build(1)    # "sigmoid"
"""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from transpiler.interpret.layers.presuming import constant_given
from transpiler.interpret.region import Region
from transpiler.interpret.training import root
from transpiler.interpret.values import Model
from transpiler.ir.expr import UNKNOWN
from transpiler.source.settled import Unsettled, settled
from transpiler.source.syntax import all_in


def settled_by_call(home: Region, model: Model, text: str) -> Any:
    """The constant that the call which makes a model makes of an expression, or UNKNOWN."""
    function = home.function
    made = as_made_by(home, model)
    if made is None or not isinstance(function, cst.FunctionDef):
        return UNKNOWN
    line, _ = home.file.tree.place(function.name)
    nodes = all_in(ast.parse(home.file.tree.text))
    found = next((n for n in nodes if isinstance(n, ast.FunctionDef) and n.lineno == line), None)
    if found is None:
        return UNKNOWN
    values = ((n, constant_given(home, n, made.arguments.get(n))) for n in home.parameters)
    # the caller may change a list before the model reads it
    given = {n: v for n, v in values if v is not UNKNOWN and not isinstance(v, (list, dict))}
    try:
        return settled(found, given, text)
    except Unsettled:
        return UNKNOWN


def as_made_by(home: Region, model: Model) -> Model | None:
    """A model as its builder gives it: another function may have called that, and gives it on."""
    made: Model | None = model
    while made is not None and made.summary is not None and made.summary.region is not home:
        made = made.origin and root(made.origin)
    return None if made is None or made.kind != "instance" or made.summary is None else made
