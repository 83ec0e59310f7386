"""F-strings that show what they evaluate: what they show stays, whatever becomes of that.

print(f"{h.epoch[-1]=:3d}")             print(f"h.epoch[-1]={h.epoch[-1]:3d}")
"""

from __future__ import annotations

import ast

from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import nodes_of_kind, program_tree

#: What may be written otherwise for torch.
_REWRITTEN = (
    r"\.(?:history|epoch|lr|learning_rate|optimizer|best|stopped_epoch)\b"
    r"|\.(?:fit|evaluate|predict\w*|count_params|get_weights|numpy|test_on_batch|train_on_batch)\("
    r"|\b(?:keras|tf|K)\."
)
_CODE = r"(?:[^{}\n=]|==|[<>!]=)*?"
_FIELD = rf"\{{({_CODE}(?:{_REWRITTEN}){_CODE})=([ ]*)(?=[!:}}])"
_SHOWN = regex(rf"[fF][rR]?[\"'][^\n]*?{_FIELD}")
_ONE = regex(_FIELD)


def shown_expressions(text: str) -> Rewritten | None:
    """The text with such expressions named beside what is evaluated, if it has any."""
    module = program_tree(text) if "=" in text and _SHOWN.search(text) else None
    if module is None:
        return None
    edits: dict[Span, str] = {}
    positions = Positions(text)
    for node in nodes_of_kind(module, ast.JoinedStr):
        said = "".join(str(p.value) for p in node.values if isinstance(p, ast.Constant))
        start, end = positions.span(node)
        for match in _ONE.finditer(text, start, end):
            expression, blank = match.groups()
            shown = f"{expression}={blank}"
            if shown in said:  # else the braces are none of a field
                plain = "" if text[match.end()] in "!:" else "!r"
                edits[match.span()] = f"{shown}{{{expression.strip()}{plain}"
    made = rewritten(text, edits) if edits else None
    return made if made is not None and program_tree(made.text) is not None else None
