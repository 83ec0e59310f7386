"""Methods that classes of the program inherit from others of the same file.

class Base:                                 class Deep(Base):
    def __init__(self):                         def build(self):
        self.model = self.build()                   return Sequential([...])

`__init__` is a method of `Deep`, too, where it calls another `build`, and keeps another model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.values import Function, UserClass
from transpiler.record import replace
from transpiler.regex import regex


def inherited_methods(region: Region, made: UserClass) -> dict[str, Function]:
    """The methods of the class above; those that depend on this one are its own.

    What it calls by `super()` is there under the name of the class above, too.
    """
    if made.parent is None:
        return {}
    above, text = made.parent.name, region.tree.code(made.node)
    methods = region.file.class_methods[above]
    found: dict[str, Function] = {}
    for name in _depending(region, made, methods):
        own = replace(methods[name], owner=made.name)
        plain = name.rpartition(".")[2]
        called = rf"(?:\bsuper\([^)]*\)|(?<![\w.]){above})\s*\.\s*{plain}\("
        found |= {f"{above}.{plain}": own} if re.search(called, text) else {}
        found[name] = own
    return {**methods, **found}


#: What trains and asks the model of an object.
ASKS_MODEL = regex(
    r"\bself\.\w+\.(?:compile|evaluate|fit|predict|test_on_batch|train_on_batch)\w*\("
)


_TRAINS_MODEL = regex(r"\bself\.\w+\.(?:fit|train_on_batch|(?:save|load)_weights)\(")


def invite_base(region: Region, base: UserClass) -> None:
    """Note that a class of another file trains or saves what its heirs make here."""
    home: FileContext = base.file
    if any(_TRAINS_MODEL.search(home.tree.code(one.node)) for one in base.lineage):
        region.file.lent[id(base.node)] = base


def _depending(region: Region, made: UserClass, methods: dict[str, Function]) -> list[str]:
    """The methods that lead to what a class defines, by what they call and read of their object."""
    changed = set(re.findall(r"\bdef\s+(\w+)", region.tree.code(made.node)))
    changed |= _assigned(region.tree.code(made.node))
    pending = {name: region.tree.code(method.node) for name, method in methods.items()}
    pending = {name: text for name, text in pending.items() if methods[name].owner}
    found: list[str] = []
    while True:
        reads = [n for n, text in pending.items() if changed.intersection(_asked(text))]
        if not reads:
            return found
        found += reads
        for name in reads:
            changed |= {name, *_assigned(pending.pop(name))}


def _asked(text: str) -> Iterable[str]:
    """What code asks its object for."""
    return re.findall(r"(?<![\w.])self\s*\.\s*(\w+)", text)


#: An assignment, with what is assigned where that is a name, a number or a string.
_ASSIGNED = regex(r"(?m)^[ \t]*([^=\n(]*?)(?::[^=\n(]+)?=(?!=)[ \t]*([\w.\-\"' \t]*$)?")


def _assigned(text: str) -> set[str]:
    """The attributes of a class, and those that code gives its object, but for plain values."""
    return {
        name
        for target, plain in _ASSIGNED.findall(text)
        for of_object, name in re.findall(r"(self\.)?(\w+)", target)
        if not (of_object and plain) or "." in plain
    }


def heirs(file: FileContext, method: Function) -> list[tuple[UserClass, Function]]:
    """The classes whose objects have a method, each with its own version of it.

    That which defines it is one if the program makes such objects.
    """
    return [
        (made, own)
        for made in file.user_classes
        for own in file.class_methods.get(made.name, {}).values()
        if own.node is method.node and (made.name != method.nested_in or _is_made(file, made))
    ]


def _is_made(file: FileContext, made: UserClass) -> bool:
    """Whether the program may make objects of the very class: it is named besides its heirs."""
    named = rf"(?<![\w.]){made.name}\b(?!\s*\.)"
    uses = len(re.findall(named, file.tree.blanked))
    bases = len(re.findall(rf"\bclass\s+\w+\s*\([^)]*{named}[^)]*\)", file.tree.blanked))
    supers = len(re.findall(rf"\b(?:super|isinstance)\([^()]*{named}", file.tree.blanked))
    return uses - bases - supers > 1
