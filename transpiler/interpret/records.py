"""Lists and dicts of tuples and dicts, each with a model in it: what one of them is like.

runs.append((score, model))                     results[units] = {"model": model, "score": score}
score, model = max(runs, key=lambda r: r[0])    best = min(results, key=losses.get)
"""

from __future__ import annotations

from transpiler.interpret.dispatch import provided
from transpiler.interpret.values import (
    Mapping,
    Model,
    PerhapsModel,
    Sequence,
    Static,
    Unknown,
    Value,
    is_graph,
    models_in,
)
from transpiler.ir import tokens
from transpiler.ir.expr import Expr
from transpiler.record import record, replace

_REASON = "a list or dict of such with models in them"


@record(frozen=True, slots=True, eq=False)
class Records(PerhapsModel):
    """Many of them; how many, only the run tells."""

    each: Value = Unknown()  #: a tuple or dict: what is known of each
    keyed: bool = False  #: whether they are the values of a dict


def is_record(value: Value | None) -> bool:
    """Whether it is a tuple or dict with models and plain values in it."""
    if isinstance(value, PerhapsModel):
        parts = value.items
    elif isinstance(value, (Sequence, Mapping)):
        parts = value.items if isinstance(value, Sequence) else tuple(value.items.values())
    else:
        return False
    graphs = [part for part in parts if is_graph(part)]
    return bool(graphs) and all(isinstance(part, Model) for part in graphs)


def with_record(base: Value, value: Value, keyed: bool) -> Records | None:
    """What a list or dict is once it holds one more; None where they are not alike."""
    before: tuple[Value, ...] = ()
    if isinstance(base, Records):
        before = (base.each,)
    elif isinstance(base, (Sequence, Mapping)):
        before = base.items if isinstance(base, Sequence) else tuple(base.items.values())
    else:
        return None
    each: Value | None = _as_record(value)
    for other in before:
        each = _either(_as_record(other), each) if is_record(other) and each is not None else None
    if each is None:
        return None
    return Records(_REASON, models=models_in(*_parts(each)), each=each, keyed=keyed)


def joined_records(one: Value, other: Value) -> Records | None:
    """What a name holds that one way has put more of them into than another."""
    records, rest = (one, other) if isinstance(one, Records) else (other, one)
    if not isinstance(records, Records):
        return None
    if isinstance(rest, Records):
        return with_record(rest, records.each, records.keyed)
    plain = isinstance(rest, (Sequence, Mapping)) and not is_graph(rest)
    return records if plain else None


def _as_record(value: Value) -> Value:
    """The same with parts of which nothing is known but what they are."""
    if isinstance(value, PerhapsModel):
        value = Sequence(value.items, tuple)
    if isinstance(value, Sequence):
        return Sequence(tuple(map(_as_part, value.items)), value.kind)
    if isinstance(value, Mapping):
        return Mapping({key: _as_part(part) for key, part in value.items.items()})
    return value


def _as_part(value: Value) -> Value:
    return Static(Expr(tokens.ITEM)) if isinstance(value, Static) else value


def _parts(each: Value) -> tuple[Value, ...]:
    if isinstance(each, Mapping):
        return tuple(each.items.values())
    return each.items if isinstance(each, Sequence) else ()


def _either(one: Value, other: Value) -> Value | None:
    """What is known of either of two of them."""
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        if len(one.items) == len(other.items):
            pairs = zip(one.items, other.items, strict=True)
            return replace(other, items=tuple(_either_part(a, b) for a, b in pairs))
    elif isinstance(one, Mapping) and isinstance(other, Mapping):
        if one.items.keys() == other.items.keys():
            parts = {key: _either_part(one.items[key], part) for key, part in other.items.items()}
            return replace(other, items=parts)
    return None


def _either_part(one: Value, other: Value) -> Value:
    if isinstance(one, Model) and isinstance(other, Model):
        if one.node is other.node:  # the same expression gave it, in an earlier round
            return other
        found: Value = provided("one_of")((*(one.options or (one,)), *(other.options or (other,))))
        return found
    if is_graph(one) or is_graph(other) or isinstance(one, PerhapsModel):
        return PerhapsModel("it is one of several models", models=models_in(one, other))
    return other


def view_of_records(records: Records, name: str) -> Value | None:
    """What a method of the list or dict gives; None where it is not known."""
    if name == "items" and records.keyed:
        pair = Sequence((Static(Expr(tokens.ITEM)), records.each), tuple)
        return replace(records, each=pair, keyed=False)
    if name == "values" and records.keyed:
        return replace(records, keyed=False)
    if name == "copy":
        return records
    if name in ("get", "pop"):
        return one_record(records)
    return None


def one_record(records: Records) -> Value:
    """One of them, whichever it is."""
    each = records.each
    if isinstance(each, Sequence):
        return PerhapsModel(records.reason, models=records.models, items=each.items)
    return each
