"""Regularizers and constraints of the program's own: how they are called on a weight of torch.

MaxSum(0.5)(model.dense.weight.T)       for Keras keeps the weights of a layer the other way around
"""

from __future__ import annotations

import re

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.own_penalties import called_on_weights, home_of
from transpiler.interpret.functions.settings import gets_numbers, keeps_number, may_be_array
from transpiler.interpret.region import Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Bound, Function, Static, Value
from transpiler.ir.code import For, If, Line, Return, While
from transpiler.ir.expr import LAMBDA, POSTFIX, UNKNOWN, Expr
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.ir.training import Constraint, Penalty
from transpiler.lower.own_losses import code_of
from transpiler.lower.told import readable
from transpiler.passes.liveness import walk
from transpiler.record import replace
from transpiler.regex import regex

#: What a function may do with a tensor without telling its axes from each other.
_ALIKE = frozenset({
    "F", "abs", "amax", "amin", "as_tensor", "clamp", "dtype", "exp", "expm1", "log", "log1p",
    "math", "max", "maximum", "mean", "min", "minimum", "norm", "ones_like", "pow", "relu",
    "round", "rsqrt", "sigmoid", "sign", "sqrt", "square", "sum", "tanh", "to", "torch",
    "type_as", "where", "zeros_like",
})  # fmt: skip
_READ = regex(r"(?<!self)\.([a-zA-Z_]\w*)")
_ALONG = regex(r"\.(?:sum|mean|norm|amax|amin|max|min)\((?!\))|[\[@]|\bdim\b|\.T\b")


def is_own_penalty(value: Value) -> bool:
    """Whether a regularizer or a constraint is a function of the program's own."""
    return called_on_weights(value) is not None


def own_penalty(file: FileContext, value: Value, name: str) -> Penalty:
    """What a regularizer of the program's own adds to the loss."""
    called, summary = _called(file, value, name)
    if not _gives(summary).number:
        raise Unsupported(f"{name}: it does not give one number")
    return Penalty(own=called, ordered=_is_ordered(file, value, summary))


def own_constraint(region: Region, value: Value, name: str) -> Constraint:
    """What a constraint of the program's own makes of a weight."""
    called, summary = _called(region.file, value, name)
    given = _gives(summary)
    if given.number:
        raise Unsupported(f"{name}: it does not give a weight")
    weight, back = (
        ("{ordered}", "{back}") if _is_ordered(region.file, value, summary) else ("{weight}", "")
    )
    text = applied(replace(called, text=_escaped(readable(region, called, name))), weight)
    if called.strength == LAMBDA and back:
        text = f"({text})"
    return Constraint(f"{{weight}}.copy_({text}{back})", helpers=called.helpers)


def _escaped(called: Expr) -> str:
    """The text, where braces are places to be filled."""
    return called.text.replace("{", "{{").replace("}", "}}")


def applied(called: Expr, weight: str) -> str:
    """The call of a function on a weight; of a lambda, what it computes."""
    found = re.match(r"lambda (\w+): ", called.text) if called.strength == LAMBDA else None
    if found is None:
        return f"{called.wrapped(POSTFIX)}({weight})"
    name, body = found.group(1), called.text[found.end() :]
    return re.sub(rf"(?<![\w.]){name}\b(?!\s*=(?!=))", lambda _: weight, body)


def _called(file: FileContext, value: Value, name: str) -> tuple[Expr, Summary]:
    """How the function is written, and what it computes."""
    function = called_on_weights(value)
    assert function is not None
    summary, *others = file.own_penalties.get(id(function.node), {}).values() or (None,)
    if summary is None or None in others:
        raise Unsupported(f"{name} is not understood as a function of one tensor")
    if any(other is not None and _written(other) != _written(summary) for other in others):
        raise Unsupported(f"{name} computes something else of tensors with other numbers of axes")
    _refuse_arrays(file, value, summary)
    if isinstance(value, Static):
        return replace(value.expr, value=UNKNOWN), summary
    assert isinstance(value, Function)
    return code_of(file, summary, value), summary


def _written(summary: Summary) -> tuple[str, ...]:
    """What a function computes, and what those compute that it calls, to be compared."""
    called = summary.region.operations_used if summary.region is not None else []
    texts = []
    for node in walk(summary.forward):
        match node:
            case Line(text=text):
                texts.append(text)
            case Return(value=code) | If(test=code) | While(test=code) | For(iterable=code):
                texts.append(f"{type(node).__name__} {code.text}")
    for number, inner in enumerate(called):
        texts = [text.replace(inner.class_token, f"called[{number}]") for text in texts]
    inside = (_written(inner) for inner in called if inner is not summary)
    return (*texts, *(text for written in inside for text in written))


def _gives(summary: Summary) -> Tensor:
    if not isinstance(summary.result, Bound):
        raise Unsupported("a function of weights that does not give one tensor")
    return summary.result.tensor


def _is_ordered(file: FileContext, value: Value, summary: Summary) -> bool:
    """Whether it may matter which axis of the weight is which.

    It doesn't where all that is done is done to each number by itself, or to all at once.
    """
    if summary.region is None or summary.region.operations_used:
        return True
    for node in summary.forward:
        if not isinstance(node, (Line, Return)):
            return True
        text = node.text if isinstance(node, Line) else node.value.text
        if _ALONG.search(text) or set(_READ.findall(text)) - _ALIKE:
            return True
    return not all(_is_number(file, value, name) for name in _read(summary))


def _read(summary: Summary) -> set[str]:
    """What a function reads besides the tensor."""
    read, defined = set[str](), {*summary.tensors}
    for node in walk(summary.forward):
        if isinstance(node, (Line, Return)):
            read |= node.uses if isinstance(node, Line) else {name for name, _ in node.value.names}
        defined |= node.defs if isinstance(node, Line) else frozenset()
    return read - defined


def _is_number(file: FileContext, value: Value, name: str) -> bool:
    """Whether what a function reads is one number; an array would lie along some axes."""
    if name.partition(".")[0] == "self":
        return isinstance(value, Static) and _NUMBERS.fullmatch(_made(file, value)) is not None
    held = file.globals.get(name)
    return isinstance(held, Static) and isinstance(held.expr.value, (int, float))


#: An object that is made of numbers alone.
_NUMBERS = regex(r"\w+\((?:(?:\w+ *= *)?-?[\d.]+(?:e-?\d+)?(?:, *)?)*\)")


def _made(file: FileContext, value: Static) -> str:
    """How an object is made, also where a variable of the module holds it."""
    text = value.expr.text
    found = re.search(rf"^{re.escape(text)}\s*=(?!=)\s*(.+)$", file.tree.text, re.MULTILINE)
    return text if found is None else str(found.group(1)).rstrip()


def _refuse_arrays(file: FileContext, value: Value, summary: Summary) -> None:
    """Refuse what computes with arrays, which torch does not add to its tensors."""
    function, inside = called_on_weights(value), home_of(file, value)
    for name in sorted(_read(summary)):
        if name in file.globals and may_be_array(file, name):
            raise Unsupported(f"a function of weights that reads `{name}`: make it a tensor")
        if inside is None or name in file.globals:
            continue
        if not keeps_number(file, inside, name):
            raise Unsupported(f"`{name}`, which a function of weights reads, may be an array")
    made = _made(file, value) if isinstance(value, Static) else None
    if function is not None and function.maker is not None:
        made = function.maker.text
    if made is not None and not gets_numbers(file, made):
        raise Unsupported(f"`{made}` gets a list or an array: make it a tensor")
