"""What functions call that which they get."""

from __future__ import annotations

import ast

from transpiler.source.syntax import all_in

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def parameters(scope: ast.AST) -> frozenset[str]:
    """All parameters of a function; of anything else there are none."""
    if not isinstance(scope, FUNCTIONS):
        return frozenset()
    return frozenset(a.arg for a in all_in(scope.args) if isinstance(a, ast.arg))


def gathered(scope: ast.AST) -> frozenset[str]:
    """What a function calls the rest of its arguments: `*args`, `**options`."""
    assert isinstance(scope, FUNCTIONS)
    return frozenset(a.arg for a in (scope.args.vararg, scope.args.kwarg) if a is not None)
