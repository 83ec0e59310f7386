"""How a file refers to functions of other files that have become classes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Function, Namespace

if TYPE_CHECKING:
    from transpiler.emit.units import FilePlan


def foreign_function(file: FileContext, serial: int) -> Function:
    """The function of another file whose summary has this number."""
    home, _ = file.foreign[serial]
    return next(s.function for s in home.summaries.values() if s.serial == serial)


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


def passed_on(file: FileContext) -> dict[str, str]:
    """The functions of other files that a package has, and that are classes there, by their names.

    What is a class now has another name.
    """
    found: dict[str, str] = {}
    for value in file.globals.values():
        if not isinstance(value, Function) or value.file in (None, file):
            continue
        home: FileContext = value.file
        if home.planned is None:
            continue
        for serial, unit in home.planned.blocks.items():
            summary = unit.summary
            if summary is not None and summary.function.node is value.node and not unit.problem:
                found[value.name] = home.planned.class_names[serial]
    return found
