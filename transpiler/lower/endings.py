"""The softmaxes and sigmoids that the outputs of a model end with, and the program before them.

Keras's crossentropies go back to what such an activation was applied to, also where it is that of
a model which is called as the last layer of another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from transpiler.interpret.region import Built, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import given_by_function, root
from transpiler.interpret.values import Bound, Mapping, Model, Sequence, Value
from transpiler.ir import tokens
from transpiler.ir.code import Construct, Line, Node, Return
from transpiler.ir.expr import literal
from transpiler.ir.training import LOGITS
from transpiler.passes.liveness import modules_used, walk
from transpiler.record import record, replace
from transpiler.regex import regex

_VARIABLE = regex(rf"{tokens.ANY_VARIABLE}|[A-Za-z_]\w*")
_CALLED = regex(rf"({tokens.ANY_MODULE})(\(.*\))", re.S)
#: An element of a list of outputs: `outputs[0]`.
ITEM = regex(rf"({tokens.ANY_VARIABLE}|[A-Za-z_]\w*)\[(\d+)\]")
#: What only gives an output Keras's order of axes.
_ORDERED = regex(r"(?:\.(?:permute|transpose|movedim)\([\d, -]*\)|\.mT)?")


#: What another class is made of: a model, or a function that builds a part of models.
Part: TypeAlias = "Model | Summary"


@record(frozen=True, slots=True)
class Ending:
    """The activation that an output ends with, and the program without it."""

    activation: str
    body: list[Node]
    output: str
    inner: tuple[Part, ...] = ()  #: the classes, one in another, that give what is before it
    applied: str = ""  #: the module that it is, where only the run tells which one that is


@record(frozen=True, slots=True)
class Endings:
    """What the outputs of a model end with."""

    region: Region
    forward: list[Node]
    outputs: tuple[str, ...]  #: how `forward` writes each of them
    found: tuple[Ending | None, ...]
    keys: tuple[str, ...] = ()  #: where they stand in a dict
    copied: tuple[bool, ...] = ()  #: whether Keras sees no activation behind them

    @property
    def hidden(self) -> bool:
        """Whether another class may end with an activation that can't be left out."""
        parts = [_part(self.region, token) for token in modules_used(self.forward)]
        inner = [endings_of(part) for part in parts if part is not None]
        return any(ends is not None and any(ends.found) for ends in inner)

    @property
    def plain(self) -> tuple[bool, ...]:
        """Of each output: whether it is surely what a layer without an activation gives."""
        return tuple(_is_plain(self.region, self.forward[:-1], one) for one in self.outputs)

    @property
    def activations(self) -> tuple[str, ...]:
        """Of each output: "softmax", "sigmoid" or nothing of these, as far as it is known."""
        return tuple("" if one is None else one.activation for one in self.found)

    @property
    def applied(self) -> tuple[str, ...]:
        """How `forward` applies them: by their names, or with modules that the run chooses."""
        return tuple("" if one is None else one.applied or one.activation for one in self.found)

    def inner(self, dropped: tuple[bool, ...]) -> list[Part]:
        """The classes that must give what is before their last activation."""
        pairs = zip(self.found, dropped, strict=True)
        return [part for one, drops in pairs if one is not None and drops for part in one.inner]

    def without(self, dropped: tuple[bool, ...]) -> list[Node]:
        """The program without the activations of some outputs."""
        body, outputs, last = self.forward[:-1], list(self.outputs), self.forward[-1]
        assert isinstance(last, Return)
        for number, drops in enumerate(dropped):
            if drops:
                ending = _ending(self.region, body, outputs[number])
                assert ending is not None
                body, outputs[number] = ending.body, ending.output
        text = last.value.text
        before, after = _written(self.outputs, self.keys), _written(outputs, self.keys)
        for old, new in zip(before, after, strict=True):
            text = text.replace(old, new, 1)
        gone = {name for one in self.outputs for name in _variables(one)}
        read = {(name, 0) for one in outputs for name in _variables(one)}
        names = frozenset(pair for pair in last.value.names if pair[0] not in gone) | read
        return [*body, replace(last, value=replace(last.value, text=text, names=names))]


def endings(region: Region, forward: list[Node], made: Value | None) -> Endings:
    """What the outputs of a model, or of a part of one, end with, as far as the program tells."""
    items = held_by(made)
    keys = tuple(sorted(made.items, key=str)) if isinstance(made, Mapping) else ()
    last = forward[-1] if forward else None
    if not isinstance(last, Return) or not items:
        return Endings(region, forward, ("",) * len(items), (None,) * len(items))
    if len(items) == 1 and not keys:
        outputs: tuple[str, ...] = (last.value.text,)
    else:
        outputs = tuple(i.tensor.code.text if isinstance(i, Bound) else "" for i in items)
        if any(part not in last.value.text for part in _written(outputs, keys)):
            return Endings(region, forward, outputs, (None,) * len(items))
    body = forward[:-1]
    copied = tuple(isinstance(one, Bound) and one.tensor.is_copied for one in items)
    found = []
    for number, output in enumerate(outputs):
        others = [*outputs[:number], *outputs[number + 1 :]]
        ending = _ending(region, body, output)
        shared = ending is not None and _is_read(body, ending, output, others)
        found.append(None if shared or copied[number] else ending)
    return Endings(region, forward, outputs, tuple(found), keys, copied)


def held_by(made: Value | None) -> list[Value | None]:
    """The outputs of a model one by one; those of a dict as Keras goes by them, by their keys."""
    if isinstance(made, Mapping):
        return [made.items[key] for key in sorted(made.items, key=str)]
    return list(made.items) if isinstance(made, Sequence) else [made]


def _written(outputs: Iterable[str], keys: tuple[str, ...]) -> list[str]:
    """The parts of what `forward` gives that name its outputs."""
    if not keys:
        return [", ".join(outputs)]
    return [f"{literal(key)}: {output}" for key, output in zip(keys, outputs, strict=True)]


def _ending(region: Region, body: list[Node], output: str) -> Ending | None:
    """The activation that makes an output, in the last statement about it."""
    if (before := _before(region, output)) is not None:
        name, code, inner = before
        return _made(name, body, code, inner)
    if (listed := ITEM.fullmatch(output)) is not None:
        return _of_list(region, body, output, listed.group(1), int(listed.group(2)))
    variable = next(iter(_variables(output)), "")
    for position in range(len(body) - 1, -1, -1):
        node = body[position]
        if not isinstance(node, Line):
            if any(isinstance(n, Line) and variable in n.defs for n in walk([node])):
                return None
            continue  # what the module does after it has made the model
        if variable not in node.defs:
            continue
        before = _before(region, node.text.removeprefix(f"{variable} = "))
        if before is None or node.activity:
            return None  # a regularizer looks at what the activation gives
        name, code, inner = before
        later = body[position + 1 :]
        kept = not any(code in getattr(n, "defs", ()) for n in walk(later))
        if kept and _VARIABLE.fullmatch(code):
            return _made(name, [*body[:position], *later], code + output[len(variable) :], inner)
        changed = replace(node, text=f"{variable} = {code}")
        return _made(name, [*body[:position], changed, *later], output, inner)
    return None


#: Layers of torch that give whatever numbers.
_PLAIN = regex(r"nn\.(?:Linear|Conv\dd|ConvTranspose\dd)\(")


def _is_plain(region: Region, body: list[Node], output: str) -> bool:
    """Whether nothing but a linear layer or a convolution gives an output."""
    variable = next(iter(_variables(output)), "")
    code = output
    if variable:
        made = [n for n in body if variable in getattr(n, "defs", ())]
        others = any(variable in getattr(n, "defs", ()) for n in walk(body) if n not in made)
        if others or not made or not isinstance(made[-1], Line):
            return False
        code = made[-1].text.removeprefix(f"{variable} = ")
    called = _CALLED.fullmatch(code)
    made_by = (n for n in walk(region.init) if isinstance(n, Construct))
    token = called.group(1) if called is not None else ""
    texts = [n.module.constructor.text for n in made_by if n.module.token == token]
    return bool(texts) and all(_PLAIN.match(text) is not None for text in texts)


def _of_list(
    region: Region, body: list[Node], output: str, name: str, number: int
) -> Ending | None:
    """The activation of an element of `outputs = [kind, value]`."""
    for position in range(len(body) - 1, -1, -1):
        node = body[position]
        if not isinstance(node, Line) or name not in node.defs:
            continue
        items = items_of(node.text.removeprefix(f"{name} = "))
        before = _before(region, items[number]) if number < len(items) else None
        if before is None:
            return None
        activation, items[number], inner = before
        changed = replace(node, text=f"{name} = [{', '.join(items)}]")
        return _made(activation, [*body[:position], changed, *body[position + 1 :]], output, inner)
    return None


def _made(name: str, body: list[Node], output: str, inner: tuple[Part, ...]) -> Ending:
    """An ending by a name, or by the token of a module."""
    is_open = name not in ("softmax", "sigmoid")
    return Ending("" if is_open else name, body, output, inner, name if is_open else "")


def items_of(code: str) -> list[str]:
    """The elements of a list, as it is written."""
    found, depth = [""], 0
    for character in code[1:-1] if code.startswith("[") and code.endswith("]") else "":
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(character, 0)
        if character == "," and not depth:
            found.append("")
        else:
            found[-1] += character
    return [item.strip() for item in found]


def _variables(output: str) -> list[str]:
    """The variable that an output is, if it is one."""
    found = _VARIABLE.match(output)
    alone = found is not None and _ORDERED.fullmatch(output, found.end()) is not None
    return [found.group()] if found is not None and alone else []


def _before(region: Region, code: str) -> tuple[str, str, tuple[Part, ...]] | None:
    """The activation in which some code ends, the code without it, and the classes that have it."""
    for after, (name, before) in region.activations.items():
        if code.startswith(after) and _ORDERED.fullmatch(code, len(after)):
            return name, before + code[len(after) :], ()
    called = _CALLED.fullmatch(code)
    part = _part(region, called.group(1)) if called is not None else None
    inner = endings_of(part) if part is not None else None
    if called is None or part is None or inner is None:
        return None
    if len(inner.found) != 1 or inner.found[0] is None:
        return None
    one = inner.found[0]
    token, arguments = called.groups()
    name = one.applied or one.activation
    return name, f"{token}.{LOGITS}{arguments}", (part, *one.inner)


def _part(region: Region, token: str) -> Part | None:
    """What the class of a module is made of, by the token of the module."""
    if (model := region.model_layers.get(token)) is not None:
        home = _home(model)
        return home[1].model if home is not None else None
    if not region.called:
        return None  # no block: nothing to look for
    made = (n for n in walk(region.init) if isinstance(n, Construct) and n.module.token == token)
    text = next((node.module.constructor.text for node in made), "")
    return next((s for s in region.called if text.startswith(s.class_token)), None)


def endings_of(part: Part) -> Endings | None:
    """What a class ends with that is the last layer of a model."""
    if not isinstance(part, Model):
        region = part.region if part.kind == "block" else None
        return None if region is None else endings(region, part.forward, part.result)
    home = _home(part)
    return None if home is None else endings(home[0], home[1].forward, part.outputs)


def _home(model: Model) -> tuple[Region, Built] | None:
    """Where a model is built."""
    made = root(model)
    if (given := given_by_function(made)) is not None or made.region is None:
        return given
    return next(((made.region, built) for built in made.region.built if built.model is made), None)


def _is_read(body: list[Node], ending: Ending, output: str, others: list[str]) -> bool:
    """Whether another output is made of one, which then must keep its activation."""
    if not others or ending.output != output:  # alone, or written in its place
        return False
    found = _VARIABLE.match(output)
    variable = found.group() if found is not None else ""
    if ITEM.fullmatch(output) is not None:
        others = [other for other in others if ITEM.fullmatch(other) is None or other == output]
    if any(variable in _VARIABLE.findall(other) for other in others):
        return True
    made = next(i for i in range(len(body) - 1, -1, -1) if variable in getattr(body[i], "defs", ()))
    return any(variable in getattr(node, "uses", ()) for node in walk(body[made + 1 :]))
