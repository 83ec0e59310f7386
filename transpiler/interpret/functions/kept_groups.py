"""Lists and dicts of models that objects keep, which a method of their class has filled.

self.members = []                               for member in self.members:
for _ in range(n):                                  member.predict(x)
    self.members.append(build(units))
"""

from __future__ import annotations

import re
from typing import TypeAlias

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.control.elements import hold_model, merge_items
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.functions.handed import handed
from transpiler.interpret.region import Region
from transpiler.interpret.values import (
    Function,
    Keyed,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Value,
)
from transpiler.ir import tokens
from transpiler.ir.expr import Expr
from transpiler.record import replace
from transpiler.regex import regex

Group: TypeAlias = Repeated | Keyed


def group_of(region: Region, node: cst.BaseExpression) -> str:
    """The attribute of the object at hand that an expression names: `self.members`, or ""."""
    of_this = isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name)
    if not of_this or "self" not in region.parameters or not region.methods:
        return ""
    text = region.tree.source(node)
    return text if text.startswith("self.") else ""


@provides("put_model")
def put_model(region: Region, node: cst.Call, receiver: Value) -> bool:
    """`self.members.append(model)`: the list of the object holds that model."""
    assert isinstance(node.func, cst.Attribute)
    name = group_of(region, node.func.value)
    if not name or len(node.args) != 1 or node.args[0].star:
        return False
    value = evaluate(region, node.args[0].value)
    if not isinstance(value, Model) or value.keeper:
        return False
    hold_model(region, name, receiver, value)
    region.done.add(id(node))
    return True


def note_groups(found: dict[str, Group], region: Region, this: str) -> None:
    """Note the lists and dicts of nothing but models that a method gives its object, by name."""
    for name, value in region.scope.values.items():
        if not name.startswith(f"{this}.") or (group := _group(region, value)) is None:
            continue
        attribute = name.removeprefix(f"{this}.")
        other = found.get(attribute)
        if other is not None:  # another method fills it, too
            item = merge_items(region, [other.item, group.item])
            group = replace(group, item=item) if isinstance(item, Model) else group
        found[attribute] = group


def _group(region: Region, value: Value) -> Group | None:
    if isinstance(value, (Repeated, Keyed)):
        return value if isinstance(value.item, Model) else None
    items: tuple[Value, ...] = ()
    if isinstance(value, (Sequence, Mapping)):
        items = tuple(value.items.values() if isinstance(value, Mapping) else value.items)
    if not items or not all(isinstance(item, Model) for item in items):
        return None
    item = merge_items(region, [*items])
    kind = Keyed if isinstance(value, Mapping) else Repeated
    return kind(item, Expr(tokens.ITEMS)) if isinstance(item, Model) else None


def kept_group(group: Group, reading: Expr) -> Group:
    """The same as another method reads it of its object, or another object of that one."""
    item = group.item
    assert isinstance(item, Model)
    return type(group)(handed(item, Expr(tokens.ITEM)), reading, reading)


def may_keep_groups(text: str) -> bool:
    """Whether methods of a class put something into lists or dicts of their object."""
    return _FILLED.search(text) is not None


def only_asks_groups(home: FileContext, method: Function) -> bool:
    """Whether a method goes through such lists or dicts, and gives its object nothing."""
    text = home.tree.code(method.node)
    return _ASKED.search(text) is not None and _GIVES.search(text) is None


_FILLED = regex(r"\bself\.\w+(?:\.append\(|\s*=\s*[\[{]|\[[^\[\]\n]+\]\s*=(?!=))")
_ASKED = regex(r"\bin (?:\w+\()?self\.\w+\b(?!\()|\bself\.\w+\[")
_GIVES = regex(r"\bself\.\w+(?:\s*(?::[^=\n]+)?=(?!=)|\.append\(|\[[^\[\]\n]+\]\s*=(?!=)|\s*,)")


def is_only_filled(name: str, text: str) -> bool:
    """Whether a method does nothing with such a list or dict but to make it, and to fill it."""
    used = rf"(?<![\w.])self\.{name}\b(?!\s*(?::[^=\n]+)?=(?!=)|\.append\(|\[[^\[\]\n]+\]\s*=(?!=))"
    return re.search(used, text) is None


def is_remade(name: str, text: str) -> bool:
    """Whether a method gives its object another such list or dict: `self.members = []`."""
    return re.search(rf"(?<![\w.])self\.{name}\s*(?::[^=\n]+)?=(?!=)", text) is not None
