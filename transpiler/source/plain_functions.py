"""Functions that a file imports of others, which may have nothing to do with the framework."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache

import libcst as cst

from transpiler.source.imported import locate, read_text, real_path
from transpiler.source.tuples import functions_of


def imported_function(
    module: cst.Module, path: str, called: cst.BaseExpression
) -> tuple[cst.FunctionDef, Mapping[str, cst.FunctionDef]] | None:
    """The function that a call is of, and all of its file: `load`, `data.load`."""
    match called:
        case cst.Name(name):
            wanted = [(other, own) for other, own in _named(module, name) if own]
        case cst.Attribute(value=cst.Name(owner), attr=cst.Name(name)):
            wanted = [(f"{other}.{own}", name) for other, own in _named(module, owner) if own]
            wanted += [(other, name) for other, own in _named(module, owner) if not own]
        case _:
            return None
    home = os.path.dirname(real_path(path))
    for other, own in wanted:
        found = locate(home, other.replace("..", ".") if other.strip(".") else other)
        functions = _functions(read_text(str(found))) if found is not None else {}
        if own in functions:
            return functions[own], functions
    return None


def _named(module: cst.Module, name: str) -> Iterator[tuple[str, str]]:
    """The modules that may give a file a name, and what it is there; "" for the module itself."""
    for statement in module.body:
        for node in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(node, cst.Import):
                for alias in node.names:
                    whole = module.code_for_node(alias.name)
                    if (alias.evaluated_alias or whole) == name:
                        yield whole, ""
            elif isinstance(node, cst.ImportFrom):
                inner = module.code_for_node(node.module) if node.module is not None else ""
                other = "." * len(node.relative) + inner
                if isinstance(node.names, cst.ImportStar):
                    yield other, name
                    continue
                for alias in node.names:
                    if (alias.evaluated_alias or alias.evaluated_name) == name:
                        yield other, alias.evaluated_name


@lru_cache(maxsize=16)
def _functions(text: str) -> Mapping[str, cst.FunctionDef]:
    """The functions of a file at its top level; none where it can't be read."""
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError:
        return {}
    plain = [s for s in module.body if isinstance(s, cst.FunctionDef)]
    return {n: f for n, f in functions_of(module).items() if f in plain}
