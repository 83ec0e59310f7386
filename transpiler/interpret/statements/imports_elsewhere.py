"""What a file has imported, where a function of another file reads it from now on.

from losses import my_loss              from losses import my_loss      # in engine.py, too
from engine import train_model

model.compile("adam", loss=my_loss)
train_model(model, x, y)                # engine.py calls `my_loss` of the outputs
"""

from __future__ import annotations

import os

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.statements.brought import imports_of
from transpiler.source.imported import locate, reaches, real_path
from transpiler.source.occurrences import Occurrences
from transpiler.source.set_outside import set_outside


class NotImportable(Exception):
    """The other file can't have it, and why."""


def import_elsewhere(file: FileContext, name: str, path: str) -> tuple[str, str]:
    """The import that gives another file a name of this one; "" where it is its own.

    Also what it is called there.
    """
    import_, there = imports_of(file).get(name), os.path.basename(path)
    if import_ is None or import_.name == "*":
        raise NotImportable(_OF_FILE.format(name, there))
    folder = os.path.dirname(real_path(file.path))
    home = locate(folder, import_.module, file.tree.text)
    if home is not None and import_.name:
        if real_path(str(home)) == real_path(path):
            return "", import_.name
        home = locate(folder, joined(import_.module, import_.name), file.tree.text) or home
    if home is not None and reaches(str(home), path):
        raise NotImportable(_OF_CIRCLE.format(name, home.name, there))
    module = import_.module
    if module.startswith("."):
        module = _relative(module, folder, os.path.dirname(real_path(path)))
    line = f"from {module} import {import_.name}" if import_.name else f"import {module}"
    return (line if name in (import_.name, import_.module) else f"{line} as {name}"), name


_OF_FILE = (
    "it would read `{0}` of this file, which `{1}` can't import: define `{0}` in a file of its own"
)
_OF_CIRCLE = "it would read `{}` of `{}`, which imports `{}` itself"


def constant_of(file: FileContext, name: str) -> str:
    """The number or string that a name of a module surely is, as it is written; "" if it is none.

    `RATE` of `RATE = 0.01`, which stands there alone.
    """
    places = [place for place in Occurrences(file.tree.text).of(name) if place.binds]
    if len(places) != 1 or places[0].local or set_outside(file.path).fullmatch(name):
        return ""
    for statement in file.tree.module.body:
        match statement:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(
                        targets=[cst.AssignTarget(target=cst.Name(bound))],
                        value=cst.Integer() | cst.Float() | cst.SimpleString() as value,
                    )
                ]
            ) if (
                bound == name
            ):
                return file.tree.source(value)
    return ""


def _relative(module: str, folder: str, other: str) -> str:
    """What a file in another folder calls a module that one calls `.losses`."""
    rest = module.lstrip(".")
    above = [os.pardir] * (len(module) - len(rest) - 1)
    target = os.path.normpath(os.path.join(folder, *above, *rest.split(".")))
    parts = os.path.relpath(target, other).split(os.sep)
    level = parts.count(os.pardir) + 1
    return "." * level + ".".join(p for p in parts if p not in (os.pardir, os.curdir))


def joined(module: str, name: str) -> str:
    """What a part of a module is called, if it is a module."""
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"
