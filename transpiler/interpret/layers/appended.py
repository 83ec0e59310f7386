"""Statements that put layers into a list: `stack.append(Dense(4))`, `stack += [Dense(4)]`."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.region import GiveUp


def appended_to(statement: cst.CSTNode) -> tuple[str, list[cst.BaseExpression]]:
    """The list of `stack.append(layer)` or `stack += [layer]`, where that is all of a statement."""
    small = only(statement)
    match small:
        case cst.AugAssign(
            target=cst.Name(name), operator=cst.AddAssign(), value=cst.List() as added
        ):
            return name, _elements(added)
        case cst.Expr(
            value=cst.Call(
                func=cst.Attribute(value=cst.Name(name), attr=cst.Name(how)),
                args=[cst.Arg(keyword=None, star="", value=given)],
            )
        ):
            if how == "append":
                return name, [given]
            if how == "extend" and isinstance(given, cst.List):
                return name, _elements(given)
    return "", []


def _elements(display: cst.List) -> list[cst.BaseExpression]:
    if any(isinstance(element, cst.StarredElement) for element in display.elements):
        raise GiveUp("layers are collected in a list by a loop", display)
    return [element.value for element in display.elements]


def only(statement: cst.CSTNode) -> cst.BaseSmallStatement | None:
    """The small statement that is all of a line."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        return statement.body[0]
    return None
