"""Data that Keras gets evaluated once, where what is emitted would do so twice, or in other order.

model.fit({"b": draw(), "a": draw(3)}, y)

b_data = draw()         # the model takes `a` first
a_data = draw(3)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from transpiler.interpret.effects import has_effect
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.record import record
from transpiler.source.lexical import may_act
from transpiler.source.syntax import all_in, parts_of

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter

#: Arguments that are data, and what a variable for one of them is called.
_DATA = {
    "x": "x_data",
    "y": "y_data",
    "sample_weight": "sample_weight",
    "class_weight": "class_weight",
    "validation_data": "val_data",
}
_OF_VALIDATION = ("x_val", "y_val", "val_sample_weight")


@record(frozen=True, slots=True, eq=False)
class _Leaf:
    """A part of an argument that is emitted as a whole, with what it is written as."""

    text: str
    wanted: str
    acts: bool  #: whether it changes something, or gives something else each time
    sure: bool  #: whether the argument evaluates it once
    place: int = -1  #: where it stands first
    again: bool = False  #: whether it stands there more often than in the arguments
    settled: bool = False  #: whether it has a variable already


def called_once(
    writer: ModelWriter, call: TrainingCall, lines: list[str], others: list[str]
) -> tuple[list[str], list[str]]:
    """The statements before a loop or a call, and what follows, with names for such data."""
    given = {name: writer.source_of(g) for name, g in call.given.items() if name in _DATA}
    if not any(may_act(text) for text in given.values()):
        return lines, others
    _check_same(writer, call, given)
    emitted = "\n".join([*lines, *others])
    leaves = list(_leaves(call, given, emitted))
    waiting = [leaf for leaf in leaves if leaf.acts and not leaf.settled]
    acting = [leaf.place for leaf in leaves if leaf.acts]
    named = [leaf for leaf in leaves if leaf.again]
    if acting != sorted(acting) or (named and any(leaf.acts for leaf in leaves)):
        named = [leaf for leaf in leaves if leaf in named or leaf in waiting]
    if not named:
        return lines, others
    texts = [leaf.text for leaf in leaves]
    wrong = [leaf.text for leaf in named if not leaf.sure or texts.count(leaf.text) > 1]
    if wrong:
        raise Unsupported(f"`{wrong[0]}` would be evaluated again, or in another order")
    return _with_names(writer, call, lines, others, leaves, named)


def _with_names(
    writer: ModelWriter,
    call: TrainingCall,
    lines: list[str],
    others: list[str],
    leaves: list[_Leaf],
    named: list[_Leaf],
) -> tuple[list[str], list[str]]:
    """The same with the names, which they get before the first line that has one of them."""
    first, at, start = min(leaf.place for leaf in named), 0, 0
    while at < len(lines) and start + len(lines[at]) < first:
        start += len(lines[at]) + 1
        at += 1
    acting = [leaf for leaf in leaves if leaf.acts]
    in_order = sorted(
        acting, key=lambda leaf: 1 if leaf in named else 0 if leaf.place < start else 2
    )
    if in_order != acting or (at < len(lines) and lines[at][:1].isspace()):
        raise Unsupported(f"`{named[0].text}` would be evaluated in another order")
    span = writer.tree.span(call.node)
    statement = writer.tree.span(call.statement) if call.statement is not None else span
    free = partial(
        writer.names.passing, end=statement[1], looped=statement[0] if call.in_loop else None
    )
    names: dict[str, str] = {}
    taken = "\n".join([*lines, *others])
    for leaf in named:
        number, name = 1, free(leaf.wanted)
        while name in names.values() or re.search(rf"(?<![\w.]){name}\b(?!=)", taken) is not None:
            number += 1
            name = free(f"{leaf.wanted}_{number}")
        names[leaf.text] = name
    pattern = _pattern(leaf.text for leaf in leaves)
    lines, others = (
        [pattern.sub(lambda m: names.get(m.group(), m.group()), line) for line in part]
        for part in (lines, others)
    )
    made = [f"{name} = {text}" for text, name in names.items()]
    return [*lines[:at], *made, *lines[at:]], others


def _leaves(call: TrainingCall, given: dict[str, str], emitted: str) -> Iterator[_Leaf]:
    """The parts of arguments that call something, in the order of the program."""
    found = [
        (segment, wanted, sure)
        for name, text in given.items()
        for segment, wanted, sure in _parts(_parsed(text), f"({text})", _DATA[name], emitted)
        if may_act(segment)
    ]
    if not found:
        return
    places: dict[str, list[int]] = {text: [] for text, _, _ in found}
    for match in _pattern(places).finditer(emitted):
        places[match.group()].append(match.start())
    seen: list[str] = []
    for text, wanted, sure in found:
        if not places[text]:
            continue  # another part, which is emitted, has the same in it
        acts, asked = _acts(call, text), sum(one == text for one, _, _ in found)
        place = places[text][min(seen.count(text), len(places[text]) - 1)]
        seen.append(text)
        again = len(places[text]) > asked and (sure or acts)
        line = emitted.rfind("\n", 0, place) + 1
        settled = re.fullmatch(r"[\w, ]+ = ", emitted[line:place]) is not None
        settled = settled and emitted[place + len(text) :][:1] in ("", "\n")
        yield _Leaf(text, wanted, acts, sure, place, again, settled)


def _acts(call: TrainingCall, text: str) -> bool:
    return may_act(text) and (call.region is None or has_effect(call.region, text))


def _parsed(text: str) -> ast.expr | None:
    """An argument; None where it has become what only later is Python."""
    try:
        return ast.parse(f"({text})", mode="eval").body
    except SyntaxError:
        return None


def _parts(
    node: ast.expr | None, source: str, wanted: str, emitted: str, sure: bool = True
) -> Iterator[tuple[str, str, bool]]:
    """The largest parts that are emitted as they are, each with what a variable is called."""
    text = source[1:-1] if node is None else ast.get_source_segment(source, node) or ""
    if text and _is_emitted(text, emitted):
        yield text, wanted, sure
        return
    if node is None:
        return
    parts: list[tuple[ast.expr, str, bool]]
    match node:
        case ast.Tuple(elements) if wanted == "val_data":
            parts = [(e, n, sure) for e, n in zip(elements, _OF_VALIDATION, strict=False)]
        case ast.Tuple(elements) | ast.List(elements):
            parts = [(e, f"{wanted}_{n + 1}", sure) for n, e in enumerate(elements)]
        case ast.Dict(keys, values):
            parts = []
            for key, value in zip(keys, values, strict=True):
                name = str(key.value) if isinstance(key, ast.Constant) else ""
                prefix = "" if wanted == _DATA["x"] else f"{wanted.removesuffix('_data')}_"
                named = f"{prefix}{name}_data" if name.isidentifier() else wanted
                parts.append((value, named, sure))
        case ast.IfExp(test, body, orelse):
            parts = [(test, f"has_{wanted}", sure), (body, wanted, False), (orelse, wanted, False)]
        case ast.BoolOp(values=[first, *rest]):
            parts = [(first, wanted, sure), *((one, wanted, False) for one in rest)]
        case ast.Lambda(body=body):
            parts = [(body, wanted, False)]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            first = node.generators[0].iter
            once = {id(c) for c in all_in(first)}
            others = (c for c in all_in(node) if id(c) not in once)
            parts = [(first, wanted, sure)]
            parts += [(c, wanted, False) for c in others if isinstance(c, ast.Call)]
        case _:
            inner = [c for c in parts_of(node) if isinstance(c, ast.expr)]
            parts = [(c, wanted, sure) for c in inner]
    for part, name, surely in parts:
        yield from _parts(part, source, name, emitted, surely)


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    """What finds some expressions, those that have others in them first."""
    found = sorted({*texts}, key=len, reverse=True)
    ended = (re.escape(t) + (r"\b" if t[-1:].isidentifier() else "") for t in found)
    return re.compile(rf"(?<![\w.])(?:{'|'.join(ended)})")


def _is_emitted(text: str, emitted: str) -> bool:
    return text in emitted and _pattern([text]).search(emitted) is not None


def _check_same(writer: ModelWriter, call: TrainingCall, given: dict[str, str]) -> None:
    """Refuse dicts of calls that are written alike, which the model takes in another order."""
    order = {key: number for number, key in enumerate(writer.input_keys)}
    if call.compiled is not None and id(call.compiled) in writer.training.compiled:
        heads = writer.training.compiled[id(call.compiled)].heads
        order |= {head.name: number for number, head in enumerate(heads) if head.name}
    for text in given.values():
        for node in all_in(_parsed(text) or ast.Constant(None)):
            if not isinstance(node, ast.Dict):
                continue
            keys = [str(key.value) for key in node.keys if isinstance(key, ast.Constant)]
            values = [ast.unparse(value) for value in node.values]
            same = [v for v in values if _acts(call, v) and values.count(v) > 1]
            numbers = [order.get(key, -1) for key in keys]
            if same and numbers != sorted(numbers):
                raise Unsupported(f"`{same[0]}`, which a dict has in another order than the model")
