"""Callbacks that a program adds under a condition: so is the code that stands for them.

if args.early:                                 if args.early:
    callbacks.append(EarlyStopping())              if val_loss < best_loss: ...
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.training.lines import within
from transpiler.interpret.values import Static
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Hooks
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.tree import Tree

_CALL = regex(r"(?<![\w.])(?!(?:len|isinstance|bool|int|float|str)\()[\w.]*\w\(")
#: What reads an entry of a dict: `options.get("early", True)`.
_GET = regex(r"\.get\((?:\"\w+\"|'\w+')(?:, (?:True|False|None|\d+|\"\w*\"|'\w*'))?\)")
_ATOM = regex(r"[\w.]+(?:\[[^\[\]]*\])*")
_PATH = regex(r"(?<![\w.])[A-Za-z_][\w.]*")
_SETS = r"\s*(?:[-+*/%|&^@]|//|\*\*|<<|>>)?=(?!=)"
#: What changes an attribute, or a part of an object: `args.early = False`, `names.append("b")`.
_CHANGES = (
    r"(?<![\w.])(?:{0})(?:(?:\.\w+|\[[^\[\]=]*\])+{1}"
    r"|\.(?:append|extend|insert|pop|popitem|remove|clear|update|add|discard|setdefault)\()"
    r"|\bsetattr\(|\bglobal [\w, ]*\b(?:{0})\b"
    r"|(?<![\w.])(?:{2}){1}"
)
#: What variables begin with that hold the best value so far.
_INFINITE = regex(r'float\("-?inf"\)')


def condition_of(tests: tuple[tuple[Static, bool], ...]) -> str:
    """Conditions as one expression."""
    parts = [_part(test.expr.text, holds) for test, holds in tests]
    if any(_CALL.search(_GET.sub("", part)) for part in parts):
        raise Unsupported("a callback under a condition that would be asked again in each epoch")
    if len(parts) == 1:
        return parts[0]
    return " and ".join(f"({p})" if re.search(r"\bor\b|\bif\b", p) else p for p in parts)


def paths_in(code: str) -> set[str]:
    """The names and attributes in code whose strings and comments are blank."""
    return set(_PATH.findall(code))


def changes_of(paths: set[str]) -> re.Pattern[str]:
    """What changes the objects that some code reads."""
    named = "|".join(map(re.escape, sorted(paths)))
    dotted = "|".join(re.escape(path) for path in sorted(paths) if "." in path) or r"(?!)"
    return re.compile(_CHANGES.format(named, _SETS, dotted))


def check_lasting(tree: Tree, tests: tuple[tuple[Static, bool], ...], place: int) -> None:
    """Refuse conditions on what a program changes once it has added the callback there."""
    texts = [_GET.sub("", test.expr.text) for test, _ in tests]
    changes = changes_of({path for text in texts for path in paths_in(text)})
    apart = [
        tree.span(statement)
        for statement in tree.module.body
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef))
    ]
    elsewhere = [span for span in apart if not span[0] <= place < span[1]]
    for found in changes.finditer(tree.blanked):
        if found.start() > place or within(found.start(), elsewhere):
            raise Unsupported("a callback under a condition on what the program changes later")


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
    if hooks.takes or hooks.batch_start or hooks.batch_end or hooks.test_start or hooks.test_end:
        raise Unsupported("a callback for each batch that is added under a condition")
    if hooks.stops_early:
        raise Unsupported("a callback that may stop within an epoch, added under a condition")
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
        when=condition,
        adds=(),
        perhaps=(*hooks.adds, *hooks.perhaps),
    )


def _guarded(lines: tuple[str, ...], condition: str) -> tuple[str, ...]:
    if not lines or (lines[0] == f"if {condition}:" and all(n.startswith(" ") for n in lines[1:])):
        return lines
    return (f"if {condition}:", *(f"    {line}" if line else "" for line in lines))
