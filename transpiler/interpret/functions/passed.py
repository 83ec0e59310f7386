"""What calls of blocks and operations pass.

The class of a block takes its plain arguments, and its instance the tensors. An operation stays a
function with the parameters that it has: its calls stay as they are, but for what nothing reads.
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.functions.parameters import bind_arguments, given_axis, parameters_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Function, Partial, Sequence, Static, Value, is_closure
from transpiler.ir.expr import POSTFIX, Expr, call
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import names_read

#: ("", value) in position, or (name, value).
Passed = tuple[str, Expr]


def operation_arguments(
    region: Region,
    summary: Summary,
    arguments: list[Argument],
    tensors: dict[str, Expr],
    stays_method: bool = False,
) -> list[Passed]:
    """What a call of a function passes that stays one, in the order of the call."""
    function = summary.function
    declared = [p for p in parameters_of(function.node) if not p.star]
    places = iter([p.name for p in declared if not p.keyword_only])
    required = {p.name for p in declared if p.default is None} if stays_method else set()
    gone = set() if stays_method else {*decided_parameters(summary)}
    result: list[Passed] = []
    keywords: list[Passed] = []
    in_order = True
    for keyword, value in arguments:
        name = keyword or next(places)
        if function.owner and name == declared[0].name:
            continue  # what it is called on
        if name in tensors:
            written = tensors[name]
        elif name in summary.statics or name in required:
            written = _plain_argument(region, name, value)
        else:  # nothing reads it; where its parameter is still there, the next is not in its place
            in_order = in_order and name in gone
            continue
        if keyword is None and in_order:
            result.append(("", written))
        else:
            keywords.append((name, written))
    return _starred(region, result) + keywords + _closure_arguments(region, summary)


def decided_parameters(summary: Summary) -> list[str]:
    """The parameters that no call of a function gives any more: all that hung on them is decided.

    One that the function never read stays, where a default makes up for it.
    """
    function = summary.function
    assert isinstance(function.node, cst.FunctionDef)
    given = {*summary.tensors, *summary.statics}
    body = function.node.body
    read = names_read(summary.region.tree.source(body)) if summary.region is not None else ()
    declared = [p for p in parameters_of(function.node) if not p.star]
    return [
        p.name
        for p in (declared[1:] if function.owner else declared)
        if p.name not in given and (p.default is None or p.name in read)
    ]


def static_arguments(region: Region, summary: Summary, arguments: list[Argument]) -> list[Passed]:
    """The plain arguments that the class of a block takes."""
    plain = [p for p in parameters_of(summary.function.node) if not p.star and not p.keyword_only]
    wanted = list(summary.statics)
    order = [p.name for p in plain if p.name in wanted]
    result: list[Passed] = []
    position = 0
    in_order = True
    keywords: list[Passed] = []
    for keyword, value in arguments:
        if keyword == "**":
            continue
        if keyword is None:
            if position >= len(plain):
                continue
            name = plain[position].name
            position += 1
        else:
            name = keyword
        if name not in wanted:
            continue
        written = _plain_argument(region, name, value)
        if keyword is None and in_order and len(result) < len(order) and order[len(result)] == name:
            result.append(("", written))
        else:
            in_order = False
            keywords.append((name, written))
    return _starred(region, result) + keywords + _closure_arguments(region, summary)


def _plain_argument(region: Region, name: str, value: Value) -> Expr:
    """A plain value as it is written where it is passed."""
    written = _class_of(region, value) or to_expr(region, value)
    if not region.scope.current(written):
        raise GiveUp(f"the argument {name} has changed since it was computed")
    return written


def _closure_arguments(region: Region, summary: Summary) -> list[Passed]:
    """What a function reads from around it."""
    return [_closure_argument(region, summary, name) for name in summary.closure]


_FIRST_ELEMENT = regex(r"([A-Za-z_]\w*)\[0\]")


def _starred(region: Region, arguments: list[Passed]) -> list[Passed]:
    """Arguments that are all elements of a list, in their order, as `*pair`."""
    for place, (_, value) in enumerate(arguments):
        first = _FIRST_ELEMENT.fullmatch(value.text)
        held = region.scope.values.get(first.group(1)) if first is not None else None
        if first is None or not isinstance(held, Sequence) or len(held.items) < 2:
            continue
        behind = place + len(held.items)
        elements = [f"{first.group(1)}[{number}]" for number in range(len(held.items))]
        if [v.text for _, v in arguments[place:behind]] == elements:
            whole = ("", replace(value, text=f"*{first.group(1)}"))
            return [*arguments[:place], whole, *_starred(region, arguments[behind:])]
    return arguments


def _class_of(region: Region, value: Value) -> Expr | None:
    """The class that a function which is passed on has become."""
    if isinstance(value, Partial) and is_closure(value):
        return _partial_class(region, value)
    if not isinstance(value, Function) or value.parameter or value.file is None:
        return None
    if id(value.node) not in value.file.forced:
        return None
    made = [
        s
        for s in value.file.summaries.values()
        if s.function.node is value.node and s.kind == "block"
    ]
    # one that a call has asked for is better than what was made of the function alone
    made.sort(key=lambda s: (s not in region.called, not s.given))
    return Expr(made[0].class_token) if made else None


def _partial_class(region: Region, value: Partial) -> Expr | None:
    """The class of a function that is passed on after its first call: `partial(Block, ratio=4)`."""
    function = value.callee
    assert isinstance(function, Function)
    made = _class_of(region, function)
    if made is None:
        return None
    bound = bind_arguments(function, parameters_of(function.node), list(value.arguments))
    used = {
        n for s in function.file.summaries.values() if s.class_token == made.text for n in s.statics
    }
    if any(given_axis(n, v) is not None or not isinstance(v, Static) for n, v in bound.items()):
        raise GiveUp(f"`{function.name}` is passed on with arguments that decide what it is")
    given = {name: to_expr(region, v) for name, v in bound.items() if name in used}
    if not given:
        return made
    if isinstance(region.file.globals.get("partial"), Function):
        raise GiveUp("`partial` is a function of the program's own")
    return call(Expr("partial"), made, **given)


def _closure_argument(region: Region, summary: Summary, name: str) -> Passed:
    """What a block reads from around it, as an argument of its class."""
    if name.startswith("self."):
        version = region.scope.version(name)
        return name.removeprefix("self."), Expr(
            name, strength=POSTFIX, names=frozenset({(name, version)})
        )
    frame = summary.frame
    if frame is not None and name in frame:
        return name, to_expr(region, frame[name])
    return name, region.scope.read(name)
