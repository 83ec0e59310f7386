"""Attributes of an object that are what its method got: `self.units = units`, and nothing else.

Such a method may make its model with `units` as well as with `self.units`.
"""

from __future__ import annotations

import ast
import textwrap

from transpiler.source.syntax import all_in


def is_kept_as_given(method: str, name: str, until: int) -> bool:
    """Whether `self.name` is the argument `name` up to this line of the source of a method.

    It is assigned once, in any case, and neither is given anything else, nor may others set it.
    """
    try:
        function = ast.parse(textwrap.dedent(method)).body[0]
    except SyntaxError:
        return False
    if not isinstance(function, ast.FunctionDef) or not function.args.args:
        return False
    this = function.args.args[0].arg
    before = [s for s in function.body if s.lineno <= until]
    kept = [s for s in before if ast.unparse(s) == f"{this}.{name} = {name}"]
    others = [s for s in before if s not in kept]
    return len(kept) == 1 and not any(_may_set(s, this, name) for s in others)


def _may_set(statement: ast.stmt, this: str, name: str) -> bool:
    """Whether a statement may give the attribute, or the variable, something else."""
    alone = 0  #: how often the object is used other than for one of its attributes
    for node in all_in(statement):
        match node:
            case ast.Call(ast.Attribute(ast.Name(id=owner))) if owner == this:
                return True
            case ast.Call(ast.Attribute(ast.Attribute(ast.Name(id=owner), attr))) | ast.Subscript(
                ast.Attribute(ast.Name(id=owner), attr), _, ast.Store() | ast.Del()
            ) if (owner, attr) == (this, name):
                return True
            case ast.Attribute(ast.Name(id=owner), attr, ctx) if owner == this:
                if attr == "__dict__" or (attr == name and not isinstance(ctx, ast.Load)):
                    return True
                alone -= 1
            case ast.Name(id=found, ctx=ctx):
                if found == "super" or (found == name and not isinstance(ctx, ast.Load)):
                    return True
                alone += found == this
    return alone > 0
