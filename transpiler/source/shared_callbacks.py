"""Callbacks that a function gets the same from all of its calls, or from none: it has them itself.

def fit(self, x, y, callbacks=None):                def fit(self, x, y):
    self.model.fit(x, y, callbacks=callbacks)           self.model.fit(x, y, callbacks=[Stop(3)])

net.fit(x, y, callbacks=[Stop(3)])                  net.fit(x, y)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from transpiler.record import record
from transpiler.source.callers import Calls, functions_of

_NAME = "callbacks"


@record(frozen=True, slots=True)
class Shared:
    """A function that gets callbacks, and what goes where they are written into it."""

    function: ast.FunctionDef
    owner: str
    call: ast.Call  #: of a model
    handed: ast.keyword  #: the argument of that
    parameter: ast.arg
    default: ast.expr | None
    callbacks: ast.expr | None  #: what stands there instead, if anything
    given: tuple[tuple[ast.Call, ast.expr | ast.keyword], ...]  #: what goes of the calls

    @property
    def name(self) -> str:
        """What the function is called, with its class."""
        return f"{self.owner}.{self.function.name}"


def shared_callbacks(module: ast.Module, texts: Sequence[Calls]) -> Iterator[Shared]:
    """Those of a file; the first of the texts is its own."""
    for owner, function in functions_of(module):
        found = None if function.decorator_list else _handing(function)
        if found is None:
            continue
        call, handed, parameter, default = found
        given = [*_given(texts, function, owner)]
        values = [value for _, argument in given if (value := _value(argument)) is not None]
        one = values[0] if values else None
        if len(given) < 2 and not owner:
            continue  # one call of a function is followed without that
        if any(argument is _UNKNOWN for _, argument in given) or (
            one is not None
            and (
                len(values) < len(given)
                or not _is_same(values)
                or not _is_fixed(module, function, one)
            )
        ):
            continue
        gone = tuple((c, a) for c, a in given if a is not None)
        yield Shared(function, owner, call, handed, parameter, default, one, gone)


#: Stands for an argument that may be among some that a call unpacks, or is in another file.
_UNKNOWN = ast.Constant(value=...)


def _handing(
    function: ast.FunctionDef,
) -> tuple[ast.Call, ast.keyword, ast.arg, ast.expr | None] | None:
    """The call of a model that gets a parameter for callbacks, which nothing else reads."""
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    defaults = dict(zip(reversed(plain), reversed(given.defaults), strict=False))
    parameter = next((p for p in plain if p.arg == _NAME), None)
    nodes = [*ast.walk(function)]
    if parameter is None or sum(isinstance(n, ast.Name) and n.id == _NAME for n in nodes) != 1:
        return None
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="fit"), keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == _NAME and isinstance(keyword.value, ast.Name):
                        return node, keyword, parameter, defaults.get(parameter)
    return None


def _given(
    texts: Sequence[Calls], function: ast.FunctionDef, owner: str
) -> Iterator[tuple[ast.Call, ast.expr | ast.keyword | None]]:
    """What each call gives for the parameter; None where it gives nothing."""
    names = [p.arg for p in (*function.args.posonlyargs, *function.args.args)]
    place = names.index(_NAME) - bool(owner)
    for number, text in enumerate(texts):
        for call, _ in text.of(function.name, owner):
            found: ast.expr | ast.keyword | None = None
            found = next((k for k in call.keywords if k.arg == _NAME), None)
            if found is None and len(call.args) > place:
                found = call.args[place] if len(call.args) == place + 1 else _UNKNOWN
            unpacks = any(isinstance(a, ast.Starred) for a in call.args)
            if unpacks or any(k.arg is None for k in call.keywords) or (found and number):
                found = _UNKNOWN
            yield call, found


def _value(argument: ast.expr | ast.keyword | None) -> ast.expr | None:
    """The callbacks, where there are some."""
    value = argument.value if isinstance(argument, ast.keyword) else argument
    match value:
        case ast.Constant(value=None) | ast.List(elts=[]) | ast.Tuple(elts=[]):
            return None
    return value


def _is_same(values: list[ast.expr]) -> bool:
    return len({ast.dump(value) for value in values}) == 1


def _is_fixed(module: ast.Module, function: ast.FunctionDef, value: ast.expr) -> bool:
    """Whether a list makes new callbacks of what means the same everywhere in a file."""
    if not isinstance(value, (ast.List, ast.Tuple)):
        return False
    if not all(isinstance(item, ast.Call) for item in value.elts):
        return False
    nodes = [*ast.walk(module)]
    local = {n.arg for n in nodes if isinstance(n, ast.arg)}
    stored = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    constants = {
        target.id
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and stored.count(target.id) == 1
    }
    return not names & local and not (names & {*stored}) - constants
