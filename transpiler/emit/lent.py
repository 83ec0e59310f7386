"""Models that one file makes at its top level, where others ask something of them.

from model import model
model.fit(x, y)             # an error: the model is a module now, and that file has no fit
"""

from __future__ import annotations

import re

from transpiler.diagnostics import LEFT_TRAINING
from transpiler.emit.draft import Draft
from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Model, Namespace, Unknown, Value
from transpiler.source.occurrences import Occurrences

_STEPS = ("fit", "fit_generator")
_LENT = Unknown("what another file makes at its top level")


def lent(file: FileContext) -> dict[str, Value]:
    """By their names, the models of a file's top level that become modules, and their histories."""
    module, planned = file.module, file.planned
    if module is None or planned is None:
        return {}
    stay = {id(u.built.model) for u in planned.models if u.built is not None and u.problem}
    models = {
        name
        for name, value in module.scope.values.items()
        if isinstance(value, Model) and id(value) not in stay
    }
    found: dict[str, Value] = dict.fromkeys(models, _LENT)
    for call in module.training.values():
        target, equals, _ = file.tree.source(call.statement).partition("=")
        if call.name in _STEPS and equals and target.strip().isidentifier():
            found[target.strip()] = _LENT
    return found


def report_lent(draft: Draft) -> None:
    """What a file asks of the models of others is left as it is."""
    names = [name for name, value in draft.file.globals.items() if value is _LENT]
    for module, value in draft.file.globals.items():
        if isinstance(value, Namespace):
            inner = [name for name, held in value.items.items() if held is _LENT]
            names += [f"{module}.{name}" for name in inner]
    if not names:
        return
    occurrences = Occurrences(draft.tree.text)
    for name in names:
        head = name.partition(".")[0]
        gets = re.search(rf"(?m)^[ \t]*{re.escape(name)}[ \t]*=(?!=)", draft.tree.blanked)
        why = f"so is what gives `{name}`" if gets else _WHY.format(name)
        asked = re.compile(rf"(?<![\w.]){re.escape(name)}\.\w+")
        for found in asked.finditer(draft.tree.blanked):
            if occurrences.is_own(head, found.start()):
                continue
            message = f"`{found.group()}` is left as it is: {why}"
            draft.say_at(LEFT_TRAINING, *draft.tree.line_column(found.start()), message)
            start = draft.tree.line_start(found.start())
            draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_TRAINING, message))


_WHY = "another file makes `{}` at its top level; build it in a function, which this file calls"
