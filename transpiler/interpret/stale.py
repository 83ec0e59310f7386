"""Parts of the training that are made of what has another value by the time they are used.

optimizer = SGD(args.rate)             # evaluates `args.rate` here
args.rate = 0.1
model.compile(optimizer, "mse")        # where torch's optimizer will be made
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Arguments

import libcst as cst

from transpiler.interpret.effects import has_effect
from transpiler.interpret.region import Region
from transpiler.interpret.values import Choice, Function, Mapping, Sequence, Static, Value
from transpiler.ir.expr import Configured, Expr
from transpiler.regex import regex
from transpiler.source.between import changed_between, grown_between, is_rebound
from transpiler.source.changing import changed
from transpiler.source.lexical import names_in
from transpiler.source.occurrences import Positions
from transpiler.source.outer_reads import Functions, functions_of
from transpiler.source.syntax import all_in, program_tree

OTHER = "is another one here"


def changed_since(region: Region, node: cst.CSTNode, value: Value) -> str:
    """What some parts are made of and the program changes before a call; "" if there is nothing."""
    text, (use, end) = region.tree.text, region.tree.span(node)
    for made in made_in(value):
        if made.place is not None and not use <= made.place[0] < end:
            begin = _last_call(region, made.place, use, end)
            for argument in told_to(made):
                if found := changed(region.file.path, text, argument.text, begin, use):
                    return found
            functions = (one.text for one in _told(made) if isinstance(one.value, Function))
            for name in filter(str.isidentifier, functions):
                if is_rebound(text, name, begin, use):
                    return name
    return ""


def why_changed(region: Region, node: cst.CSTNode, what: str, value: Value) -> str:
    """Why an argument of a call means something else there than where it was made; "" if not."""
    if found := changed_since(region, node, value):
        return f"`{found}`, of which {what} is made, has changed since"
    if what == "loss_weights" and (found := _numbers_changed(region, node, value)):
        return f"`{found}`, of which {what} is made, has changed since"
    if found := caught(region, node, value):
        return f"`{found}`, of which {what} is made, {OTHER}"
    return ""


def _numbers_changed(region: Region, node: cst.CSTNode, value: Value) -> str:
    """What numbers in a list or dict are computed from that changes between this and a call."""
    items: Iterable[Value] = value.items if isinstance(value, Sequence) else ()
    items = value.items.values() if isinstance(value, Mapping) else items
    read = [item.expr.text for item in items if isinstance(item, Static) and not item.expr.known]
    if not read or not isinstance(node, cst.Call):
        return ""
    text, use = region.tree.text, region.tree.span(node)[0]
    program, line = functions_of(text), region.tree.line_column(use)[0]
    for held in (a.value for a in node.args if isinstance(a.value, cst.Name)):
        made = program.bound_at(held.value, line, (ast.Call, ast.Dict, ast.List, ast.Tuple))
        if made is None:
            continue
        for one in read:
            if found := changed(region.file.path, text, one, made[1], use):
                return found
    return ""


def caught(region: Region, node: cst.CSTNode, value: Value) -> str:
    """A name in such parts that means something else where a call has them; "" if there is none.

    rate = 0.1
    schedule = LearningRateScheduler(lambda epoch: rate / (epoch + 1))
    def train(rate): ...                # here, what the lambda reads would be the parameter
    """
    text, (use, end) = region.tree.text, region.tree.span(node)
    program: Functions | None = None
    for place, code, at_once in _written(region, value, use):
        if use <= place[0] < end:
            continue
        begin = _last_call(region, place, use, end)
        names = names_in(code)
        if at_once and (found := changed(region.file.path, text, at_once, begin, use)):
            return found
        if region.is_module or region.function is None or not names:
            continue
        program = program or functions_of(text)
        for name in sorted(names - {"self"}):
            if program.owner_at(name, begin - 1) is not program.owner_at(name, use + 1):
                return name
    return ""


def _written(region: Region, value: Value, use: int) -> Iterator[tuple[tuple[int, int], str, str]]:
    """Where parts are made that are written out where they are used.

    With what they read, and what of that is evaluated as soon as they are made.
    """
    tree = region.tree
    for part in made_in(value):
        if part.place is not None:
            yield part.place, " ".join(one.text for one in told_to(part)), ""
            written = (one for one in _told(part) if not one.text.isidentifier())
            functions = (one.value for one in written if isinstance(one.value, Function))
            yield from (one for f in functions for one in _of_function(region, f))
    if isinstance(value, Function):
        yield from _of_function(region, value)
        here = value.file in (None, region.file)
        if value.maker is not None and value.static is not None and here:
            program, line = functions_of(tree.text), tree.line_column(use)[0]
            if (made := program.bound_at(value.static.text, line)) is not None:
                yield made, value.maker.text, value.maker.text
    elif isinstance(value, (Sequence, Mapping)):
        items = value.items if isinstance(value, Sequence) else value.items.values()
        inside = (item for item in items if isinstance(item, Function))
        yield from (one for f in inside for one in _written(region, f, use))


def _of_function(region: Region, function: Function) -> Iterator[tuple[tuple[int, int], str, str]]:
    """The same of a lambda, of which the defaults are evaluated at once."""
    here = function.file in (None, region.file) and not function.parameter
    if isinstance(function.node, cst.Lambda) and here:
        tree, parameters = region.tree, function.node.params
        taken = (*parameters.params, *parameters.kwonly_params)
        own = {p.name.value for p in taken}
        read = " ".join(sorted(tree.names(function.node.body) - own))
        defaults = [tree.source(p.default) for p in taken if p.default is not None]
        told = f"({', '.join(defaults)},)" if defaults else ""
        yield tree.span(function.node), f"{read} {told}", told


def why_not_later(region: Region, node: cst.CSTNode, what: str, value: Value) -> str:
    """Why parts of Keras can't be made where a function gets them; "" where they can.

    What they are made of has another value there, or making them changes something.
    """
    if found := changed_since(region, node, value) or _rebound_since(region, node, value):
        return f"`{found}`, of which {what} is made, has changed since"
    if acting(region, node, {"optimizer": ("", value)}):
        return f"what {what} is made of changes something when it is evaluated"
    return ""


def _rebound_since(region: Region, node: cst.CSTNode, value: Value) -> str:
    """A variable that such parts are made of and that holds something else before a call."""
    text, (use, end) = region.tree.text, region.tree.span(node)
    for made in made_in(value):
        if made.place is not None and not use <= made.place[0] < end:
            begin = _last_call(region, made.place, use, end)
            for name in sorted({n for argument in told_to(made) for n in names_in(argument.text)}):
                if is_rebound(text, name, begin, use):
                    return name
    return ""


#: Arguments that are evaluated once: several of those that are data, in this order.
_DATA = ("generator", "x", "y", "sample_weight", "validation_data")
#: Numbers that get names above the loop, in the order of the program, where something is called.
_NUMBERS = frozenset({"epochs", "batch_size", "initial_epoch", "validation_batch_size"})
_ONCE = frozenset({*_DATA, *_NUMBERS, "optimizer", "loss", "callbacks"})


def acting(region: Region, node: cst.CSTNode, given: Arguments[str, tuple[str, Value]]) -> str:
    """An argument that changes something when it is evaluated, which happens at another time."""
    found = [name for name, (text, _) in given.items() if has_effect(region, text)]
    others = [name for name in found if name not in _ONCE]
    ordered = [name for name in _DATA if name in found]
    if len(found) > 1 and found != ordered and not _NUMBERS.issuperset(found):
        others = others or found[1:]
    if others:
        return others[0]
    start, end = region.tree.span(node)
    for name, (_, value) in given.items():
        for made in made_in(value):
            if made.place is None or start <= made.place[0] < end:
                continue
            between = region.tree.blanked[_last_call(region, made.place, start, end) : start]
            told = [one.text for one in told_to(made)]
            inside = [one for one in told if has_effect(region, one)]
            if name == "optimizer" and any(one != name for one in found):  # made behind these
                text = region.tree.text
                if inside or any(changed_between(text, one, start, end) for one in told):
                    return name
            if not inside:
                continue
            if _is_used_again(region, made.place[0], start):
                return name
            seen = any(names_in(one) & names_in(between) for one in inside)
            if seen or not between or has_effect(region, between):
                return name
    return ""


def grown_since(region: Region, compiled: cst.CSTNode, trains: cst.CSTNode, given: str) -> str:
    """The list or dict that `compile` got and that has changed before it is looked at."""
    begin, end = region.tree.span(compiled)[1], region.tree.span(trains)[0]
    return grown_between(region.tree.text, given, begin, end)


def _last_call(region: Region, place: tuple[int, int], use: int, end: int) -> int:
    """When a part is made: where its function is called, if it is one that gives it.

    At the latest where it is used, if that is a part of the use.
    """
    tree = region.tree
    for function, calls in region.file.giving_calls.items():
        start, stop = tree.span(function)
        if start <= place[0] < stop and not start <= use < stop:
            spans = [span for span in map(tree.span, calls.values()) if not start <= span[0] < stop]
            # it may stand in such a one
            ends = [_last_call(region, span, use, end) for span in spans]
            before = [min(last, use) for last in ends if last <= end]
            return max(before, default=place[1])
    return place[1]


def _is_used_again(region: Region, made: int, used: int) -> bool:
    """Whether what is made at one place is used elsewhere than at another, or there repeatedly."""
    text, code = region.tree.text, region.tree.blanked
    positions, module = Positions(text), program_tree(text)
    for node in all_in(module) if module is not None else ():
        if isinstance(node, _REPEATED):
            first, last = positions.span(node)
            if first <= used < last and not first <= made < last:
                return True
    bound = _BOUND.match(code, code.rfind("\n", 0, made) + 1)
    name = re.escape(bound[1]) if bound is not None else ""
    read = rf"(?<![\w.]){name}(?!\w|[ \t]*=(?!=))"
    return bool(name) and len(re.findall(read, code)) > 1


#: What runs again, with what was made outside of it; and what a statement binds.
_REPEATED = (ast.For, ast.AsyncFor, ast.While, ast.FunctionDef, ast.AsyncFunctionDef)
_BOUND = regex(r"[ \t]*([\w.]+)[ \t]*=(?!=)")


def made_in(value: Value) -> Iterator[Configured]:
    """The objects of Keras that are in an argument."""
    if isinstance(value, Sequence):
        for item in value.items:
            yield from made_in(item)
    elif isinstance(value, Mapping):
        for item in value.items.values():
            yield from made_in(item)
    elif isinstance(value, Choice):
        for option in value.options:
            yield from made_in(option)
    elif isinstance(value, Static) and isinstance(value.expr.value, Configured):
        yield value.expr.value
        for argument in (*value.expr.value.args, *(v for _, v in value.expr.value.kwargs)):
            yield from made_in(Static(argument))


def told_to(made: Configured) -> Iterator[Expr]:
    """What an object is told that the program reads somewhere; functions are called later."""
    others = (Configured, Function)
    return (one for one in _told(made) if not isinstance(one.value, others) and one.text)


def _told(made: Configured) -> tuple[Expr, ...]:
    return (*made.args, *(value for _, value in made.kwargs))
