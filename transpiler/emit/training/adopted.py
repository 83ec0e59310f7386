"""Attributes that get the models of other objects while these are trained.

def adopt(self, other):
    self.model = other.model                 # whose optimizer another object has
"""

from __future__ import annotations

import ast

from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.training import TRAINING
from transpiler.ir.tensor import Unsupported
from transpiler.source.syntax import program_tree


def refuse_adopted(shared: Shared, parts: list[Part]) -> None:
    """Raise where an attribute that is trained may get a model that somebody else has compiled."""
    trained = {
        (part.room.owner, part.variable.removeprefix("self."))
        for part in parts
        if part.room.owner and part.variable.startswith("self.")
        if any(call.name in TRAINING for call in part.calls)
    }
    program = program_tree(shared.text) if trained else None
    for made in program.body if program is not None else ():
        names = {
            name for owner, name in trained if isinstance(made, ast.ClassDef) and owner == made.name
        }
        for method in made.body if isinstance(made, ast.ClassDef) and names else ():
            if isinstance(method, ast.FunctionDef) and method.name != "__init__":
                for name in sorted(names & _given(method)):
                    raise Unsupported(
                        f"`{method.name}` may give `self.{name}` the model of another object, "
                        "which has an optimizer of its own"
                    )


def _given(method: ast.FunctionDef) -> set[str]:
    """The attributes that get what is an argument, or what such a one has."""
    taken = {one.arg for one in (*method.args.args[1:], *method.args.kwonlyargs)}
    found = set()
    for node in ast.walk(method):
        match node:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name("self"), attr=name)], value=value
            ):
                while isinstance(value, ast.Attribute):
                    value = value.value
                if isinstance(value, ast.Name) and value.id in taken:
                    found.add(name)
    return found
