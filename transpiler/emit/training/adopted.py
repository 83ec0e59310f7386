"""Attributes that get the models of other objects while these are trained.

def adopt(self, other):
    self.model = other.model                 # whose optimizer another object has
"""

from __future__ import annotations

import ast
import re

from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.training import TRAINING
from transpiler.ir.tensor import Unsupported
from transpiler.source.syntax import all_in, program_tree


def refuse_adopted(shared: Shared, parts: list[Part]) -> None:
    """Raise where an attribute that is trained may get a model that somebody else has compiled."""
    trained = {
        (part.room.owner, part.variable.removeprefix("self."))
        for part in parts
        if part.room.owner and part.variable.startswith("self.")
        if any(call.name in TRAINING for call in part.calls)
    }
    for _, name in sorted(trained):
        if re.search(rf"\bsetattr\([^,()]*,\s*[\"']{name}[\"']", shared.text):
            raise Unsupported(
                f"`setattr` may give `{name}` a model that has an optimizer of its own"
            )
    program = program_tree(shared.text) if trained else None
    for made in program.body if program is not None else ():
        if not isinstance(made, ast.ClassDef):
            continue
        names = {name for owner, name in trained if owner == made.name}
        kept = {*shared.file.kept_models.get(made.name, {})} if names else set[str]()
        for method in made.body if names else ():
            if isinstance(method, ast.FunctionDef) and method.name != "__init__":
                for name in sorted(names & _given(method, kept)):
                    raise Unsupported(
                        f"`{method.name}` may give `self.{name}` the model of another object, "
                        "which has an optimizer of its own"
                    )


def _given(method: ast.FunctionDef, kept: set[str]) -> set[str]:
    """The attributes that get what is an argument, or what such a one has; or another of `kept`."""
    taken = {one.arg for one in (*method.args.args[1:], *method.args.kwonlyargs)}
    found = set()
    for node in all_in(method):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                pairs = [*zip(targets, values, strict=False)]
            case ast.Assign(targets=[target], value=value):
                pairs = [(target, value)]
            case _:
                continue
        for one, other in pairs:
            if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
                if one.value.id == "self" and _is_given(other, taken, kept - {one.attr}):
                    found.add(one.attr)
    return found


def _is_given(value: ast.expr, taken: set[str], kept: set[str]) -> bool:
    """Whether an expression is one of some names, or what such a one has; or `self.kept`."""
    match value:
        case ast.Attribute(value=ast.Name("self"), attr=name):
            return name in kept
        case ast.Attribute(value=inner):
            return _is_given(inner, taken, kept)
    return isinstance(value, ast.Name) and value.id in taken
