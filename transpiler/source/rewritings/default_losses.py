"""Losses that functions get by their only call, or as a default: written where `compile` is.

def build(units, loss=losses.binary_crossentropy):      def build(units):
    model.compile("adam", loss)                             model.compile(
                                                                "adam", losses.binary_crossentropy
                                                            )
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from transpiler.regex import regex
from transpiler.source.draws import whole_names
from transpiler.source.far_kinds import FRAMEWORKS
from transpiler.source.lexical import words_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.taken_out import without_arguments, without_parameters
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_Node = TypeVar("_Node", bound=ast.AST)
_NAMES = regex(r"\blosses\b")


def default_losses(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with such losses in the functions, if it has any; `others` import it."""
    module = program_tree(text) if ".compile(" in text and _NAMES.search(text) else None
    functions = [s for s in module.body if isinstance(s, ast.FunctionDef)] if module else []
    for function in functions:
        for name in _only_compiled(function):
            assert module is not None
            if edits := _written(text, module, function, name, others):
                calls = _calls(module, function) or ()
                touched = [(one.lineno, one.end_lineno or 0) for one in (function, *calls)]
                return rewritten(text, edits, touched=touched)
    return None


def _inside(function: ast.FunctionDef, kind: type[_Node]) -> list[_Node]:
    return [node for node in all_in(function) if isinstance(node, kind)]


def _only_compiled(function: ast.FunctionDef) -> list[str]:
    """The parameters of a function that it does nothing with but to compile a model."""
    taken = function.args
    names = [one.arg for one in (*taken.args, *taken.kwonlyargs)]
    if taken.posonlyargs or taken.vararg or taken.kwarg or function.decorator_list:
        return []
    uses = [n for n in _inside(function, ast.Name) if n.id in names]
    compiled = {id(one) for one in _losses(function)}
    read = {n.id for n in uses if id(n) in compiled}
    other = {n.id for n in uses if id(n) not in compiled}
    return [name for name in names if name in read - other]


def _losses(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What the calls of `compile` in a function get as loss."""
    for node in _inside(function, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "compile":
            yield from node.args[1:2]
            yield from (k.value for k in node.keywords if k.arg == "loss")


def _written(
    text: str,
    module: ast.Module,
    function: ast.FunctionDef,
    name: str,
    others: Callable[[], Iterable[str]],
) -> dict[Span, str]:
    """The edits that write the loss into a function; none where its calls may give several."""
    order = [one.arg for one in function.args.args]
    place = order.index(name) if name in order else len(order)
    calls = _calls(module, function)
    if calls is None:
        return {}
    given = [_given(call, name, place) for call in calls]
    by_calls = [one for one in given if one is not None]
    value = by_calls[0] if by_calls else _default(function, name)
    if value is None or (by_calls and len(calls) > 1):
        return {}
    own = {n.id for n in _inside(function, ast.Name) if isinstance(n.ctx, ast.Store)}
    own |= {one.arg for one in _inside(function, ast.arg)}
    if not _is_loss(value, whole_names(module), own) or any(map(_is_open, calls)):
        return {}
    if any(_may_give(other, function.name, name, place) for other in others()):
        return {}
    positions = Positions(text)
    edits = without_parameters(positions, function, {name})
    source = text[slice(*positions.span(value))]
    for one in _losses(function):
        if isinstance(one, ast.Name) and one.id == name:
            edits[positions.span(one)] = source
    for call in calls:
        edits |= without_arguments(positions, call, by_calls) if by_calls else {}
    return edits


def _calls(module: ast.Module, function: ast.FunctionDef) -> list[ast.Call] | None:
    """The calls of a function; None where something else is done with it, or is called so."""
    name = function.name
    uses = [n for n in nodes_of_kind(module, ast.Name) if n.id == name]
    calls = [
        n
        for n in nodes_of_kind(module, ast.Call)
        if isinstance(n.func, ast.Name) and n.func.id == name
    ]
    named = [n for n in nodes_of_kind(module, ast.FunctionDef) if n.name == name]
    if len(uses) != len(calls) or len(named) > 1:
        return None
    if any(one.arg == name for one in nodes_of_kind(module, ast.arg)):
        return None
    return calls


def _given(call: ast.Call, name: str, place: int) -> ast.expr | None:
    """What a call gives for a parameter."""
    named = (k.value for k in call.keywords if k.arg == name)
    return call.args[place] if place < len(call.args) else next(named, None)


def _is_open(call: ast.Call) -> bool:
    """Whether it is not seen what a call gives."""
    return any(isinstance(a, ast.Starred) for a in call.args) or any(
        k.arg is None for k in call.keywords
    )


def _default(function: ast.FunctionDef, name: str) -> ast.expr | None:
    taken = function.args
    pairs = dict(zip(reversed(taken.args), reversed(taken.defaults), strict=False))
    pairs |= {k: d for k, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d}
    return next((d for one, d in pairs.items() if one.arg == name), None)


def _is_loss(value: ast.expr, names: dict[str, str], own: set[str]) -> bool:
    """Whether it is a loss of Keras by its name, or made there of constants alone."""
    if isinstance(value, ast.Call):
        parts = [*value.args, *(k.value for k in value.keywords)]
        if any(k.arg is None for k in value.keywords):
            return False
        if not all(isinstance(part, ast.Constant) for part in parts):
            return False
        value = value.func
    dotted = ast.unparse(value)
    if not isinstance(value, (ast.Attribute, ast.Name)) or "(" in dotted:
        return False
    first, dot, rest = dotted.partition(".")
    whole = f"{names.get(first, '')}{dot}{rest}"
    return first not in own and whole.partition(".")[0] in FRAMEWORKS and ".losses." in whole


def _may_give(text: str, function: str, name: str, place: int) -> bool:
    """Whether a file that imports a function may give it another loss, or hand it on."""
    if function not in words_in(text):
        return "import *" in text and function in text
    module = program_tree(text)
    if module is None:
        return True
    if any(n.name == function and n.asname for n in nodes_of_kind(module, ast.alias)):
        return True
    called = set[int]()
    for node in nodes_of_kind(module, ast.Call):
        if getattr(node.func, "attr", getattr(node.func, "id", "")) == function:
            called.add(id(node.func))
            by_name = any(k.arg == name for k in node.keywords)
            if len(node.args) > place or by_name or _is_open(node):
                return True
    uses = (n for n in all_in(module) if isinstance(n, (ast.Name, ast.Attribute)))
    named = [n for n in uses if getattr(n, "attr", getattr(n, "id", "")) == function]
    return any(id(n) not in called for n in named)
