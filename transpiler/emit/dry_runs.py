"""Models of which a run on zeros tells the lazy layers their sizes, when they are made."""

from __future__ import annotations

from collections.abc import Iterable

from transpiler.emit.classes.plan import ClassPlan
from transpiler.emit.units import CLASS_TOKEN, FilePlan, Unit
from transpiler.interpret.models.dry_runs import lazy_among, modules_of, shapes_of_inputs
from transpiler.ir.code import Construct
from transpiler.ir.expr import Expr, Module
from transpiler.passes.liveness import walk
from transpiler.record import replace


def run_dry(planned: FilePlan) -> None:
    """Let models with lazy layers run when they are made, where the sizes of their inputs are told.

    Then torch's own lazy layers do: their weights are there when the defaults are filled in.
    """
    file = planned.file
    models = [u for u in planned.models if lazy_among(file, _modules(u)) is not None]
    for unit in models:
        unit.plan.zeros = _zeros(unit)
    if all(unit.plan.zeros for unit in models):
        for unit in _with_parts(planned, models):
            _use_plain_layers(unit.plan)


def _with_parts(planned: FilePlan, models: list[Unit]) -> list[Unit]:
    """Models, and the classes of which they have parts."""
    found, pending = list(models), list(models)
    while pending:
        texts = [module.constructor.text for module in _modules(pending.pop())]
        serials = {int(serial) for text in texts for serial in CLASS_TOKEN.findall(text)}
        parts = [planned.blocks[serial] for serial in serials if serial in planned.blocks]
        pending += [part for part in parts if part not in found]
        found += [part for part in parts if part not in found]
    return found


def _modules(unit: Unit) -> Iterable[Module]:
    if unit.built is not None:
        return modules_of(unit.built)
    return unit.summary.modules.values() if unit.summary is not None else ()


def _zeros(unit: Unit) -> tuple[Expr, ...]:
    """What a model is called on, one for each of its inputs."""
    from transpiler.emit.training.data import input_dtype  # few files need it

    assert unit.built is not None
    zeros = []
    shapes = shapes_of_inputs(unit.region, unit.built) or []
    for name, sizes in zip(unit.built.inputs, shapes, strict=False):
        options = []
        if input_dtype(unit.built, name) == "torch.long":
            options.append("dtype=torch.long")
        if _moves_before(unit):
            options.append("device=device")
        of = ", ".join(["1", *(size.text for size in sizes), *options])
        names = frozenset().union(*(size.names for size in sizes))
        zeros.append(Expr(f"torch.zeros({of})", names=names))
    return tuple(zeros)


def _moves_before(unit: Unit) -> bool:
    """Whether a part of a model may be on another device before the model is made."""
    region, parts = unit.region, unit.plan.required
    return bool(parts) and (
        region.is_module or bool(region.training) or not region.parameters.keys().isdisjoint(parts)
    )


def _use_plain_layers(plan: ClassPlan) -> None:
    """`nn.LazyLinear` for one that starts its weights by itself."""
    for node in walk(plan.init):
        if isinstance(node, Construct):
            made = node.module.constructor
            helper = made.text.partition("(")[0]
            if helper.startswith("Lazy"):
                kept = replace(made, text=f"nn.{made.text}", helpers=made.helpers - {helper})
                node.module = replace(node.module, constructor=kept)
