"""`**kwargs` of a function that builds a graph: one class takes what any call passes through it.

What a call leaves out is what the layer or function has as its default to which the keywords go.
Which keywords there are is known once the whole file is interpreted; if a call brings a new one, or
leaves one out, it is interpreted again.
"""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import GiveUp, Parameter, Region
from transpiler.interpret.statics import const, constant, rewrite
from transpiler.interpret.summary import Summary
from transpiler.interpret.symbols import OF_TRAINING, SUBMODULES
from transpiler.interpret.values import (
    Framework,
    Function,
    Mapping,
    Static,
    Unknown,
    Value,
    holds_tensor,
    is_graph,
)
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr, literal
from transpiler.regex import regex

#: What layers take besides the parameters of their rules, and have no default but None, or what
#: None stands for.
_NONE = ("activation", "name", "_regularizer", "_constraint", "kernel_initializer")

#: What makes another dict of one.
_MERGING = regex(r"(?:\{|\bdict\(|\.update\()$")
#: Where a function gets the parts of Keras itself through its keywords.
_SUBMODULES = regex(rf"{SUBMODULES}|[\"'](?:backend|layers|models|utils)[\"']")


def unified(file: FileContext, function: Function, given: dict[str, Value]) -> dict[str, Value]:
    """The arguments of a call, `**kwargs` with the keywords of all calls."""
    given = as_gathered(file, function, given)[1]
    name = double_star(function)
    first = id(function.node) not in file.keywords
    held = given.get(name, Mapping({}))
    if not name or not isinstance(held, Mapping) or (first and name not in given):
        return given
    if id(function.node) in file.apart:
        return given
    known = file.keywords.setdefault(id(function.node), {})
    for key in map(str, held.items):
        if key not in known:
            known[key] = not first
            file.grown = file.grown or not first
    for key, optional in known.items():
        if key not in held.items and not optional:
            known[key] = file.grown = True
    passed = {k: held.items.get(k, Static(Expr(k))) for k in known}
    rest = {n: value for n, value in given.items() if n != name}
    return {**rest, name: Mapping(passed)} if passed or name in given else rest


def as_gathered(
    file: FileContext, function: Function, given: dict[str, Value]
) -> tuple[list[Parameter], dict[str, Value]]:
    """What a function takes and is given, `**kwargs` as any other dict if that is read as one.

    Which keywords it holds is only known of each call, then.
    """
    declared, name = parameters_of(function.node), double_star(function)
    gets_graph = name in given and is_graph(given[name])
    if not name or gets_graph or any(map(holds_tensor, given.values())):
        return declared, given
    text = file.tree.source(function.node)
    handed = [m.start() for m in re.finditer(rf"\*\*\s*{name}\b", text)]
    merged = any(_MERGING.search(_opened(text, place)) for place in handed)
    only_handed = len(re.findall(rf"\b{name}\b", text)) == len(handed) and not merged
    if only_handed or _SUBMODULES.search(text):
        return declared, given
    plain = [Parameter(name) if p.star == "**" else p for p in declared]
    return plain, {n: v for n, v in given.items() if n != name}


def _opened(text: str, place: int) -> str:
    """The text before a place, up to the bracket around it."""
    depth = 1
    while depth and place:
        place -= 1
        depth += (text[place] in ")]}") - (text[place] in "([{")
    return text[: place + 1]


def double_star(function: Function) -> str:
    """The parameter that takes all other keywords, if there is one."""
    star = function.node.params.star_kwarg
    return star.name.value if star is not None else ""


@provides("passed_keywords")
def passed_keywords(region: Region, arguments: list[Argument]) -> list[Argument] | Unknown:
    """`SGD(rate, **kwargs)`, which the function itself makes: `kwargs["momentum"]` of its own."""
    held = region.scope.values.get(region.keywords)
    known = region.file.keywords.get(id(region.function), {})
    if not isinstance(held, Mapping) or any(known.get(str(key), False) for key in held.items):
        return Unknown(f"not all calls pass the same in `**{region.keywords}`")
    found: list[Argument] = []
    for key, value in arguments:
        own = key in held.items and isinstance(value, Static) and value.expr.text == key
        entry = Expr(f'{region.keywords}["{key}"]', strength=POSTFIX)
        found.append((key, Static(entry) if own else value))
    return found


@provides("note_keywords")
def note_keywords(region: Region, node: cst.Call, callee: Value) -> None:
    """`Conv2D(filters, 3, **kwargs)`: the defaults of what `kwargs` may hold."""
    if isinstance(callee, Framework) and callee.name.startswith(OF_TRAINING):
        return
    held = region.scope.values.get(region.keywords)
    if not isinstance(held, Mapping) or not any(map(region.passes_keywords, node.args)):
        return
    region.unpacks = True
    for key in map(str, held.items):
        if key not in region.set_keywords:
            note_default(region, key, _default(region, callee, key))


def note_default(region: Region, key: str, default: str) -> None:
    """Remember what a keyword is where a call leaves it out."""
    if region.keyword_defaults.setdefault(key, default) != default:
        region.keyword_defaults[key] = ""


@provides("take_keyword")
def take_keyword(region: Region, node: cst.Call, name: str, values: list[Value]) -> Value | None:
    """`kwargs.get("rate", 0.5)`, or `pop` or `setdefault`: a parameter with a default."""
    held = region.scope.values[region.keywords]
    key = constant(values[0]) if values else UNKNOWN
    if name not in ("get", "pop", "setdefault") or not isinstance(key, str):
        return None
    if not isinstance(held, Mapping):
        return None
    default = values[1] if len(values) > 1 else const(None)
    if not isinstance(default, Static):
        return None
    taken = held.items.get(key, default)
    if key in held.items:
        value = constant(default)
        note_default(region, key, "" if value is UNKNOWN else literal(value))
    if name == "setdefault":
        if region.loops or region.branches:
            raise GiveUp("a keyword gets a default under a condition", node)
        region.set_keywords.add(key)
        region.scope.values[region.keywords] = Mapping({**held.items, key: taken})
        region.done.add(id(node))
        return taken
    if name == "pop":
        if region.loops or region.branches:
            raise GiveUp("a keyword is taken out of `**kwargs` under a condition", node)
        rest = {k: v for k, v in held.items.items() if k != key}
        region.scope.values[region.keywords] = Mapping(rest)
    if isinstance(taken, Static):
        rewrite(region, node, taken)
    return taken


@provides("surely_holds")
def surely_holds(region: Region, node: cst.BaseExpression, key: object) -> bool | None:
    """Whether `**kwargs` holds a keyword; None where some calls pass it, or it isn't kwargs."""
    held = region.scope.values.get(region.keywords)
    if not isinstance(node, cst.Name) or node.value != region.keywords or key is UNKNOWN:
        return None
    apart = id(region.function) in region.file.apart
    known = {} if apart else region.file.keywords.get(id(region.function), {})
    if not isinstance(held, Mapping) or known.get(str(key), False):
        return None
    return key in held.items


def _default(region: Region, callee: Value, key: str) -> str:
    """What a layer or function takes for a keyword that it isn't given, as source."""
    if isinstance(callee, Framework):
        rule = region.file.rules.layers.get(callee.name)
        parameters = {} if rule is None else rule.signature.parameters
        spelled = key if rule is None else rule.aliases.get(key, key)
        declared = parameters.get(spelled)
        if declared is not None and declared.default is not declared.empty:
            return literal(declared.default)
        return "None" if key.endswith(_NONE) else ""
    if not isinstance(callee, Function):
        return ""
    for parameter in parameters_of(callee.node):
        if parameter.name == key and parameter.default is not None:
            value = constant(evaluate(region, parameter.default))
            return "" if value is UNKNOWN else literal(value)
    found = [s for s in region.file.summaries.values() if s.function.node is callee.node]
    defaults = {s.region.keyword_defaults.get(key, "") for s in found if s.region is not None}
    return defaults.pop() if len(defaults) == 1 else ""


def settle(file: FileContext) -> None:
    """See which functions can't have one class for all their calls.

    Blocks get a class for each set of keywords then; builders, whose calls stay, are refused.
    """
    _forget_uncalled(file)
    builders: dict[int, tuple[Any, ...]] = {}
    taken: dict[tuple[int, str], int] = {}  #: how many parameters what callbacks call has
    for (_, kinds, *_), summary in list(file.summaries.items()):
        function, region = summary.function, summary.region
        key = id(function.node)
        if region is None or summary.kind not in ("block", "builder"):
            continue
        known = file.keywords.get(key, {}) if key not in file.apart else {}
        missing = [k for k, optional in known.items() if optional]
        if not all(map(region.keyword_defaults.get, missing)):
            file.apart.add(key)
            file.grown = True
        if summary.kind != "builder":
            continue
        back = _called_back(file, function)
        called = {name for name, _, _, _ in region.parameter_calls} | back
        # any function will do, and a class is not written for the axis that one call gives
        apart = tuple(k for k in kinds if k[0] not in called | {"**"} and k[1][0] != "axis")
        takes = [(n, kind) for n, kind in kinds if n in back and kind[0] == "function"]
        alike = all(taken.setdefault((key, n), kind[2]) == kind[2] for n, kind in takes)
        if builders.setdefault(key, apart) != apart or not alike:
            mixed = [name for name, kind in {*apart} ^ {*builders[key]} if kind == "loss"]
            file.refused[key] = _MIXED.format(*mixed) if mixed else _DIFFERENT
            file.grown = True
        elif any(_is_class(region.scope.get(name)) for name in region.fixed_parameters):
            file.refused[key] = "it takes a layer class, and its callers can't all be seen"
            file.grown = True


def _forget_uncalled(file: FileContext) -> None:
    """Forget what methods do that get nothing, where calls of them say what they get."""
    called = {key[0] for key, summary in file.summaries.items() if _is_called_so(summary)}
    for key, summary in list(file.summaries.items()):
        builds = summary.kind == "builder" and summary.function.owner
        if builds and key[0] in called and not _is_called_so(summary):
            del file.summaries[key]


def _is_called_so(summary: Summary) -> bool:
    """Whether it has all that a call must give."""
    wanted = parameters_of(summary.function.node)
    needed = {one.name for one in wanted if one.default is None and not one.star}
    return summary.unpacked or needed <= summary.given


_DIFFERENT = "its calls need different classes"
_MIXED = "`{}` is a loss of the program's own in some calls, and one of Keras in others"


def _called_back(file: FileContext, function: Function) -> set[str]:
    """The parameters that a function gives to one callback, and asks for nothing but whether."""
    regions = [s.region for s in file.summaries.values() if s.function.node is function.node]
    names = set[str]().union(*(one.called_back for one in regions if one is not None))
    body = file.tree.code(function.node.body) if names else ""
    asked = {n: rf"\b{n}\b(?! is(?: not)? None\b)(?<!\bif {n}(?=:))" for n in names}
    return {name for name, pattern in asked.items() if len(re.findall(pattern, body)) == 1}


def _is_class(value: Value | None) -> bool:
    return isinstance(value, Framework) and value.name.rpartition(".")[2][:1].isupper()


def refuse(file: FileContext, function: Function) -> None:
    """Raise what an earlier interpretation of the file found out about a function."""
    reason = file.refused.get(id(function.node))
    if reason is not None:
        raise GiveUp(reason)
