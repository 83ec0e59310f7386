"""Losses that functions get and compile a model with: another one in each call, perhaps.

def train(loss):                                   train(dice)
    model = build()                                train(focal_loss(gamma=2.0))
    model.compile("adam", loss=loss)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.kept_functions import kept_as
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import Region
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Choice, Function, UserClass, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.record import replace
from transpiler.source.importers import is_imported
from transpiler.source.syntax import all_in

_DEEPEST = 4  #: of functions that hand such a loss on


def takes_loss(function: Function, name: str, deep: int = 0) -> bool:
    """Whether a function does nothing with a parameter but to compile models with it.

    It may hand it on to a function that does so.
    """
    if not isinstance(function.node, cst.FunctionDef) or function.file is None or deep > _DEEPEST:
        return False
    uses = _uses(function.file.tree.source(function.node), name)
    if not uses or _is_called_elsewhere(function.file, function.name, function.owner):
        return False
    for callee, parameter in uses:
        if not callee:
            continue  # `compile`
        held = function.closure.get(callee)
        if not isinstance(held, Function) or held.file is not function.file:
            return False
        declared = [p.name.value for p in held.node.params.params]
        number = int(parameter) if parameter.isdecimal() else -1
        taken = declared[number] if 0 <= number < len(declared) else parameter
        if not takes_loss(held, taken, deep + 1):
            return False
    return True


def _is_called_elsewhere(file: FileContext, name: str, owner: str) -> bool:
    """Whether other files may call a function or method, and give it whatever they have."""
    mention = rf"\.{name}\(|\b{owner}\b" if owner else rf"\b{name}\b"
    return is_imported(file.path, mention)


def note_losses(
    file: FileContext, function: Function, given: dict[str, Value], caller: Region | None
) -> None:
    """Keep the losses that a call gives: what compiles with them is to know those of all calls."""
    for name, value in given.items():
        if isinstance(value, Function) and takes_loss(function, name):
            known = file.given_losses.setdefault((id(function.node), name), {})
            for one in _meant(file, value, caller):
                file.grown |= id(one.node) not in known
                known[id(one.node)] = one


def with_losses(file: FileContext, function: Function, given: dict[str, Value]) -> dict[str, Value]:
    """The arguments of a method with a loss of its calls: it is interpreted by itself, too."""
    if not function.owner or not file.given_losses:
        return given
    names = [p.name.value for p in function.node.params.params]
    known = {n: file.given_losses.get((id(function.node), n)) for n in names if n not in given}
    found = {n: next(iter(losses.values())) for n, losses in known.items() if losses}
    owner = next((c.node for c in file.user_classes if c.name == function.owner), None)
    for (key, name), losses in list(file.given_losses.items()):
        if key == id(owner) and losses and takes_loss(function, name):
            file.given_losses[id(function.node), name] = losses
            first = next(iter(losses.values()))
            found[name] = replace(first, parameter=name, static=Expr(name, strength=POSTFIX))
    return {**given, **found}


def keep_losses(region: Region, node: cst.Call, made: UserClass, arguments: list[Argument]) -> None:
    """The same of losses that objects get, and keep: `self.loss = loss`."""
    home = region.file
    method = home.class_methods.get(made.name, {}).get("__init__")
    if made.file is not home or method is None:
        return
    this, *names = [parameter.name for parameter in parameters_of(method.node)]
    positions = iter(names)
    others = {*names}
    for argument, (keyword, value) in zip(node.args, arguments, strict=False):
        name = keyword or next(positions, "")
        if not isinstance(value, Function) or argument.star or name not in names:
            continue
        others.discard(name)
        if (id(made.node), name) in home.other_losses:
            continue
        kept = kept_as(region, made, method.node, name)
        elsewhere = is_imported(home.path, rf"\b{made.name}\b")
        if kept and not elsewhere and _is_loss_only(region, made, f"{this}.{kept}"):
            known = home.given_losses.setdefault((id(made.node), f"{this}.{kept}"), {})
            for one in _meant(home, value, region):
                home.grown |= id(one.node) not in known
                known[id(one.node)] = one
    for name in others:  # what some objects get as a string, say, or by default
        _forget_losses(region, made, method, name)


def _forget_losses(region: Region, made: UserClass, method: Function, name: str) -> None:
    """An attribute that keeps a loss of the program's own in some objects alone."""
    home = region.file
    if (id(made.node), name) in home.other_losses:
        return
    home.other_losses.add((id(made.node), name))
    for (key, attribute), known in home.given_losses.items():
        if key == id(made.node) and known:
            if kept_as(region, made, method.node, name) == attribute.partition(".")[2]:
                known.clear()
                home.grown = True


def _is_loss_only(region: Region, made: UserClass, attribute: str) -> bool:
    """Whether the program does nothing with what an attribute keeps, but to compile with it."""
    start, end = region.tree.span(made.node)
    text = region.tree.text
    outside = text[:start] + text[end:]
    if re.search(rf"\.{attribute.partition('.')[2]}\b", outside):
        return False
    return bool(uses := _uses(text[start:end], attribute)) and not any(callee for callee, _ in uses)


def _meant(file: FileContext, value: Function, caller: Region | None) -> list[Function]:
    """Those that a function may be, which came by a parameter of the caller itself."""
    if not value.parameter or caller is None:
        return [value]
    return list(file.given_losses.get((id(caller.function), value.parameter), {}).values())


def losses_of(compiles: TrainingCall, value: Value) -> list[Function]:
    """All losses that a `compile` gets by a parameter of the function around it; none otherwise.

    Or of which the program picks one: `LOSSES[name]`.
    """
    if isinstance(value, Choice):
        whole = "loss" in compiles.given and compiles.given["loss"].value is value
        return _picked(compiles, value) if whole else []
    if not isinstance(value, Function) or not value.parameter or compiles.region is None:
        return []
    key = (id(compiles.region.function), value.parameter)
    return list(compiles.region.file.given_losses.get(key, {}).values())


def _picked(compiles: TrainingCall, value: Choice) -> list[Function]:
    """The losses of which one is picked, if all of them are functions of the program's own."""
    found: list[Function] = []
    for option in value.options:
        if isinstance(option, Function) and not option.parameter:
            found.append(option)
        elif inner := (
            _picked(compiles, option)
            if isinstance(option, Choice)
            else (losses_of(compiles, option))
        ):
            found += inner
        else:
            return []
    return found


def makes_loss(file: FileContext, text: str) -> bool:
    """Whether an argument is a call that gives a loss, another one each time, but all alike."""
    given = (one.maker for losses in file.given_losses.values() for one in losses.values())
    return any(maker is not None and maker.text == text for maker in given)


def given_by_others(compiles: TrainingCall, value: Value) -> str:
    """The parameter by which a loss comes, where other files may give it another one; else ""."""
    if not isinstance(value, Function) or not value.parameter or compiles.region is None:
        return ""
    region, file = compiles.region, compiles.region.file
    methods = ((owner, m) for owner, known in file.class_methods.items() for m in known.values())
    owner = next((name for name, method in methods if method.node is region.function), "")
    return value.parameter if _is_called_elsewhere(file, region.name, owner) else ""


@lru_cache(maxsize=512)
def _uses(text: str, name: str) -> list[tuple[str, str]]:
    """What functions a variable is given to, "" for `compile`, and their parameters or places.

    Nothing where it is used otherwise.
    """
    try:
        made = ast.parse(text).body[0]
    except SyntaxError:  # statements in one line with others
        return []
    nodes = list(all_in(made))
    named = [n for n in nodes if _is_read(n) and ast.unparse(n) == name]
    found = [
        (node, use)
        for call in nodes
        if isinstance(call, ast.Call)
        for node, use in _given(call, name)
    ]
    return [use for _, use in found] if {*map(id, named)} == {id(n) for n, _ in found} else []


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Store)


def _given(call: ast.Call, name: str) -> Iterator[tuple[ast.expr, tuple[str, str]]]:
    """The places of a call that get the variable."""
    arguments = [(str(i), one) for i, one in enumerate(call.args)]
    arguments += [(k.arg or "", k.value) for k in call.keywords]
    for place, value in arguments:
        if _is_read(value) and ast.unparse(value) == name:
            match call.func:
                case ast.Name(id=callee):
                    yield value, (callee, place)
                case ast.Attribute(attr="compile") if place in ("1", "loss"):
                    yield value, ("", place)
