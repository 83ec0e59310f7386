"""Functions of Keras that give arrays, called in the methods of a class: what stands in for them.

return batch_x, keras.utils.to_categorical(batch_y, 10)
return batch_x, to_categorical(batch_y, 10)
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.interpret.context import FileContext
from transpiler.interpret.statics import literal_value, strength
from transpiler.interpret.symbols import canonical
from transpiler.interpret.values import Framework
from transpiler.ir.expr import POSTFIX, Expr, expr
from transpiler.ir.tensor import Unsupported
from transpiler.source.children import children_of


def rewritten_sources(file: FileContext, node: cst.CSTNode) -> tuple[list[Edit], frozenset[str]]:
    """The edits of such calls, and what they need; those that can't be written are left out."""
    edits: list[Edit] = []
    helpers: set[str] = set()
    pending: list[cst.CSTNode] = [node]
    while pending:
        child = pending.pop()
        made = _stands_in(file, child) if isinstance(child, cst.Call) else None
        if made is None:
            pending += children_of(child)
            continue
        edits.append(Edit(*file.tree.span(child), made.wrapped(POSTFIX)))
        helpers |= made.helpers
    return edits, frozenset(helpers)


def _stands_in(file: FileContext, call: cst.Call) -> Expr | None:
    """What stands in for a call; None where it is none of Keras's, or not understood."""
    rule = file.rules.sources.get(_name(file, call.func))
    if rule is None or rule.names[0].startswith("tf.data."):
        return None
    parameters = rule.signature.parameters
    positions = iter([n for n, p in parameters.items() if p.kind is not p.KEYWORD_ONLY])
    given: dict[str, Expr] = {}
    for argument in call.args:
        keyword = argument.keyword.value if argument.keyword is not None else None
        name = keyword or next(positions, "")
        if argument.star or name not in parameters or name in given:
            return None
        text = file.tree.source(argument.value)
        given[name] = Expr(text, literal_value(text), strength(argument.value))
    for name, parameter in parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            continue
        if name not in given and parameter.default is parameter.empty:
            return None
        given.setdefault(name, expr(parameter.default))
    try:
        made = rule.build(**given)
    except Unsupported:
        return None
    return made if isinstance(made, Expr) else None


def _name(file: FileContext, node: cst.BaseExpression) -> str:
    """The name of Keras that an expression stands for, "" for others."""
    if isinstance(node, cst.Attribute):
        owner = _name(file, node.value)
        return canonical(f"{owner}.{node.attr.value}") if owner else ""
    value = file.globals.get(node.value) if isinstance(node, cst.Name) else None
    return value.name if isinstance(value, Framework) else ""
