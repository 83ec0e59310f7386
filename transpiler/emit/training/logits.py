"""Models whose loss takes what their last activations are applied to: by a method of their own.

def forward(self, x):
    return F.softmax(self.forward_logits(x), dim=-1)
"""

from __future__ import annotations

from transpiler.emit.units import FilePlan, Unit
from transpiler.ir.code import Node
from transpiler.lower.endings import endings
from transpiler.lower.heads import outputs_of


def give_logits(planned: FilePlan) -> None:
    """The models of which some training, also of a model that ends with them, wants the logits."""
    trained = [t for t in planned.trained if not t.training.problem]
    inner = [model for t in trained for model in t.training.inner]
    for unit in planned.models:
        model = unit.built.model if unit.built is not None else None
        for one in trained:
            if one.training.origin is model and one.training.logits is not None:
                _give(unit, one.training.logits, one.training.activations)
        if unit.built is not None and not unit.plan.activations and model in inner:
            ends = endings(unit.region, unit.built.forward, unit.built.model)
            _give(unit, ends.without((True,)), ends.activations)


def _give(unit: Unit, forward: list[Node], activations: tuple[str, ...]) -> None:
    """The program becomes that of the method, and `forward` applies the activations."""
    assert unit.built is not None
    outputs = [output.variable for output in outputs_of(unit.built.model, unit.built.inputs)]
    unit.plan.forward = forward
    unit.plan.activations = dict(zip(outputs, activations, strict=True))
