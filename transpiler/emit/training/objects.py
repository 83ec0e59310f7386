"""Criterion and optimizer as attributes of the object that keeps a model: others read them there.

class Net:
    def __init__(self):                                  def __init__(self):
        self.model.compile("sgd", "mse")                     self.criterion = nn.MSELoss()
                                                             self.optimizer = SGD(...)
net.model.fit(x, y)                                  train_epoch(net.model, ..., net.optimizer)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transpiler.emit.training.lines import within

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter
    from transpiler.emit.training.shared import Part

#: What may stand beside an optimizer.
COMPANIONS = ("scheduler", "scaler", "averaged", "batch_numbers", "parallel")


def keep_on_object(writer: ModelWriter) -> None:
    """Criterion and optimizer become attributes beside the model."""
    prefix = f"{writer.label}_" if writer.shared.several(writer.room) else ""
    owner = writer.variable.rpartition(".")[0] or "self"
    criterion = free_attribute(writer, owner, f"{prefix}criterion", f"{prefix}loss_function")
    writer.criterion_name = writer.criterion = criterion
    writer.optimizer = free_attribute(writer, owner, f"{prefix}optimizer", f"{prefix}optim")


#: What is asked of a model without any regard to how it is trained.
ALONE = frozenset(
    {"predict", "predict_on_batch", "predict_classes", "summary", "count_params"}
    | {"get_weights", "set_weights", "save_weights"}
)


def needed_elsewhere(home: Part, parts: list[Part]) -> bool:
    """Whether other methods may need what is made where a model is compiled.

    They may where the object keeps it, of which others may ask more; of a model that only a
    variable holds, or a list, the calls tell.
    """
    others = [part for part in parts if part is not home]
    if "." in home.variable:
        return bool(others)
    return any(map(needs_parts, others))


def needs_parts(part: Part) -> bool:
    """Whether what is asked of a model there may need its criterion or optimizer."""
    return any(call.name not in ALONE for call in part.calls)


def free_attribute(writer: ModelWriter, owner: str, *wanted: str) -> str:
    """An attribute of an object, of a name that no attribute of the file has.

    What keeps a part of the training, and is read there alone, gives its name away.
    """
    tree = writer.tree
    kept = writer.shared.file.part_reads
    going = [tree.span(n) for s, reads in kept.items() for n in (s, *reads.values())]

    def is_free(name: str) -> bool:
        found = re.finditer(rf"(?<!keras)\.{name}\b", tree.text)
        return all(within(one.start(), going) for one in found)

    return f"{owner}.{next(filter(is_free, wanted), wanted[0])}"


def _share_methods(writer: ModelWriter, first: ModelWriter, one: str, other: str) -> bool:
    """Whether objects of two classes are of one kind, as far as the methods in question go.

    One class is derived from the other, or one of the methods is that of a base of both.
    """
    kinds = {made.name: made.lineage for made in writer.shared.file.user_classes}
    mine, theirs = ({made.name for made in kinds.get(name, ())} for name in (one, other))
    if one == other or one in theirs or other in mine:
        return True
    bases = [made for made in kinds.get(one, ()) if made.name in theirs]
    parts = {id(part) for made in bases for part in made.node.body.body}
    return not parts.isdisjoint({id(writer.room.node), id(first.room.node)})


def takes_from_object(writer: ModelWriter, first: ModelWriter) -> bool:
    """Take `net.optimizer` beside `net.model`, where a method of its class made `self.optimizer`.

    Another object may keep the same model, and knows nothing of its optimizer.
    """
    mine, _, attribute = writer.variable.rpartition(".")
    other, _, kept = first.variable.rpartition(".")
    keeper = writer.part.keeper or (writer.room.owner if mine == "self" else "")
    owners = {first.room.owner, first.part.keeper} - {""}
    if attribute != kept or not any(
        _share_methods(writer, first, keeper, owner) for owner in owners
    ):
        return False
    if not mine or not first.optimizer.startswith(f"{other}."):
        return False
    for what in ("criterion", "optimizer", *COMPANIONS):
        text = re.sub(rf"(?<![\w.]){re.escape(other)}\.", f"{mine}.", getattr(first, what))
        setattr(writer, what, text)
    return True
