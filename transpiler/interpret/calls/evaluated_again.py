"""Steps of data sets whose code has what they are made of more than once, or in another order.

from_tensor_slices(x + rng.normal(size=x.shape)).skip(3)        # its length is asked, too
data.shuffle(9, seed=draw()).batch(draw())                      # the size comes first
"""

from __future__ import annotations

from typing import Any

from transpiler.interpret.effects import has_effect
from transpiler.interpret.region import Region
from transpiler.ir.expr import Expr
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.tensor import Unsupported


def refuse_again(region: Region, given: dict[str, Any], made: Expr) -> None:
    """Refuse what draws, or changes something, where the code of a step has it twice, or later."""
    for one in given.values():
        text = one.text if isinstance(one, Expr) else ""
        if "(" in text and made.text.count(text) > 1 and has_effect(region, text):
            raise Unsupported("what it is made of would be evaluated again: give that a variable")
    if isinstance(made.value, Pipeline):
        waiting = (getattr(made.value, name) for name in ("seed", "passes", "shuffled"))
        for one in waiting:
            if isinstance(one, Expr) and "(" in one.text and has_effect(region, one.text):
                raise Unsupported(f"`{one.text}` would be evaluated later: give it a variable")
