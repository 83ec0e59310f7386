"""Which expressions may be made of what some calls give, as far as a text tells.

losses.append(loss_fn(a, b))      # one of the calls
for loss in losses:
    print(loss.numpy())           # asks what it has given
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, program_tree
from transpiler.source.whereabouts import last_name, stored_names

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PUTTING = frozenset({"add", "append", "extend", "insert", "setdefault", "update"})


def asked_for(text: str, calls: Set[tuple[int, int]], method: str) -> list[tuple[int, int]]:
    """Where a method is called of what may be made of the values of some calls."""
    module = program_tree(text)
    return [] if module is None or not calls else _Search(text, module, calls).asked(method)


class _Search:
    """The names of such values, which are the same in all functions here."""

    def __init__(self, text: str, module: ast.Module, calls: Set[tuple[int, int]]) -> None:
        self._calls, self._positions = calls, Positions(text)
        self._nodes = list(all_in(module))
        self._names = set[str]()
        self._functions = {n.name: n for n in self._nodes if isinstance(n, _FUNCTIONS)}
        before = -1
        while before != len(self._names):
            before = len(self._names)
            for node in self._nodes:
                self._names.update(self._named(node))

    def asked(self, method: str) -> list[tuple[int, int]]:
        return [
            self._positions.span(node)
            for node in self._nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == method
            and self._reads(node.func.value)
        ]

    def _named(self, node: ast.AST) -> Iterator[str]:
        """The names that a node gives such values: of variables, attributes and functions."""
        match node:
            case ast.Assign(targets=targets, value=value) if self._reads(value):
                for target in targets:
                    yield from stored_names(target)
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.AugAssign(target=target, value=value)
                | ast.NamedExpr(target=target, value=value)
                | ast.For(target=target, iter=value)
                | ast.comprehension(target=target, iter=value)
            ) if self._reads(value):
                yield from stored_names(target)
            case ast.Call(ast.Attribute(holder, name), given) if name in _PUTTING:
                if any(map(self._reads, given)):
                    yield last_name(holder)
            case ast.Call(func, given) if last_name(func) in self._functions:
                parameters = self._functions[last_name(func)].args.args
                first = bool(parameters) and parameters[0].arg == "self"
                for parameter, value in zip(parameters[first:], given, strict=False):
                    if self._reads(value):
                        yield parameter.arg
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
                inside = (n for n in all_in(node) if isinstance(n, (ast.Return, ast.Yield)))
                if any(n.value is not None and self._reads(n.value) for n in inside):
                    yield name

    def _reads(self, node: ast.expr) -> bool:
        """Whether an expression has one of the calls in it, or one of the names."""
        return any(
            (isinstance(n, ast.Call) and self._positions.span(n) in self._calls)
            or (isinstance(n, ast.Name) and n.id in self._names)
            or (isinstance(n, ast.Attribute) and n.attr in self._names)
            for n in all_in(node)
        )
