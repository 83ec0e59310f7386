"""Which torch module has the weights of which Keras layer.

Several answers are tried against the outputs: in the order of calls on both sides, by names, in the
order of definition. Equal outputs for random weights prove the one that is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import transpiler.verify.weights_recurrent  # noqa: F401  (fills the tables)
from transpiler.verify.records import LayerRecord
from transpiler.verify.weights import MAPPERS, PARTS, Misfit, Unit, fit

#: The Keras classes whose weights go to known places; others are taken for compositions.
KNOWN = frozenset(MAPPERS) | frozenset(PARTS)


@dataclass(frozen=True, slots=True)
class Pair:
    """A Keras layer, or a part of one, and the module that has its weights."""

    layer: LayerRecord
    unit: Unit


Pairing: TypeAlias = tuple[Pair, ...]


def pairings(
    layers: Sequence[LayerRecord], called: Sequence[Unit], defined: Sequence[Unit]
) -> Iterator[Pairing]:
    """Every pairing worth trying; raises Misfit, with the first reason, where there is none."""
    tried: list[Pairing] = []
    first: Misfit | None = None
    for attempt in (_in_order, _by_name, _first_fit):
        for units in (called, defined):
            try:
                pairing = attempt(layers, units)
                _all_used(pairing, units)
            except Misfit as misfit:
                first = first or misfit
                continue
            if pairing not in tried:
                tried.append(pairing)
                yield pairing
    if not tried and first is not None:
        raise first


def _all_used(pairing: Pairing, units: Sequence[Unit]) -> None:
    """A module with parameters that no layer fills has no right to be there."""
    used = {pair.unit.path for pair in pairing}
    for unit in units:
        if unit.path not in used and unit.parameters:
            raise Misfit(f"no layer of the original has the weights of {unit}")


def _in_order(layers: Sequence[LayerRecord], units: Sequence[Unit]) -> Pairing:
    """The nth layer has the weights of the nth module."""
    pairs: list[Pair] = []
    rest = list(units)
    for layer in layers:
        rest = _skip_constants(layer, rest)
        pairs.extend(_take(layer, rest))
    return tuple(pairs)


def _skip_constants(layer: LayerRecord, rest: list[Unit]) -> list[Unit]:
    """Modules that only hold constants (a table of positions) have no Keras layer."""
    while rest and not rest[0].parameters and not _fits(layer, rest[0]):
        rest = rest[1:]
    return rest


def _take(layer: LayerRecord, rest: list[Unit]) -> list[Pair]:
    """Pair a layer with the first module of `rest`, or its parts with the first ones."""
    if not rest:
        raise Misfit(f"no module is left for {layer}")
    try:
        fit(layer, rest[0])
        return [Pair(layer, rest.pop(0))]
    except Misfit as misfit:
        parts = parts_of(layer)
        if not parts or len(rest) < len(parts):
            raise
        pairs = _take_parts(parts, rest[: len(parts)], misfit)
        del rest[: len(parts)]
        return pairs


def _take_parts(parts: list[LayerRecord], units: list[Unit], misfit: Misfit) -> list[Pair]:
    by_name = {unit.path.rpartition(".")[2]: unit for unit in units}
    named = [by_name.get(str(part.facts.get("called", ""))) for part in parts]
    ordered = [unit for unit in named if unit is not None]
    if len(ordered) != len(parts):
        ordered = units
    if not all(_fits(part, unit) for part, unit in zip(parts, ordered, strict=True)):
        raise misfit
    return [Pair(part, unit) for part, unit in zip(parts, ordered, strict=True)]


def parts_of(layer: LayerRecord) -> list[LayerRecord]:
    """The layers that a compound one is made of; none where it isn't one."""
    for kind in layer.kinds:
        if kind in PARTS:
            return PARTS[kind](layer)
        if kind in MAPPERS:
            return []
    return []


def _by_name(layers: Sequence[LayerRecord], units: Sequence[Unit]) -> Pairing:
    """Modules named like a layer get its weights, the others follow in order."""
    by_name = {unit.path.rpartition(".")[2].lower(): unit for unit in units}
    pairs: dict[int, list[Pair]] = {}
    taken: set[str] = set()
    for index, layer in enumerate(layers):
        unit = by_name.get(layer.name.lower())
        if unit is not None and unit.path not in taken and _fits(layer, unit):
            pairs[index] = [Pair(layer, unit)]
            taken.add(unit.path)
    if not taken:
        raise Misfit("no module is named like a layer")
    rest = [unit for unit in units if unit.path not in taken]
    for index, layer in enumerate(layers):
        if index not in pairs:
            rest = _skip_constants(layer, rest)
            pairs[index] = _take(layer, rest)
    return tuple(pair for index in range(len(layers)) for pair in pairs[index])


def _first_fit(layers: Sequence[LayerRecord], units: Sequence[Unit]) -> Pairing:
    """Each layer gets the first module left whose tensors have its shapes."""
    rest = list(units)
    pairs: list[Pair] = []
    for layer in layers:
        whole = next((unit for unit in rest if _fits(layer, unit)), None)
        parts = [layer] if whole is not None else parts_of(layer)
        if not parts:
            raise Misfit(f"no module fits {layer}")
        for part in parts:
            unit = next((unit for unit in rest if _fits(part, unit)), None)
            if unit is None:
                raise Misfit(f"no module fits {part}")
            rest.remove(unit)
            pairs.append(Pair(part, unit))
    return tuple(pairs)


def _fits(layer: LayerRecord, unit: Unit) -> bool:
    try:
        fit(layer, unit)
    except Misfit:
        return False
    return True
