"""The functions that add up what regularizers give, and that keep to constraints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from transpiler.emit.classes.settled_values import asked_paths, of_model
from transpiler.emit.fold import fold
from transpiler.emit.text import substitute_names
from transpiler.interpret.region import Region
from transpiler.ir.expr import MUL
from transpiler.lower.everywhere import Everywhere
from transpiler.lower.own_penalties import applied
from transpiler.lower.watched import (
    COLUMNS,
    ORTHOGONAL,
    REGULARIZER,
    ROWS,
    Constrained,
    Penalized,
    Watched,
    as_in_keras,
)
from transpiler.record import replace
from transpiler.rule import is_written


def asked_of(weights: Watched, region: Region) -> tuple[frozenset[str], dict[str, str]]:
    """The values that factors read of the model, and what they read through others: attributes."""
    factors = [f.text for one in weights.penalties if one.kept for f in one.penalty.expressions]
    factors += [f.text for one in weights.everywhere for f in one.penalty.expressions]
    taken = {*region.parameters, *region.closure_reads, *region.handed}
    paths = asked_paths(factors, weights.kept, taken)
    left = "\n".join(of_model(text, paths) for text in factors)
    whole = (n for n in weights.kept if re.search(rf"(?<![\w.]){re.escape(n)}(?!\w)", left))
    return frozenset(whole), paths


def penalty(name: str, weights: Watched, paths: dict[str, str]) -> str:
    """The function that adds up what regularizers give; tokens stand for the modules.

    `paths` are those of `asked_of`.
    """

    def of_kept(text: str, names: frozenset[str]) -> str:
        kept = {name: f"model.{name.removeprefix('self.')}" for name in names}
        return substitute_names(of_model(text, paths) if names else text, kept)

    sums: dict[str, list[str]] = {}
    changes = weights.may_freeze
    in_turn: dict[tuple[str, str], list[str]] = {}
    own: list[str] = []
    for one in weights.penalties:
        module = f"model.{one.token}"
        holder = "layer" if one.listed else module
        weight = " + ".join(f"{holder}.{name}" for name in one.parameter.split(" + "))
        weight = f"({weight})" if " " in weight else weight
        rows = f"{weight}.T" if one.transposed != one.penalty.columns else weight
        values = f"{weight}.square().sum()", f"{weight}.abs().sum()", f"{ORTHOGONAL}({rows})"
        if one.penalty.own is not None:
            ordered = f"{weight}{as_in_keras(one.dims)}" if one.penalty.ordered else weight
            called = replace(one.penalty.own, text=of_kept(one.penalty.own.text, one.kept))
            own.append(_of_all(applied(called, ordered), one, module))
        for factor, value in zip(one.penalty.factors, values, strict=True):
            if factor is not None and not is_written(factor, 0, 0.0):
                written = of_kept(factor.wrapped(MUL), one.kept)
                if changes and not one.listed and one.penalty.orthogonal is None:
                    term = value.replace(weight, "weight", 1)
                    in_turn.setdefault((written, term), []).append(weight)
                    continue
                sums.setdefault(written, []).append(_of_all(value, one, module))
    terms = [
        f"{factor} * {parts[0]}" if len(parts) == 1 else f"{factor} * ({' + '.join(parts)})"
        for factor, parts in sums.items()
    ]
    terms += own
    terms += [_of_trained(*each, found) for each, found in in_turn.items()]
    only = " and layer.weight.requires_grad" if weights.in_turn else ""
    terms += [term for one in weights.everywhere for term in _of_classes(one, only, of_kept)]
    terms += [_of_marked(name, only) for name in weights.marks]
    doc = '"""What the regularizers add to the loss."""'
    lines = [f"total = {terms[0]}", *(f"total += {term}" for term in terms[1:])]
    lines = [*lines, "return total"] if terms[1:] else [f"return {terms[0]}"]
    lines = [f"    {line}" if "\n" in line else fold(line, 4) for line in lines]
    return "\n".join([f"def {name}(model):", f"    {doc}", *lines, ""])


def _of_all(value: str, one: Penalized, module: str) -> str:
    """The sum over the layers of a list, where it is one."""
    return f"sum({value} for layer in {module})" if one.listed else value


def _of_trained(factor: str, term: str, weights: list[str]) -> str:
    """The sum over some weights, without those that are frozen at the moment."""
    comma = "," if len(weights) == 1 else ""
    return f"""\
{factor} * sum(
        {term}
        for weight in ({", ".join(weights)}{comma})
        if weight.requires_grad
    )"""


def _of_classes(
    found: Everywhere, only: str, of_kept: Callable[[str, frozenset[str]], str]
) -> Iterator[str]:
    """The sums over all modules of some classes."""
    kinds = found.classes[0] if len(found.classes) == 1 else f"({', '.join(found.classes)})"
    sums = {"square": found.penalty.square, "abs": found.penalty.absolute}
    for method, factor in sums.items():
        if factor is None or is_written(factor, 0, 0.0):
            continue
        yield f"""\
{of_kept(factor.wrapped(MUL), found.kept)} * sum(
        layer.weight.{method}().sum()
        for layer in model.modules()
        if isinstance(layer, {kinds}){only}
    )"""


def constraint(name: str, constraints: Sequence[Constrained]) -> str:
    """The function that constrains weights after a step; tokens stand for the modules."""
    doc = '"""Bring the weights back to what is allowed, after each step."""'
    lines = [fold(one.statement(f"model.{one.token}.{one.parameter}"), 4) for one in constraints]
    return "\n".join(["@torch.no_grad()", f"def {name}(model):", f"    {doc}", *lines, ""])


def _of_marked(name: str, only: str) -> str:
    """The sum over all modules that have a factor as an attribute: `bias_l2`."""
    weight = "layer.bias" if name.startswith("bias_") else "layer.weight"
    test = f'hasattr(layer, "{name}")'
    value = f"layer.{name} * {weight}.{'abs' if name.endswith('l1') else 'square'}().sum()"
    if name in (ROWS, COLUMNS):
        value = f"layer.{name} * {ORTHOGONAL}({weight}{'.T' if name == COLUMNS else ''})"
    elif name.endswith(REGULARIZER):
        value = f"layer.{name}({weight})"
        test = f'getattr(layer, "{name}", None)'  # which may be None
    return f"""\
sum(
        {value}
        for layer in model.modules()
        if {test}{only}
    )"""


def bounds(name: str) -> str:
    """The function that keeps all modules to the constraints that they carry."""
    return f'''@torch.no_grad()
def {name}(model):
    """Bring the weights back to what is allowed, after each step."""
    for layer in model.modules():
        if hasattr(layer, "constraint"):
            layer.constraint(layer.weight)
'''
