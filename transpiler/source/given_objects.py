"""Whether callers give a function what is made already, rather than what makes it.

def build(backbone):       build(resnet())       a model
    backbone(inputs)       build(resnet)         a function that makes a block
"""

from __future__ import annotations

import ast
from contextlib import suppress

from transpiler.source.callers import Calls
from transpiler.source.files import program_at
from transpiler.source.importers import importing_files
from transpiler.source.syntax import all_in, program_tree


def gets_objects(path: str, function: str, place: int, parameter: str) -> bool:
    """Whether another file of the project calls a function of one with what a call has made.

    `place` is that of the parameter among those that have one.
    """
    for other in importing_files(path, rf"\b{function}\("):
        text = ""
        with suppress(OSError, ValueError):
            text = program_at(other)
        tree = program_tree(text)
        calls = Calls(text, tree, imports=True).of(function, "") if tree is not None else ()
        for call, _ in calls:
            given = {k.arg: k.value for k in call.keywords}.get(parameter)
            if given is None and place < len(call.args):
                given = call.args[place]
            if given is not None and tree is not None and _is_made(given, tree):
                return True
    return False


def _is_made(node: ast.expr, module: ast.Module) -> bool:
    """Whether it is what a call gives, also by a variable of that name."""
    if not isinstance(node, ast.Name):
        return _is_call(node)
    made = (n for n in all_in(module) if isinstance(n, ast.Assign) and _is_call(n.value))
    targets = (target for statement in made for target in statement.targets)
    return any(isinstance(target, ast.Name) and target.id == node.id for target in targets)


def _is_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) != "partial"


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
