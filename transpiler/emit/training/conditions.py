"""Callbacks that a program adds under a condition: so is the code that stands for them.

if args.early:                                 if args.early:
    callbacks.append(EarlyStopping())              if val_loss < best_loss: ...
"""

from __future__ import annotations

import re

from transpiler.interpret.values import Static
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Hooks
from transpiler.record import replace

_CALL = re.compile(r"(?<![\w.])(?!(?:len|isinstance|bool|int|float|str)\()[\w.]*\w\(")
_ATOM = re.compile(r"[\w.]+(?:\[[^\[\]]*\])*")
#: What variables begin with that hold the best value so far.
_INFINITE = re.compile(r'float\("-?inf"\)')


def condition_of(tests: tuple[tuple[Static, bool], ...]) -> str:
    """Conditions as one expression."""
    parts = [_part(test.expr.text, holds) for test, holds in tests]
    if any(_CALL.search(part) for part in parts):
        raise Unsupported("a callback under a condition that would be asked again in each epoch")
    if len(parts) == 1:
        return parts[0]
    return " and ".join(f"({p})" if re.search(r"\bor\b|\bif\b", p) else p for p in parts)


def _part(text: str, holds: bool) -> str:
    if holds:
        return text
    for one, other in ((" is not None", " is None"), (" is None", " is not None")):
        if text.endswith(one) and _ATOM.fullmatch(text.removesuffix(one)):
            return text.removesuffix(one) + other
    if text.startswith("not ") and _ATOM.fullmatch(text.removeprefix("not ")):
        return text.removeprefix("not ")
    return f"not {text}" if _ATOM.fullmatch(text) else f"not ({text})"


def under(hooks: Hooks, condition: str) -> Hooks:
    """The same where a condition holds; variables get their first values in any case."""
    if hooks.takes or hooks.batch_start or hooks.batch_end:
        raise Unsupported("a callback for each batch that is added under a condition")
    if hooks.first:
        raise Unsupported("BackupAndRestore that is added under a condition")
    plain = not any("(" in _INFINITE.sub("", line) for line in hooks.before)
    return replace(
        hooks,
        before=hooks.before if plain else _guarded(hooks.before, condition),
        epoch_start=_guarded(hooks.epoch_start, condition),
        epoch_end=_guarded(hooks.epoch_end, condition),
        after=_guarded(hooks.after, condition),
        stops=_guarded(hooks.stops, condition),
    )


def _guarded(lines: tuple[str, ...], condition: str) -> tuple[str, ...]:
    if not lines:
        return ()
    return (f"if {condition}:", *(f"    {line}" if line else "" for line in lines))
