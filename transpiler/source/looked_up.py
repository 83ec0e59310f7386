"""Whether lists and dicts change in place in which an expression looks something up.

cfg = {"loss": "mse"}
put = partial(cfg.update)
put(loss="mae")
model.compile("sgd", cfg["loss"])        # not what the text of `cfg` says
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from transpiler.source.changed_entries import all_changed, changed_entries
from transpiler.source.syntax import all_in, python_tree


def changes_inside(texts: Iterable[str], expression: str) -> bool:
    """Whether a program may change them, as some texts tell.

    What it gives entries by their names, and through a variable, is known of any dict.
    """
    for node in all_in(python_tree(expression) or ast.Module([], [])):
        if isinstance(node, ast.Subscript):
            named = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
            if any(_changes(text, node.value, named) for text in texts):
                return True
    return False


def changes_in_place(text: str, path: str) -> bool:
    """Whether a program changes the list or dict that a path leads to, by whatever name."""
    parsed = python_tree(path)
    held = parsed.body[0] if parsed is not None and parsed.body else None
    return isinstance(held, ast.Expr) and _changes(text, held.value, named=False)


def _changes(text: str, held: ast.expr, named: bool) -> bool:
    changed = changed_entries(text) if named else all_changed(text)
    match held:
        case ast.Name(name):
            made = rf"\b{name}\s*(?::[^=\n]*)?=\s*(?:\{{[^}}\n]*\bfor\b|dict\(zip\b)"
            return name in changed.names or re.search(made, text) is not None
        case ast.Attribute(attr=key) | ast.Subscript(slice=ast.Constant(value=key)):
            return not named and changed.under(key)
        case ast.Call():  # it may give the same list again
            return not named
    return False
