"""Parameters that are Keras's smallest number unless they are given: the number is written there.

def dice(y_true, y_pred, smooth=K.epsilon()):       def dice(y_true, y_pred, smooth=1e-07):
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from transpiler.regex import regex
from transpiler.source.draws import whole_names
from transpiler.source.far_kinds import FRAMEWORKS
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_DEFAULT = regex(r"=\s*(?:\w+\.)*epsilon\(\)")
_EPSILON = regex(r"(?:[\w.]+\.)?(?:backend|config)\.(?:common\.)?epsilon")
_SETS = "set_epsilon"


def backend_defaults(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with such numbers, if it has any and no file of the program sets another one."""
    module = program_tree(text) if _DEFAULT.search(text) and _SETS not in text else None
    if module is None or any(_SETS in other for other in others()):
        return None
    names, at, edits = whole_names(module), Positions(text), dict[Span, str]()
    for node in all_in(module):
        for default in (
            [*node.defaults, *node.kw_defaults] if isinstance(node, ast.arguments) else ()
        ):
            if isinstance(default, ast.Call) and not (default.args or default.keywords):
                first, dot, rest = ast.unparse(default.func).partition(".")
                whole = f"{names.get(first, '')}{dot}{rest}"
                if whole.partition(".")[0] in FRAMEWORKS and _EPSILON.fullmatch(whole):
                    edits[at.span(default)] = "1e-07"
    return rewritten(text, edits) if edits else None
