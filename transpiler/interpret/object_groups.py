"""Lists and dicts of objects of the program's classes: what one of them is.

trainers = {"small": Trainer(build(2)), "large": Trainer(build(8))}
for name, trainer in trainers.items():
    trainer.fit(x, y)
best = min(trainers.values(), key=Trainer.score)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import (
    Instance,
    Instances,
    PerhapsModel,
    Sequence,
    Static,
    Unknown,
    Value,
    models_in,
)
from transpiler.ir.expr import UNKNOWN, Expr
from transpiler.regex import regex

#: Ends the reason why it is not known what a method gives that knows nothing of the framework.
OF_METHOD = ", or what a method of it gives"


def one_of_objects(objects: Instances) -> Instance | None:
    """What is known of each of them, where all are of one class."""
    found = [item for item in objects.items if isinstance(item, Instance)]
    alike = len(found) == len(objects.items) and len({item.made for item in found}) == 1
    return Instance(found[0].reason, None, found[0].made) if alike else None


def settled_objects(region: Region, node: cst.CSTNode, objects: Instances) -> Instances:
    """The same, where nothing may have put others into what an expression names."""
    from transpiler.source.steady_groups import stays_as_made  # few programs have such groups

    words = set(_WORD.findall(region.tree.code(node)))
    held = region.scope.values
    named = [word for word in words if isinstance(held.get(word), Instances)]
    steady = all(stays_as_made(region.tree.blanked, name) for name in named)
    return objects if steady else Instances(objects.reason)


_WORD = regex(r"(?:self\.)?[A-Za-z_]\w*")


def round_of_objects(objects: Instances, unknown: Expr) -> Value | None:
    """What a round of a loop over them gets."""
    one = one_of_objects(objects)
    if one is None or objects.keys:
        return None
    return Sequence((Static(unknown), one), tuple) if objects.in_pairs else one


def entry_of_objects(objects: Instances, key: Any) -> Unknown:
    """What a subscript gives: an object, or what all of them are."""
    if isinstance(key, slice) and not objects.in_pairs:
        return objects
    held: dict[Any, Unknown] = dict(enumerate(objects.items))
    if objects.keys:
        held = dict(zip(objects.keys, objects.items, strict=True))
    found = held.get(key) if key is not UNKNOWN and not objects.in_pairs else None
    return found or one_of_objects(objects) or Unknown(objects.reason)


def view_of_objects(objects: Instances, name: str) -> Instances | None:
    """What `items` and `values` of a dict of them give."""
    if not objects.keys or name not in ("items", "values"):
        return None
    return Instances(objects.reason, items=objects.items, in_pairs=name == "items")


def first_unknown(values: Iterable[Value]) -> Unknown:
    """The reason why something made of some values is not known; an object of them it is not."""
    found = next(value for value in values if isinstance(value, Unknown))
    return Unknown(found.reason) if isinstance(found, (Instance, Instances)) else found


def made_of_unknown(values: list[Value]) -> Unknown:
    """The same of what a function of a library makes; of models, in whatever order."""
    found = first_unknown(values)
    if type(found) is PerhapsModel and (found.items or len(models_in(*values)) > 1):
        return PerhapsModel(found.reason, models=models_in(*values))
    return found


def one_of_unknown(one: Value, other: Value) -> Unknown:
    """What is known of either of two values, one of which isn't: an object, if both are alike."""
    if isinstance(one, Instance) and isinstance(other, Instance) and one.made is other.made:
        return one
    return first_unknown((one, other))
