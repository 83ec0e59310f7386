"""Schedules of Keras's own that a program asks for rates itself: functions of the step.

schedule = ExponentialDecay(0.1, 20, 0.9)          def schedule(step):
rates = [float(schedule(n)) for n in range(9)]         return 0.1 * 0.9 ** (step / 20)
"""

from __future__ import annotations

import ast

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, replaces
from transpiler.emit.fold import fold
from transpiler.interpret.values import Static
from transpiler.ir.expr import Configured
from transpiler.ir.tensor import Unsupported
from transpiler.lower.optimizers import rate_after
from transpiler.source.between import changed_between
from transpiler.source.occurrences import Occurrences, Positions
from transpiler.source.syntax import all_in, program_tree

_SCHEDULES = "keras.optimizers.schedules."
_NUMPY = ".numpy()"
_LOOPS = (ast.For, ast.comprehension)


def write_called_schedules(draft: Draft) -> None:
    """Put the function in the place of the object that nothing of torch stands for."""
    module, region = program_tree(draft.tree.text), draft.file.module
    if region is None or module is None:
        return
    gone, found = replaces(draft.edits), Occurrences(draft.tree.text)
    for statement in draft.top:
        match statement:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(targets=[cst.AssignTarget(cst.Name(name))], value=cst.Call() as made)
                ]
            ):
                pass
            case _:
                continue
        value = region.scope.values.get(name)
        held = value.expr.value if isinstance(value, Static) else None
        place = draft.tree.span(made)
        if gone(place[0]) or not isinstance(held, Configured) or held.place != place:
            continue
        places = found.of(name)
        asked = [one.start for one in places if not one.binds and not gone(one.start)]
        alone = sum(one.binds for one in places) == 1 and held.name.startswith(_SCHEDULES)
        calls = _calls(draft.tree.text, module, name)
        if not alone or not asked or not all(start in calls for start in asked):
            continue
        end = draft.tree.span(statement)[1]
        if changed_between(draft.tree.text, draft.tree.source(made), end, None):
            continue
        assert isinstance(value, Static)
        try:
            rate = rate_after(draft.file.rules, value.expr)
        except Unsupported:
            continue
        draft.helpers |= rate.helpers
        body = fold(f"return {rate}", 4).strip()
        said = '"""The learning rate after so many steps."""'
        written = f"def {name}(step):\n    {said}\n    {body}\n"
        draft.edits.append(Edit(*draft.tree.span(statement), written))
        ends = [calls[start] for start in asked if draft.tree.text.startswith(_NUMPY, calls[start])]
        draft.edits += [Edit(end, end + len(_NUMPY), "") for end in ends]


def _calls(text: str, module: ast.Module, name: str) -> dict[int, int]:
    """The calls that ask for the rate after one number of steps: where they begin and end."""
    positions, nodes, found = Positions(text), [*all_in(module)], dict[int, int]()
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(called), args=[step], keywords=[]) if called == name:
                start, end = positions.span(node)
                plain = text.startswith(_NUMPY, end) or text[end : end + 1] not in (".", "[")
                if plain and _is_number(step, nodes):
                    found[start] = end
    return found


def _is_number(step: ast.expr, nodes: list[ast.AST]) -> bool:
    """Whether it is a whole number: a literal, or the variable of loops over ranges."""
    match step:
        case ast.Constant(value=int()):
            return True
        case ast.BinOp(left=one, op=ast.Add() | ast.Sub() | ast.Mult(), right=other):
            return _is_number(one, nodes) and _is_number(other, nodes)
        case ast.Name(name):
            loops = [n for n in nodes if isinstance(n, _LOOPS) and _binds(n.target, name)]
            stored = [n for n in nodes if isinstance(n, ast.Name) and n.id == name and _stores(n)]
            taken = any(isinstance(n, ast.arg) and n.arg == name for n in nodes)
            ranges = all(_is_range(n.iter) for n in loops)
            return bool(loops) and ranges and len(stored) == len(loops) and not taken
    return False


def _binds(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _is_range(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"
    )
