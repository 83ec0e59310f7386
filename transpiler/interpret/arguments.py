"""What a call passes: its arguments in order, each with its keyword."""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.compiled_values import unpacked_setting
from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import Region
from transpiler.interpret.unpacked import unpacked_entry
from transpiler.interpret.values import (
    Choice,
    Framework,
    Function,
    Mapping,
    Sequence,
    Static,
    Unknown,
    Value,
    holds_tensor,
)
from transpiler.ir.expr import index
from transpiler.source.suites import yields_of
from transpiler.source.tuples import returned_length

#: The keyword, or none, and what is given.
Argument = tuple[str | None, Value]


def arguments_of(region: Region, node: cst.Call) -> list[Argument]:
    """The arguments of a call in order, stars spread out."""
    found: list[Argument] = []
    starred: list[cst.BaseExpression] = []
    for argument in node.args:
        value = evaluate(region, argument.value)
        if argument.star and _is_taken_for_empty(region, node, argument.value):
            continue
        if argument.star == "**":
            value = region.unpacked.get(id(argument), value)
            if isinstance(value, Unknown) or (isinstance(value, Static) and not value.expr.known):
                value = _setting(region, node, argument.value) or value
            if isinstance(value, Mapping):
                held = argument.value
                found += [(str(k), unpacked_entry(region, held, value, k)) for k in value.items]
                continue
            if isinstance(value, Static) and value.expr.known and value.expr.value == {}:
                continue
            found.append(("**", value))
        elif argument.star == "*":
            if isinstance(value, Sequence):
                each = range(len(value.items))
                found += [(None, unpacked_entry(region, argument.value, value, i)) for i in each]
                continue
            found.append(("*", value))
            starred.append(argument.value)
        else:
            found.append((argument.keyword.value if argument.keyword is not None else None, value))
    if starred and isinstance(evaluate(region, node.func), Function):
        return _with_tuples(region, found, starred)
    return found


def _is_taken_for_empty(region: Region, node: cst.Call, held: cst.BaseExpression) -> bool:
    """Whether it is `**kwargs` of a function without calls, whose layers get nothing more then.

    A call that gives something fails: the modules of torch don't take it. Who makes an object
    is another matter: that its `__init__` is called is certain.
    """
    unseen = isinstance(held, cst.Name) and held.value in region.unseen
    if not unseen or region.methods:
        return False
    made = evaluate(region, node.func)
    if isinstance(made, Framework) and made.name.startswith("keras.layers."):
        region.say(ASSUMED, node, _EMPTY.format(region.name, region.tree.source(held)))
        return True
    return _is_function(made)


def _is_function(value: Value) -> bool:
    """Whether it is a function of the program, or one of several."""
    if isinstance(value, Choice):
        return all(map(_is_function, value.options))
    return isinstance(value, Function)


_EMPTY = "no call of `{}` shows what it gets in `{}`: its layers are made without it"

#: What a program configures, and hands to `compile` and `fit`.
_PARTS = ("callbacks", "constraints", "losses", "metrics", "optimizers", "regularizers")


def _setting(region: Region, node: cst.Call, held: cst.BaseExpression) -> Mapping | None:
    """The dict of another file that an optimizer, callback or the like unpacks: `Adam(**OPT)`."""
    made = evaluate(region, node.func)
    parts = made.name.split(".") if isinstance(made, Framework) else []
    if not parts[1:2] or parts[1] not in _PARTS:
        return None
    said: list[str] = []
    found = unpacked_setting(region, held, False, said)
    for one in said:
        region.say(ASSUMED, node, one)
    return found


def _with_tuples(
    region: Region, arguments: list[Argument], starred: list[cst.BaseExpression]
) -> list[Argument]:
    """`*load()` as the values that it passes, where the function tells how many it gives.

    Only for functions of the program, whose calls stay: what stands for the framework's writes
    its arguments one by one, as does what computes on tensors.
    """
    nodes = iter(starred)
    found: list[Argument] = []
    tensors = any(holds_tensor(value) for _, value in arguments)
    for key, value in arguments:
        count = _count(region, next(nodes)) if key == "*" else None
        if count and isinstance(value, Static) and not tensors:
            found += [(None, Static(index(value.expr, place))) for place in range(count)]
        else:
            found.append((key, value))
    return found


def _count(region: Region, node: cst.BaseExpression) -> int | None:
    """How many values a call of a function of the program gives, where it surely does."""
    function = evaluate(region, node.func) if isinstance(node, cst.Call) else None
    if not isinstance(function, Function) or not isinstance(function.node, cst.FunctionDef):
        return None
    made = function.node
    plain = not made.decorators and made.asynchronous is None and not yields_of(made)
    return returned_length(made) if plain else None
