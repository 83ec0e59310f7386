"""The comments of a statement, which what is emitted for it carries."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import Region
from transpiler.ir import tokens
from transpiler.ir.code import Comments, Line, Node


@provides("with_comments")
def with_comments(region: Region, node: cst.CSTNode, run: Callable[[], object]) -> None:
    """Run a statement; what it emits carries its comments, unless it stays."""
    before = len(region.built), len(region.open_sequentials)
    programs = region.init, region.forward
    marks = [len(program) for program in programs]
    said = len(region.diagnostics)
    with region.within(node):
        run()
        opened = region.open_sequentials[before[1] :]
        if len(region.built) != before[0] or any(m.steps or m.input_name for m in opened):
            region.staying.add(region.origin)
    left = _left_code(region, node, said)
    for program, mark in zip(programs, marks, strict=True) if left else ():
        first = next((n for n in program[mark:] if not _is_silent(n)), None)
        if first is not None:
            first.comments = Comments((*left, *first.comments.leading), first.comments.trailing)


def _left_code(region: Region, node: cst.CSTNode, said: int) -> tuple[str, ...]:
    """A comment for each call in a statement that stays Keras."""
    if len(region.diagnostics) == said:
        return ()
    end = region.tree.span(node)[1]
    if isinstance(node, cst.BaseCompoundStatement):
        end = region.tree.span(node.body)[0]  # those further inside are its statements' own
    left = {
        message: code.todo(message)
        for code, place, message in region.diagnostics[said:]
        if code is LEFT_CODE and place is not None and region.tree.span(place)[1] <= end
    }
    region.left_code += [(node, message) for message in left]
    return tuple(left.values())


def _is_silent(node: Node) -> bool:
    return isinstance(node, Line) and (not node.text or node.text.startswith(tokens.SIZE))
