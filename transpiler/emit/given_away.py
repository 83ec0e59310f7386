"""Functions that give models, passed by name to code that nobody sees: it may want Keras's models.

SequentialBackend(create_model).run()
optim.minimize(model=create_model)
"""

from __future__ import annotations

import builtins
import re

from transpiler.diagnostics import ASSUMED, Severity
from transpiler.emit.draft import Draft
from transpiler.regex import regex

_CALLEE = regex(r"([\w.]+)\((?:[^()]|\([^()]*\))*$")
#: Functions of the standard library that only call what they get.
_CALLING = ("partial", "lru_cache", "wraps", "Thread", "Process")


def report_given_away(draft: Draft) -> None:
    """Warn where a function whose models are modules now is an argument of an unknown one."""
    builders = {
        summary.function.name
        for summary, units in draft.planned.builders
        if not summary.function.owner and units and not any(unit.problem for unit in units)
    }
    if not builders:
        return
    text, reported = draft.tree.blanked, {d.line for d in draft.diagnostics if _is_error(d)}
    names = "|".join(sorted(map(re.escape, builders)))
    for found in re.finditer(rf"(?:{names})(?=\s*[,)])", text):
        start = found.start()
        if not start or text[start - 1] not in "(,= \t\n":
            continue
        called = _CALLEE.search(text, max(0, start - 400), start)
        line, column = draft.tree.line_column(start)
        if called is None or not _is_foreign(draft, called.group(1)):
            continue
        if reported & {line, draft.tree.line_column(called.start(1))[0]}:
            continue
        message = (
            f"`{found.group()}` gives a torch module now, and `{called.group(1)}`, which gets the "
            "function, may want a model of Keras"
        )
        draft.say_at(ASSUMED, line, column, message)


def _is_error(diagnostic: object) -> bool:
    return getattr(diagnostic, "severity", None) is Severity.ERROR


def _is_foreign(draft: Draft, name: str) -> bool:
    """Whether a function is neither the program's own nor Python's."""
    first, last = name.partition(".")[0], name.rpartition(".")[2]
    own = re.search(rf"^\s*(?:def|class)\s+{re.escape(last)}\b", draft.tree.blanked, re.M)
    return own is None and not hasattr(builtins, first) and last not in _CALLING
