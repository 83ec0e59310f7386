"""Methods that several classes inherit: one text serves them all, or none is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from transpiler.diagnostics import LEFT_SUBCLASS
from transpiler.interpret.context import FileContext
from transpiler.interpret.heirs import ASKS_MODEL, heirs
from transpiler.interpret.values import Function, Namespace, UserClass

if TYPE_CHECKING:
    from transpiler.emit.draft import Draft
    from transpiler.emit.training.shared import Part, Shared


def built_by_heirs(file: FileContext, method: Function) -> str:
    """Why the model that a method makes can't be written there: others make another one."""
    if not method.owner:
        return ""
    versions = {own.owner for _, own in heirs(file, method)}
    others = sorted(versions - {method.owner})
    if not others:
        return ""
    return f"`{method.name}` makes another model in `{others[0]}`, which inherits it"


def heir_without_model(shared: Shared, part: Part) -> str:
    """Why a method can't be written for a model: what another class keeps there is not known."""
    node, owner = part.room.node, part.room.owner
    methods = shared.file.class_methods.get(owner, {}).values()
    method = next((m for m in methods if m.node is node), None)
    if method is None:
        return ""
    rooms = [room for room in shared.rooms if room.node is node]
    asked = [r for r in rooms if r.calls or r.region.calls_on_data or not part.calls]
    seen = {room.owner for room in asked}
    known = heirs(shared.file, method)
    unseen = [made.name for made, own in known if own.owner not in seen]
    families = {method.nested_in, *(made.name for made, _ in known)}
    unseen += (
        made.name
        for made in shared.file.user_classes
        if made.inherits
        and made.parent is None  # with other bases
        and families.intersection(shared.tree.source(b.value) for b in made.node.bases)
    )
    name = next(iter(unseen), None)
    return f"the model of `{name}`, which inherits it, is not known" if name is not None else ""


def report_heirs_of_other_files(draft: Draft) -> None:
    """Classes whose models the methods of another file train, which sees none of them."""
    for made in draft.file.user_classes:
        if not made.inherits or made.parent is not None or made.bases:
            continue
        for base in _bases(draft, made):
            if base.file is not draft.file and any(
                ASKS_MODEL.search(base.file.tree.code(one.node)) for one in base.lineage
            ):
                message = (
                    f"`{made.name}` is left with the methods of `{base.name}`, in another file, "
                    "which trains models that are not known there"
                )
                draft.report(LEFT_SUBCLASS, made.node, message)


def _bases(draft: Draft, made: UserClass) -> Iterator[UserClass]:
    """The classes of the program that a class names as its bases."""
    for argument in made.node.bases:
        head, _, rest = re.sub(r"\s", "", draft.tree.source(argument.value)).partition(".")
        found = draft.file.globals.get(head)
        if rest and isinstance(found, Namespace):
            found = found.items.get(rest)
        if isinstance(found, UserClass) and found.file is not None:
            yield found
