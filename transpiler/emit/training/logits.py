"""Models whose loss takes what their last activations are applied to: by a method of their own.

def forward(self, x):
    return F.softmax(self.forward_logits(x), dim=-1)
"""

from __future__ import annotations

from transpiler.emit.units import FilePlan, Unit
from transpiler.ir.code import Node
from transpiler.lower.endings import endings_of
from transpiler.lower.heads import outputs_of


def give_logits(planned: FilePlan) -> None:
    """The classes of which some training, also of a model that ends with them, wants the logits."""
    trained = [t.training for t in planned.trained if not t.training.problem]
    inner = {id(part) for training in trained for part in training.inner}
    for unit in planned.units:
        model = unit.built.model if unit.built is not None else None
        for training in trained if model is not None else ():
            if training.origin is model and training.logits is not None:
                _give(unit, training.logits, training.activations)
        part = model or unit.summary
        if part is None or id(part) not in inner or unit.plan.activations:
            continue
        if (ends := endings_of(part)) is not None:
            _give(unit, ends.without((True,)), ends.activations)


def _give(unit: Unit, forward: list[Node], activations: tuple[str, ...]) -> None:
    """The program becomes that of the method, and `forward` applies the activations."""
    unit.plan.forward = forward
    outputs = ["output"]
    if unit.built is not None:
        outputs = [output.variable for output in outputs_of(unit.built.model, unit.built.inputs)]
    unit.plan.activations = dict(zip(outputs, activations, strict=True))
