"""Builders of which something would stay that reads tensors which are gone: left as they are."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.residual.removal import Removal
from transpiler.emit.residual.residue import residue
from transpiler.emit.residual.sizes import layer_names
from transpiler.emit.units import FilePlan
from transpiler.interpret.region import Region
from transpiler.interpret.values import Model
from transpiler.source.lexical import words_in


def refuse_orphans(planned: FilePlan) -> None:
    """Note as a problem what no parameter of a builder tells: a size that a loop computes."""
    for summary, units in planned.builders:
        node, region = summary.function.node, summary.region
        if region is None or not isinstance(node, cst.FunctionDef) or summary.function.functional:
            continue
        if any(unit.problem for unit in units) or not _may_read(planned, region):
            continue
        removal = Removal(planned.tree, region, node)
        for unit in units:
            assert unit.built is not None
            given = ", ".join(unit.built.varying)
            removal.instantiate(unit.built, f"{unit.plan.name}({given})")
            removal.leave(unit.built)
        residue(removal)
        if removal.orphans:
            text = planned.tree.source(removal.orphans[0]).partition("\n")[0]
            for unit in units:
                unit.problem = f"`{text}` reads what only the model computes"


def _may_read(planned: FilePlan, region: Region) -> bool:
    """Whether plain statements, or what is given back beside models, mention tensors or layers."""
    stay: list[cst.CSTNode] = list(region.static_statements.values())
    stay += [node for value, node in region.returns if not isinstance(value, Model)]
    gone = region.tensor_names | layer_names(region)
    return any(words_in(planned.tree.source(node)) & gone for node in stay)
