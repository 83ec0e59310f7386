"""Callbacks and data that are classes of one file, and train the models of another one.

Each file is converted for itself: that which trains sees what the class does, that of the class
that it is used so.
"""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.statements.guests import USED_ELSEWHERE
from transpiler.interpret.values import UserClass
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.importers import sees_training

_LEFT = regex(r"^`[\w.]+` is left as it is: ")
_ASKS = regex(r"\bself\.(?:model\b(?!\.stop_training\b)|params\b)")


def home_of(file: FileContext, made: UserClass) -> FileContext:
    """The file of a class."""
    home: FileContext = made.file or file
    if home is not file and not sees_training(home.path, file.path):
        raise Unsupported(f"`{made.name}` is a class of another file, which does not see this one")
    return home


def refuse_asking(file: FileContext, home: FileContext, made: UserClass) -> None:
    """Refuse a callback of another file whose methods would have to be written for a model.

    Where the file that trains can't have it as a guest, that says why.
    """
    why = _LEFT.sub("", file.unwelcome.get(made.name, ""))
    why = f": {why}" if why and why != USED_ELSEWHERE else ""
    if made.parent is not None or any(one.parent is made for one in home.user_classes):
        what = f"`{made.name}`, a class of another file, is a base or has one there"
        raise Unsupported(f"{what}{why}")
    if (found := _ASKS.search(home.tree.code(made.node))) is not None:
        what = f"`{made.name}`, a class of another file, asks for `{found.group()}`"
        raise Unsupported(f"{what}{why}")
