"""Layers of models of which nobody knows which these are.

def freeze(net):                    # in a file of helpers, which calls it nowhere
    for layer in net.layers:        # an error: an nn.Module has no such list
        layer.trainable = False     # and this would do nothing there
"""

from __future__ import annotations

import re

from transpiler.diagnostics import LEFT_TRAINING
from transpiler.emit.causes import lines_said
from transpiler.emit.draft import Draft
from transpiler.emit.edits import replaces
from transpiler.interpret.symbols import IMPORTED_INSIDE
from transpiler.interpret.values import Framework, Namespace
from transpiler.regex import regex
from transpiler.source.lexical import is_about_framework

#: What a model of Keras has, and what says whether a part of it is trained.
_ASKED = regex(r"\.(?:layers\b(?![ \t]*=(?!=))|trainable[ \t]*=(?!=))")
_BEFORE = regex(r"(?<![\w.])([A-Za-z_]\w*)(?:\.\w+|\[[^\[\]\n]*\]|\([^()\n]*\))*$")
#: `args = parser.parse_args()`, or what a function of such a name gives
_OPTIONS = regex(r"^[ \t]*(\w+)(?:, \w+)? = [\w.]*\bparse_(?:known_)?args\(", re.MULTILINE)
_IMPORTING = regex(r"[ \t]*(?:import|from)\b")


def report_overlooked_layers(draft: Draft) -> None:
    """What asks an unknown model for its layers, or freezes something, is said to be left."""
    if not _is_about_models(draft):
        return
    replaced = replaces(draft.edits)
    reported = lines_said(draft)
    text = draft.tree.blanked
    for found in _ASKED.finditer(text):
        line, _ = draft.tree.line_column(found.start())
        start = draft.tree.line_start(found.start())
        of = _BEFORE.search(text, start, found.start())
        imports = _IMPORTING.match(text, start) is not None
        if of is None or imports or line in reported or replaced(found.start()):
            continue
        held = draft.file.globals.get(of[1])
        if of[1] in ("self", "cls") or isinstance(held, (Framework, Namespace)):
            continue
        if found.group() == ".layers" and of.group() in _OPTIONS.findall(text):
            continue
        reported.add(line)
        asked = f"{of.group()}{found.group()}".rstrip()
        message = f"`{asked}` is left as it is: which model that is of, is not known"
        draft.say_at(LEFT_TRAINING, *draft.tree.line_column(of.start()), message)
        draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_TRAINING, message))


def _is_about_models(draft: Draft) -> bool:
    """Whether a file imports the framework, or needs no word of it for models of other files."""
    text = draft.tree.text
    if not is_about_framework(text):
        return True
    imported = any(isinstance(value, Framework) for value in draft.file.globals.values())
    return imported or IMPORTED_INSIDE.search(text) is not None
