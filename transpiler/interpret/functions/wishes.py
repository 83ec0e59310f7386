"""Losses and metrics that are functions of another file than the one that compiles a model.

Each file is converted for itself: that which compiles sees what the function computes, and that of
the function which tensors it gets.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TypeAlias

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.done_first import given_a_value
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import summarize
from transpiler.interpret.region import GiveUp
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Bound, Function, Namespace, Static, UserClass, Value
from transpiler.ir.expr import Expr
from transpiler.record import record
from transpiler.source.occurrences import Occurrences
from transpiler.source.suites import nodes_of

#: What other files want of one, and the names that they read beside their imports.
Wishes: TypeAlias = "Callable[[FileContext], tuple[list[Wish], set[str]]]"


@record(frozen=True, slots=True)
class Wish:
    """A function that another file compiles a model with."""

    path: str
    place: tuple[str, int]  #: of the function, as `place_in` has it
    outer: str  #: the function that gives it, or the class that it is a method of
    own: tuple[str, ...]  #: names of the function around it
    given: dict[str, Value]  #: the tensors that it gets


def wish_of(function: Function, given: dict[str, Value]) -> Wish | None:
    """What a file wants of that of a function; None where the call that gave it decides more."""
    home: FileContext = function.file
    outer = function.outer
    around = outer.closure if outer is not None else function.closure
    own = {n: v for n, v in function.closure.items() if around.get(n) is not v}
    if not all(isinstance(value, Static) for value in own.values()):
        return None
    name = outer.name if outer is not None else function.owner
    return Wish(home.path, place_in(home, function.node), name, tuple(own), given)


def place_in(file: FileContext, node: cst.FunctionDef | cst.Lambda) -> tuple[str, int]:
    """Which of its definitions it is: where it stands may be another place in a version of it."""
    head = f"def {node.name.value}(" if isinstance(node, cst.FunctionDef) else "lambda"
    return head, file.tree.blanked.count(head, 0, file.tree.span(node)[0])


def returns_name(statement: cst.CSTNode | None) -> str:
    """The name of what a statement returns."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    given = small.value if isinstance(small, cst.Return) else None
    return given.value if isinstance(given, cst.Name) else ""


def is_of(wish: Wish, file: FileContext) -> bool:
    """Whether it is about a file."""
    return os.path.realpath(wish.path) == os.path.realpath(file.path)


def fulfil(file: FileContext, wishes: list[Wish], read: set[str]) -> None:
    """Interpret the functions of a file on the tensors that they get in other files."""
    wanted = [(_function(file, wish), wish) for wish in wishes]
    known = [(f, wish) for f, wish in wanted if f is not None]
    for function, wish in known:
        interpret_on_tensors(function, wish.given)
        file.wished.add(name_at_home(function))
    taken = {tuple(wish.given)[-2:]: (function, wish) for function, wish in known}
    ranks = {rank for _, wish in known for rank in _ranks(wish.given)}
    held = [f for f in file.globals.values() if isinstance(f, Function) and f.file is file]
    kin = [(f, function) for f in held for function in alike(file, f)] if len(ranks) == 1 else []
    kin = [(outer, function) for outer, function in kin if _first_two(function) in taken]
    spans = [file.tree.span(f.node) for f in (*(f for f, _ in kin), *(f for f, _ in known))]
    found = Occurrences(file.tree.text)
    for outer, function in kin:
        uses = [place.start for place in found.of(outer.name) if not place.binds]
        by_hand = any(not any(start <= use < end for start, end in spans) for use in uses)
        if not (outer.name in read or by_hand or is_known(file, function)):
            _take_as(file, function, *taken[_first_two(function)])


def _first_two(function: Function) -> tuple[str, ...]:
    return tuple(parameter.name for parameter in parameters_of(function.node)[:2])


def _ranks(given: dict[str, Value]) -> Iterator[int | None]:
    """The numbers of axes of tensors."""
    for value in given.values():
        if isinstance(value, Bound):
            yield None if value.tensor.dims is None else len(value.tensor.dims)


def alike(file: FileContext, held: Function) -> Iterator[Function]:
    """A function, or that which it gives, that may be a loss or metric nobody uses."""
    node = held.node
    if not isinstance(node, cst.FunctionDef) or node.decorators or held.closes:
        return
    if not mentions_framework(file, held):
        return
    names = [p.name for p in parameters_of(node)]
    if [p.name for p in parameters_of(node) if p.default is None or p.star] == names[:2]:
        yield held
    inner, last = node.body.body[-2:] if len(node.body.body) > 1 else (None, None)
    if isinstance(inner, cst.FunctionDef) and returns_name(last) == inner.name.value:
        own = {p.name for p in parameters_of(node)} | {*given_a_value(node.body)}
        wish = Wish(file.path, place_in(file, inner), held.name, tuple(own), {})
        made = _function(file, wish)
        yield from () if made is None else (made,)


def is_known(file: FileContext, function: Function) -> bool:
    """Whether a function is called, or wanted."""
    return any(s.function.node is function.node for s in file.summaries.values())


def _take_as(file: FileContext, function: Function, other: Function, wish: Wish) -> None:
    """A function of losses and metrics that nobody uses gets what another one of them gets."""
    summary = interpret_on_tensors(function, wish.given)
    if summary is not None:
        name, model = name_at_home(function), name_at_home(other)
        message = f"`{name}`, which nothing uses, is taken to get such tensors as `{model}`"
        file.say(ASSUMED, function.node, message)


def interpret_on_tensors(function: Function, given: dict[str, Value]) -> Summary | None:
    """What a function computes of tensors, in its own file, which writes it so."""
    home: FileContext = function.file
    assert home.module is not None
    before = {id(summary) for summary in home.summaries.values()}
    try:
        summary = summarize(home, function, given, home.module)
    except GiveUp:
        return None
    finally:
        home.told |= {id(summary) for summary in home.summaries.values()} - before
    if summary.kind != "operation":
        return None
    home.module.operations_used.append(summary)
    if function.nested_in or function.owner:
        home.kept_closures.add(id(function.node))
    return summary


@provides("wanted_of")
def wanted_of(file: FileContext, function: Function, given: dict[str, Value]) -> Summary | None:
    """What a function of a third file computes, which a loss or metric of a second one calls."""
    tensors = [value for value in given.values() if isinstance(value, Bound)]
    plain = all(isinstance(value, (Bound, Static)) for value in given.values())
    wish = wish_of(function, given) if tensors and plain and not function.owner else None
    summary = interpret_on_tensors(function, given) if wish is not None else None
    if summary is not None:
        file.onward.append(wish)
    return summary


def name_of(file: FileContext, function: Function | UserClass) -> str:
    """What a file calls a function or class, its own or an imported one; "" if nothing."""
    if function.file in (None, file):
        return function.name
    for name, held in file.globals.items():
        if isinstance(held, type(function)) and held.node is function.node:
            return name
    for name, held in file.globals.items():
        for inner, value in held.items.items() if isinstance(held, Namespace) else ():
            if isinstance(value, type(function)) and value.node is function.node:
                return f"{name}.{inner}"
    return ""


def name_at_home(function: Function) -> str:
    """What has the name in its file by which others get a function."""
    return function.outer.name if function.outer is not None else function.owner or function.name


def _function(file: FileContext, wish: Wish) -> Function | None:
    """The function that is wanted, as the file has it."""
    held = file.globals.get(wish.outer)
    if isinstance(held, UserClass):
        methods = file.class_methods.get(wish.outer, {}).values()
        return next((m for m in methods if place_in(file, m.node) == wish.place), None)
    known = [f for f in file.globals.values() if isinstance(f, Function) and f.file is file]
    if not wish.outer:
        return next((f for f in known if place_in(file, f.node) == wish.place), None)
    if not isinstance(held, Function):
        return None
    for node in nodes_of(held.node.body):
        if isinstance(node, cst.FunctionDef) and place_in(file, node) == wish.place:
            own: dict[str, Value] = {name: Static(Expr(name)) for name in wish.own}
            made = Function(
                node.name.value,
                node,
                {**held.closure, **own},
                nested_in=held.name,
                file=file,
            )
            made.frame = dict(own)
            made.maker, made.outer = Expr(held.name), held
            return made
    return None
