"""How a file refers to functions of other files that have become classes there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.edits import Edit, apply
from transpiler.emit.text import global_reads
from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Function, Namespace, UserClass
from transpiler.source.suites import leaf_statements

if TYPE_CHECKING:
    from transpiler.emit.draft import Draft
    from transpiler.emit.units import FilePlan


def foreign_function(file: FileContext, serial: int) -> Function:
    """The function of another file whose summary has this number."""
    home, _ = file.foreign[serial]
    return next(s.function for s in home.summaries.values() if s.serial == serial)


#: What the classes are derived from whose objects compute.
_COMPUTING = (
    "keras.losses.", "keras.Loss", "keras.metrics.", "keras.Metric", "keras.regularizers.",
    "keras.constraints.",
)  # fmt: skip


def takes_from_others(file: FileContext) -> bool:
    """Whether a file has something from others that may compute with tensors."""
    for value in file.globals.values():
        for held in value.items.values() if isinstance(value, Namespace) else (value,):
            if isinstance(held, UserClass) and held.file not in (None, file):
                if any(base.startswith(_COMPUTING) for base in held.bases):
                    return True
            if isinstance(held, Function) and held.file not in (None, file):
                return True
    return False


def foreign_models(planned: FilePlan) -> list[cst.CSTNode]:
    """The calls that give a file the models which it trains, and another file builds."""
    trained = (found.training for found in planned.trained if found.training.problem is None)
    away = (made.model.node for made in trained if made.home.file is not planned.file)
    return [node for node in away if node is not None]


def foreign_name(file: FileContext, serial: int) -> str:
    """How a file refers to the class that another file's function has become."""
    function = foreign_function(file, serial)
    _, name = file.foreign[serial]
    for known, value in file.globals.items():
        if isinstance(value, Namespace):
            held = value.items.get(function.name)
            if isinstance(held, Function) and held.node is function.node:
                return f"{known}.{name}"
        elif isinstance(value, Function) and value.node is function.node:
            return name if known == function.name else known
    return name


def settle_unread(draft: Draft) -> None:
    """Imports of functions that are classes now, and that nothing converted here needs.

    What the file doesn't read gets the new name, as others may have it from here; what it reads
    still is an error.
    """
    renamed = {(edit.start, edit.end) for edit in draft.edits}
    read: set[str] | None = None
    for leaf in leaf_statements(list(draft.top)):
        for node in leaf.body if isinstance(leaf, cst.SimpleStatementLine) else ():
            if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
                continue
            for alias in node.names:
                name = alias.evaluated_alias or alias.evaluated_name
                new, home = _class_behind(draft.file, name)
                span = draft.tree.span(alias.name)
                if not new or alias.evaluated_name == new or span in renamed:
                    continue
                if read is None:
                    read = global_reads(apply(draft.tree.text, draft.edits))
                if name not in read:
                    draft.edits.append(Edit(*span, new))
                    continue
                file = os.path.basename(home)
                message = f"`{name}` is left as it is: `{file}` has the class `{new}` in its place"
                draft.say(LEFT_CODE, alias, message)
                draft.todos.setdefault(draft.tree.span(leaf)[0], (LEFT_CODE, message))


def _class_behind(file: FileContext, name: str) -> tuple[str, str]:
    """What a function of another file is called there as a class, and that file; "" if nothing."""
    value = file.globals.get(name)
    if not isinstance(value, Function) or value.file in (None, file):
        return "", ""
    return _class_of(value), value.file.path


def passed_on(file: FileContext) -> dict[str, str]:
    """The functions of other files that a package has, and that are classes there, by their names.

    What is a class now has another name.
    """
    found: dict[str, str] = {}
    for value in file.globals.values():
        if not isinstance(value, Function) or value.file in (None, file):
            continue
        if name := _class_of(value):
            found[value.name] = name
    return found


def _class_of(function: Function) -> str:
    """What a function of another file is called there as a class; "" where it is none."""
    home: FileContext = function.file
    name = ""
    for serial, unit in home.planned.blocks.items() if home.planned is not None else ():
        summary = unit.summary
        if summary is not None and summary.function.node is function.node and not unit.problem:
            name = home.planned.class_names[serial]
    return name
