"""Models that another file builds than the one that trains them."""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Model
from transpiler.ir.training import LOGITS
from transpiler.lower.endings import Endings, endings_of


def may_give_logits(file: FileContext, home: Region, model: Model, ends: Endings) -> bool:
    """Whether the class of a model of another file has a method that leaves all activations out.

    The other file's own conversion gives it one where it sees that the model is trained: in the
    files of code of its project. What that file trains itself may want less of the method.
    """
    every = tuple(map(bool, ends.activations))
    if not file.path.endswith((".py", ".ipynb")) or not all(
        _home(p) is home.file for p in ends.inner(every)
    ):
        return False
    units = home.file.planned.models
    plans = [u.plan for u in units if u.built is not None and u.built.model is model]
    own = [p for p in plans if p.activations]
    return bool(plans) and all(
        p.method == LOGITS and tuple(map(bool, p.activations.values())) == every for p in own
    )


def parts_give_logits(file: FileContext, ends: Endings) -> bool:
    """Whether all classes of other files that end a model of this one can give their logits.

    A model of another file has a method for it, where it builds it; a function that builds a part
    of models has none, whose own file knows nothing of where it is called.
    """
    for part in ends.inner(tuple(map(bool, ends.activations))):
        home = _home(part)
        if home is None or home is file:
            continue
        if not isinstance(part, Model) or part.region is None:
            return False
        own = endings_of(part)
        if own is None or not may_give_logits(file, part.region, part, own):
            return False
    return True


def _home(part: object) -> FileContext | None:
    """The file that a class comes from."""
    region = part.region if isinstance(part, Summary) else getattr(part, "region", None)
    return region.file if region is not None else None
