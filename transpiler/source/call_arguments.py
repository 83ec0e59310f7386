"""What the parameters of a function get in a call, as far as the texts of both tell."""

from __future__ import annotations

import ast


def given_in(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr] | None:
    """The arguments by the names of the parameters, and the defaults of the others.

    None where that is open: `run(*args)`, `run(**options)`, or more arguments than parameters.
    """
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    if any(isinstance(one, ast.Starred) for one in call.args) or len(call.args) > len(names):
        return None
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    keyword_only = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    defaults |= {one.arg: value for one, value in keyword_only if value is not None}
    found = {**defaults, **dict(zip(names, call.args, strict=False))}
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        found[keyword.arg] = keyword.value
    return found
