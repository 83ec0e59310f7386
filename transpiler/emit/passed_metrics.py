"""Metrics that a program calls under other names than those that it has given them.

for m in [loss, accuracy]:
    m(1.0)

The classes that are emitted are updated, not called: where one may be called, it is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import replaces
from transpiler.regex import regex

_ASSIGNED = regex(r"([\w.]+)[ \t]*(?::[^=\n]+)?=[ \t]*$")


def called_under_other_names(draft: Draft) -> Iterator[tuple[int, str]]:
    """Calls of what may be a metric for which a class is emitted: where, and what to say."""
    classes = {f"{name}()" for name in draft.file.rules.by_hand.values() if name[0].isupper()}
    made = [edit.start for edit in draft.edits if edit.end > edit.start and edit.text in classes]
    if not any(_gets_about(draft, place) for place in made):
        return
    names = _Bound()
    draft.tree.module.visit(names)
    replaced = replaces(draft.edits)
    callees = "|".join(sorted(names.found)) or "(?!)"
    for call in re.finditer(
        rf"(?<![\w.])(?:(?:{callees})|[\w.]+\[[^][\n]*\])\(", draft.tree.blanked
    ):
        if not replaced(call.end() - 1):
            yield call.start(), (
                f"`{call.group()[:-1]}` may be a metric: the class that is emitted for it has "
                "`update`, and is not called"
            )


def _gets_about(draft: Draft, place: int) -> bool:
    """Whether an object that is made at a place may be reached without the name that it gets."""
    line = draft.tree.blanked[draft.tree.line_start(place) : place]
    target = _ASSIGNED.search(line)
    if target is None:
        return True  # an element, an argument
    name = re.escape(target.group(1))
    return re.search(rf"(?<![\w.]){name}\b(?!\s*[.(=:])", draft.tree.blanked) is not None


class _Bound(cst.CSTVisitor):
    """The names of parameters, and those that loops and comprehensions bind."""

    def __init__(self) -> None:
        self.found = set[str]()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.For, cst.CompFor)):
            self._note(node.target)
        elif isinstance(node, cst.Param):
            self.found.add(node.name.value)
        return True

    def _note(self, target: cst.BaseExpression) -> None:
        if isinstance(target, cst.Name):
            self.found.add(target.value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._note(element.value)
