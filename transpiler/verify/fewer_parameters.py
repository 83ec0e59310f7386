"""Calls of builders that get an optimizer: converted, they may take less."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from transpiler.verify.neutral import callee
from transpiler.verify.records import Target

_Functions = dict[str, ast.FunctionDef]


def fitting_calls(targets: Sequence[Target], original: str, converted: str) -> tuple[Target, ...]:
    """Without arguments for parameters that the functions of the converted program lack."""
    before, after = _functions(original), _functions(converted)
    return tuple(
        (
            replace(target, call=ast.unparse(_Fewer(before, after).visit(_parsed(target))))
            if target.call
            else target
        )
        for target in targets
    )


def _parsed(target: Target) -> ast.AST:
    return ast.parse(target.call, mode="eval")


def _functions(text: str) -> _Functions:
    return {s.name: s for s in ast.parse(text).body if isinstance(s, ast.FunctionDef)}


def _taken(function: ast.FunctionDef) -> set[str]:
    given = function.args
    return set(map(_name, (*given.posonlyargs, *given.args, *given.kwonlyargs)))


def _name(parameter: ast.arg) -> str:
    return parameter.arg


class _Fewer(ast.NodeTransformer):
    def __init__(self, before: _Functions, after: _Functions) -> None:
        self.before, self.after = before, after

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Leave out what nobody takes any more."""
        self.generic_visit(node)
        name = callee(node)
        if name not in self.before or name not in self.after or not isinstance(node.func, ast.Name):
            return node
        known, taken = self.before[name], self.after[name]
        named = [*map(_name, known.args.posonlyargs), *map(_name, known.args.args)]
        gone = _taken(known) - _taken(taken)
        if not any(isinstance(given, ast.Starred) for given in node.args):
            pairs = zip_longest(node.args, named[: len(node.args)])
            node.args = [given for given, parameter in pairs if parameter not in gone]
        node.keywords = [k for k in node.keywords if k.arg not in gone]
        return node
