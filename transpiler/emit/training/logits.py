"""Models whose loss takes what their last activations are applied to: by a method of their own.

def forward(self, x):
    return F.softmax(self.forward_logits(x), dim=-1)
"""

from __future__ import annotations

from transpiler.emit.training.elsewhere import Wanted, place_of
from transpiler.emit.units import FilePlan, Unit
from transpiler.interpret.values import Mapping
from transpiler.ir.code import Node
from transpiler.ir.training import LOGITS, PENALIZED
from transpiler.lower.endings import Part, endings, endings_of
from transpiler.lower.heads import output_code, outputs_of
from transpiler.lower.training import Training


def give_methods(planned: FilePlan) -> None:
    """The classes of which some training, also of a model that they are part of, wants more."""
    trained = [t.training for t in planned.trained if not t.training.problem]
    for unit in planned.units:
        model = unit.built.model if unit.built is not None else None
        for training in trained if model is not None else ():
            if training.origin is model:
                _give_its_own(unit, training)
        _give_penalty(unit, trained)
    _give_inner(planned, [part for training in trained for part in training.inner])


def give_elsewhere(planned: FilePlan, wanted: Wanted) -> None:
    """The classes of models of which other files, which train them, want the logits."""
    for _, units in planned.builders if wanted.logits else ():
        for unit in units:
            region, built = unit.region, unit.built
            assert built is not None
            ends = endings(region, built.forward, built.model.outputs)
            if place_of(region, built.model) not in wanted.logits or unit.plan.activations:
                continue
            if any(every := tuple(map(bool, ends.applied))):
                _give(unit, ends.without(every), ends.applied)
                _give_inner(planned, ends.inner(every))


def _give_inner(planned: FilePlan, parts: list[Part]) -> None:
    """The classes that are the last part of others which give their logits."""
    inner = {id(part) for part in parts}
    for unit in planned.units:
        part = unit.built.model if unit.built is not None else unit.summary
        if part is None or id(part) not in inner or unit.plan.activations:
            continue
        if (ends := endings_of(part)) is not None:
            _give(unit, ends.without((True,)), ends.activations)


def _give_its_own(unit: Unit, training: Training) -> None:
    """What the training of the model itself wants."""
    if training.penalized is not None:
        _give(unit, training.penalized, training.activations, PENALIZED)
    elif training.logits is not None:
        _give(unit, training.logits, training.activations)


def _give_penalty(unit: Unit, trained: list[Training]) -> None:
    """What the training of a model wants of its parts with activity regularizers."""
    for training in trained:
        for built, program in training.watched:
            if built is not unit.built and built is not unit.summary:
                continue
            if not unit.plan.activations:
                _give(unit, program, (), PENALIZED)
            elif any(unit.plan.activations.values()):
                training.problem = training.calls[0], _TWO_WAYS


#: A part has one method that gives what its regularizers add, with its outputs or their logits.
_TWO_WAYS = "activity_regularizer in a part of it that is trained alone by its logits"


def _give(
    unit: Unit, forward: list[Node], activations: tuple[str, ...], method: str = LOGITS
) -> None:
    """The program becomes that of the method, and `forward` applies the activations."""
    unit.plan.forward, unit.plan.method = forward, method
    outputs = ["output"]
    if unit.built is not None:
        outputs = [output.code for output in outputs_of(unit.built.model, unit.built.inputs)]
    given = activations or ("",) * len(outputs)
    found = dict(zip(outputs, given, strict=True))
    made = unit.built.model.outputs if unit.built is not None else None
    if isinstance(made, Mapping):  # as the program writes the dict down
        found = {code: found[code] for code in (output_code(key) for key in made.items)}
    unit.plan.activations = found
