"""Functions on tensors that need no class: they stay functions."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.classes import ClassPlan, EmitError, _Writer
from transpiler.emit.fold import fold
from transpiler.interpret.region import FileContext
from transpiler.interpret.summary import Summary


def render_operation(file: FileContext, summary: Summary) -> str | None:
    """The text of the function, None where it can't be written."""
    region = summary.region
    node = summary.function.node
    assert region is not None
    assert isinstance(node, cst.FunctionDef)
    plan = ClassPlan(
        summary.function.name,
        region.init,
        region.forward,
        list(summary.tensors),
        statics=frozenset(),
        renames=dict(region.renames),
        hints={},
        effects=False,
    )
    try:
        writer = _Writer(plan)
        writer._name_modules()
        writer._local_names()
        body = writer._forward_block(writer.forward, 4, {}, ())
    except EmitError:
        return None
    tree = file.tree
    parameters = [tree.source(p.node) for p in summary.parameters if p.node is not None]
    header = fold(f"def {summary.function.name}({', '.join(parameters)}):", 0)
    lines = [header]
    first = node.body.body[0] if node.body.body else None
    if isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr):
        value = first.body[0].value
        if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)):
            lines.append(f"    {tree.source(value)}")
    return "\n".join([*lines, *body]) + "\n"
