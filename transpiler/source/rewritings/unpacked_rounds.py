"""Inputs and tensors that a comprehension gives several variables: a statement for each of them.

a, b = [Input((8,), name=k) for k in ("a", "b")]       a = Input((8,), name="a")
                                                       b = Input((8,), name="b")
"""

from __future__ import annotations

import ast
import re

from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.constant_rounds import (
    has_names_of_its_own,
    in_round,
    rounds_of,
)
from transpiler.source.syntax import all_in, program_tree

_UNPACKED = regex(r"^[ \t]*[(\[]?\w+(?:, *\w+)+[)\]]? = [(\[]", re.MULTILINE)


def unpacked_rounds(text: str) -> Rewritten | None:
    """The text with a statement for each of them, if it has any."""
    if "Input(" not in text or not _UNPACKED.search(text):
        return None
    module, edits, positions = program_tree(text), dict[Span, str](), Positions(text)
    touched: list[tuple[int, int]] = []
    for node in all_in(module) if module is not None else ():
        match node:
            case ast.Assign(
                targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)],
                value=ast.ListComp(elt=made, generators=[over])
                | ast.GeneratorExp(elt=made, generators=[over]),
            ):
                names = [t.id for t in targets if isinstance(t, ast.Name)]
                span = positions.span(node)
                if len(names) == len(targets) and not comments_in(text[slice(*span)]):
                    if lines := _written(text, names, made, over):
                        edits[span] = ("\n" + " " * node.col_offset).join(lines)
                        touched.append((node.lineno, node.end_lineno or 0))
    return rewritten(text, edits, touched=touched) if edits else None


def _written(text: str, names: list[str], made: ast.expr, over: ast.comprehension) -> list[str]:
    """The statements; none where they are not known, or where one reads what others give."""
    read = {n.id for n in all_in(made) if isinstance(n, ast.Name)}
    apart = len({*names}) == len(names) and not read & {*names}
    if over.ifs or has_names_of_its_own(made) or not (apart and _is_tensor(made)):
        return []
    rows = rounds_of(text, over.target, over.iter)
    if len(rows) != len(names):
        return []
    return [f"{name} = {in_round(made, row)}" for name, row in zip(names, rows, strict=True)]


def _is_tensor(made: ast.expr) -> bool:
    """Whether it is `Input(...)`, or what a layer of the framework gives."""
    match made:
        case ast.Call(func=ast.Call(func=ast.Name(name) | ast.Attribute(attr=name))):
            return name[:1].isupper()
        case ast.Call(func=ast.Name("Input") | ast.Attribute(attr="Input")):
            return True
    return False
