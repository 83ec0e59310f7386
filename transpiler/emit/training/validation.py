"""The arrays that a `fit` validates on: those that it is given, or the last of those it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

import libcst as cst

from transpiler.emit.training.absent import bracketed, may_be_none, may_be_zero, present_part
from transpiler.emit.training.copied_arrays import apart
from transpiler.emit.training.data import is_listed, parts_of, weight_tensor
from transpiler.emit.training.listed_arrays import part_of, told_apart
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.pairs import Pair, halves
from transpiler.emit.training.ready import is_computed
from transpiler.emit.training.shown_arrays import shown
from transpiler.interpret.predicted import is_array
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Sequence, Static, Unknown
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.possible_constants import lengths_it_may_have

_WORD = regex(r"(?<![\w.])[A-Za-z_]\w*")
_NUMBER = regex(r"0?\.\d+")


@record(frozen=True, slots=True)
class Validation:
    """Arrays to validate on."""

    xs: tuple[str, ...]
    ys: tuple[str, ...]
    weights: dict[str, str] = field(default_factory=dict)  #: of the samples: tensors by their names
    key: tuple[Any, ...] = ()  #: what they are, for a later `evaluate` of the same
    before: tuple[str, ...] = ()  #: statements that give them names
    condition: str = ""  #: where there may be none


def validation_arrays(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled, name: Callable[..., str]
) -> Validation:
    """What `validation_data` holds; `name` gives a variable that is free."""
    given = call.given["validation_data"]
    value, node = given.value, given.node
    if (found := _perhaps(writer, call, compiled)) is not None:
        return found
    unseen = is_array(value) and not isinstance(node, (cst.Tuple, cst.List))
    if unseen or (isinstance(value, Static) and not value.expr.known):
        return _unpacked(writer, call, compiled, name)
    if isinstance(value, Unknown) and "a data set" in value.reason:
        raise Unsupported(f"validation_data is not known: {value.reason}")
    if not isinstance(value, Sequence) or len(value.items) not in (2, 3):
        raise Unsupported("validation_data that is not a pair of arrays")
    key: tuple[Any, ...]
    named: tuple[str, ...] = ()
    if not isinstance(node, (cst.Tuple, cst.List)):
        text = writer.source_of(given)
        key = (text, given.versions)
        if isinstance(node, (cst.IfExp, cst.BooleanOperation)):  # which is not written twice
            names = [name(f"{part}_val", f"validation_{part}") for part in "xyw"]
            named = (f"{', '.join(names[: len(value.items)])} = {text}",)
            parts = [
                Given(item, one, given.versions)
                for one, item in zip(names, value.items, strict=False)
            ]
        else:
            parts = [Given(i, f"{text}[{n}]", given.versions) for n, i in enumerate(value.items)]
            parts = _seen(writer, compiled, node, parts)
    else:
        parts = []
        for element, item in zip(node.elements, value.items, strict=True):
            text = writer.shared.source(element.value)
            words = set(_WORD.findall(text))
            versions = tuple(v for v in given.versions if v[0] in words)
            parts.append(Given(item, text, versions, element.value))
        key = tuple((part.text, part.versions) for part in parts)
    parts, before = _apart(writer, compiled, parts, name)
    weights = _weights(writer, call, compiled, parts[2]) if len(parts) == 3 else {}
    return Validation(*_pair(writer, compiled, parts), weights, key, (*named, *before))


def _weights(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled, given: Given
) -> dict[str, str]:
    """The tensors of the weights of samples, by what they are called in the loops."""
    arrays = writer.weight_arrays(given, compiled)
    sources = map(writer.as_array, apart(writer, call, tuple(arrays.values())))
    found = zip(arrays, sources, compiled.heads, strict=False)
    return {name: weight_tensor(array, head) for name, array, head in found}


def _perhaps(writer: ModelWriter, call: TrainingCall, compiled: Compiled) -> Validation | None:
    """The arrays of `(x_val, y_val) if x_val is not None else None`, under its condition."""
    given = call.given["validation_data"]
    pair, holds = present_part(given.node)
    if not isinstance(pair, (cst.Tuple, cst.List)):
        return None
    if len(pair.elements) not in (2, 3):
        raise Unsupported("validation_data that is not a pair of arrays")
    assert isinstance(given.node, cst.IfExp)
    parts = []
    for element in pair.elements:
        text = writer.shared.source(element.value)
        parts.append(Given(Static(Expr(text)), text, given.versions, element.value))
    weights = _weights(writer, call, compiled, parts[2]) if len(parts) == 3 else {}
    test = writer.shared.source(given.node.test)
    condition = test if holds else f"not ({test})"
    return Validation(*_pair(writer, compiled, parts), weights, condition=condition)


def _unpacked(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled, name: Callable[..., str]
) -> Validation:
    """The same for what is only known at run time: what is no pair raises there.

    Where the functions of the program show that they give weights, too, these are the third part.
    """
    given = call.given["validation_data"]
    names = [name("x_val", "validation_x"), name("y_val", "validation_y")]
    text = writer.source_of(given)
    absent = may_be_none(writer, text)
    lengths = lengths_it_may_have(writer.tree.text, writer.shared.file.path, text)
    if len(lengths - {0}) > 1 or (3 in lengths and not call.validates_weighed):
        raise Unsupported(f"`{text}` may be a pair of arrays, or have weights as well")
    if call.validates_weighed:
        names.append(name("w_val", "validation_weights"))
        parts = [Given(Static(Expr(n)), n, given.versions) for n in names]
    else:
        parts = halves(
            writer, call, compiled, Pair(text, given.node, given.versions), (names[0], names[1])
        )
    return Validation(
        *_pair(writer, compiled, parts),
        _weights(writer, call, compiled, parts[2]) if len(parts) == 3 else {},
        key=(text, given.versions),
        before=(f"{', '.join(names)} = {text}",),
        condition=f"{text} is not None" if absent else "",
    )


def _seen(
    writer: ModelWriter, compiled: Compiled, node: cst.BaseExpression | None, parts: list[Given]
) -> list[Given]:
    """The parts of what a variable holds, as the program shows them to be lists or dicts."""
    form = shown(writer, node) if node is not None else None
    if not isinstance(form, tuple) or len(form) != len(parts):
        return parts
    found = list(parts)
    for place, keys in enumerate((writer.input_keys, [head.name for head in compiled.heads])):
        part = parts[place]
        if isinstance(part.value, Static):
            seen = part_of(writer, form[place], part.text, keys)
            found[place] = replace(part, value=seen)
    return found


def _apart(
    writer: ModelWriter, compiled: Compiled, parts: list[Given], name: Callable[..., str]
) -> tuple[list[Given], tuple[str, ...]]:
    """The same with the arrays in lists and dicts, and the statements that give these names."""
    heads = [head.name for head in compiled.heads]
    x, named = told_apart(writer, parts[0], writer.input_keys, name, "x_val", "validation_x")
    y, of_targets = told_apart(writer, parts[1], heads, name, "y_val", "validation_y")
    assert x is not None
    assert y is not None
    return [x, y, *parts[2:]], (*named, *of_targets)


def _pair(
    writer: ModelWriter, compiled: Compiled, parts: list[Given]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    xs = writer.arrays(parts[0], "validation_data")
    return xs, writer.target_arrays(parts[1], compiled, "validation_data")


@record(frozen=True, slots=True)
class Split:
    """Arrays that are cut in two before they are shuffled."""

    before: list[str] = field(default_factory=list)
    xs: tuple[str, ...] = ()
    ys: tuple[str, ...] = ()
    at: str = ""  #: where they are cut
    rest: Validation = Validation((), ())  #: the last part of them


def split_off(
    writer: ModelWriter,
    given: Given,
    xs: tuple[str, ...],
    ys: tuple[str, ...],
    name: Callable[..., str],
) -> Split | None:
    """The first part of some arrays, and the last for validation; None where that is none."""
    value = given.value
    if not isinstance(value, Static):
        raise Unsupported("validation_split is not known")
    if value.expr.is_const(0, 0.0):
        return None
    before: list[str] = []
    text = writer.source_of(given)
    none = may_be_none(writer, text)
    share = f"(1 - ({bracketed(text)} or 0))" if none else f"(1 - {bracketed(text)})"
    condition = text if none or may_be_zero(writer, text) else ""
    if value.expr.known and isinstance(value.expr.value, float) and _NUMBER.fullmatch(text):
        rest = repr(1 - value.expr.value)
        if len(rest) < 6:
            share = rest
        percent = repr(round(value.expr.value * 100, 6)).removesuffix(".0")
        before.append(f"# The last {percent}% are for validation")
    kept_xs, before_xs = named_arrays(writer, xs, ("x_all", "all_x"), name)
    kept_ys, before_ys = named_arrays(writer, ys, ("y_all", "all_y"), name)
    split = name("split", "split_at")
    first = kept_xs[0]
    if is_listed(writer.built):  # that is a list
        first = kept_xs[-1] if len(kept_xs) > 1 else f"{first}[0]"
    before = [*before_xs, *before_ys, *before, f"{split} = int(len({first}) * {share})"]
    return Split(
        before,
        parts_of(writer.built, kept_xs, f"[:{split}]"),
        tuple(f"{y}[:{split}]" for y in kept_ys),
        split,
        Validation(
            parts_of(writer.built, kept_xs, f"[{split}:]"),
            tuple(f"{y}[{split}:]" for y in kept_ys),
            condition=condition,
        ),
    )


#: What can be written twice: a name, an attribute, an entry.
_PLAIN = regex(r"[A-Za-z_][\w.]*(\[(\d+|\"\w+\"|'\w+')\])*")


def named_arrays(
    writer: ModelWriter, arrays: tuple[str, ...], wanted: tuple[str, ...], name: Callable[..., str]
) -> tuple[tuple[str, ...], list[str]]:
    """Arrays by names, and the statements that give names to those that have none."""
    found: list[str] = []
    before: list[str] = []
    for number, array in enumerate(arrays):
        if _PLAIN.fullmatch(array) and not is_computed(writer.shared, array):
            found.append(array)
            continue
        ending = f"_{number + 1}" if len(arrays) > 1 else ""
        variable = name(*(f"{one}{ending}" for one in wanted))
        found.append(variable)
        before.append(f"{variable} = {writer.as_array(array)}")
    return tuple(found), before
