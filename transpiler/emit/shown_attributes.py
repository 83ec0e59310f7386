"""Code that looks at all of an object, which has attributes more once it is converted.

class Trainer:
    def compile(self):
        self.model.compile("adam", "mse")      # self.criterion = ..., self.optimizer = ...
    def config(self):
        return {k: v for k, v in vars(self).items() if k != "model"}
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.draft import Draft
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, program_tree

_LOOKS = regex(r"\bvars\(\s*\w|\.__dict__\b")
#: What asks for, or sets, what it knows by name.
_BY_NAME = frozenset({"update", "get", "pop", "setdefault"})


def report_shown(draft: Draft, text: str) -> None:
    """A diagnostic where a program looks at all attributes of such an object."""
    blanked = draft.tree.blanked
    if not ("vars(" in blanked or "__dict__" in blanked) or not _LOOKS.search(blanked):
        return
    before, after = program_tree(draft.tree.text), program_tree(text)
    if before is None or after is None:
        return
    known, added = _attributes(before), dict[str, list[str]]()
    for name, attributes in _attributes(after).items():
        if name in known and (more := sorted(attributes - known[name])):
            added[name] = more
    at = Positions(draft.tree.text)
    for node, of in _looks(before) if added else ():
        if more := added.get(_class_of(before, node, of), []):
            line, column = draft.tree.line_column(at.span(node)[0])
            names = ", ".join(f"`{name}`" for name in more)
            reason = f"`{ast.unparse(node)}` has what converted code adds, too: {names}"
            draft.say_at(LEFT_CODE, line, column, reason)


def _attributes(module: ast.Module) -> dict[str, set[str]]:
    """What classes set of their objects."""
    return {
        made.name: {
            node.attr
            for node in all_in(made)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            if isinstance(node.value, ast.Name) and node.value.id == "self"
        }
        for made in all_in(module)
        if isinstance(made, ast.ClassDef)
    }


def _looks(module: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Where all attributes of an object are looked at, and the variable that holds it."""
    named: set[int] = set()
    for node in all_in(module):
        match node:
            case ast.Attribute(value, attr) if attr in _BY_NAME:
                named.add(id(value))
            case ast.Subscript(value):
                named.add(id(value))
            case ast.Call(func=ast.Name("vars"), args=[ast.Name(of)]) | ast.Attribute(
                ast.Name(of), "__dict__"
            ) if (id(node) not in named):
                yield node, of


def _class_of(module: ast.Module, node: ast.expr, of: str) -> str:
    """The class of an object, as far as its name tells; "" of another one."""
    for made in all_in(module):
        match made:
            case ast.ClassDef(name=name) if of == "self" and any(n is node for n in all_in(made)):
                return name
            case ast.Assign(targets=[ast.Name(held)], value=ast.Call(func=ast.Name(name))):
                if held == of:
                    return name
    return ""
