"""Dicts of functions that a module has for others: `BUILDERS = {"mlp": build_mlp}`.

They count as what they are where no file of the project changes them.
"""

from __future__ import annotations

import ast

from transpiler.source.imported import real_path
from transpiler.source.remembered import remembered
from transpiler.source.steady_settings import Held, is_steady
from transpiler.source.stores import stores_of
from transpiler.source.syntax import program_tree


@remembered
def is_steady_table(path: str, text: str, name: str) -> bool:
    """Whether a module gives a name one dict or list of functions, which nothing changes."""
    program, stores = program_tree(text), stores_of(text)
    if program is None or stores is None or stores.names[name] != 1:
        return False
    tables = [
        s.value
        for s in program.body
        if isinstance(s, ast.Assign) and [ast.unparse(target) for target in s.targets] == [name]
    ]
    if len(tables) != 1 or not isinstance(tables[0], (ast.Dict, ast.List, ast.Tuple)):
        return False
    if not all(isinstance(one, (ast.Name, ast.Attribute)) for one in _entries(tables[0])):
        return False
    named = frozenset({name})
    held = Held(tables[0], named, named, named, {real_path(path): text}, frozenset(), frozenset())
    return is_steady(held, path, text)


def _entries(table: ast.Dict | ast.List | ast.Tuple) -> list[ast.expr]:
    """The values of a dict, or the elements of a list; in tuples, what is no constant."""
    values = table.values if isinstance(table, ast.Dict) else table.elts
    inner = (one.elts if isinstance(one, ast.Tuple) else [one] for one in values)
    return [one for some in inner for one in some if not isinstance(one, ast.Constant)]
