"""Callbacks that a function gets the same from all of its calls, or from none: it has them itself.

def fit(self, x, y, callbacks=None):                def fit(self, x, y):
    self.model.fit(x, y, callbacks=callbacks)           self.model.fit(x, y, callbacks=[Stop(3)])

net.fit(x, y, callbacks=[Stop(3)])                  net.fit(x, y)

Where only some calls give them, the parameter says whether there are some. Where a method puts
them into a list with others, they are a variable of its own, and where a constructor keeps them,
they stand there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.callers import Calls, functions_of
from transpiler.source.syntax import all_in

_NAME = "callbacks"


@record(frozen=True, slots=True)
class Shared:
    """A function that gets callbacks, and what goes where they are written into it."""

    function: ast.FunctionDef
    owner: str
    call: ast.Call | ast.Assign  #: of a model, or what keeps them
    #: the argument of that, the statement before which they become a variable, or what is kept
    handed: ast.keyword | ast.stmt | ast.expr
    parameter: ast.arg
    default: ast.expr | None
    callbacks: ast.expr | None  #: what stands there instead, if anything
    given: tuple[tuple[ast.Call, ast.expr | ast.keyword], ...]  #: what goes of the calls
    gone: tuple[ast.Assign, ...] = ()  #: what names the callbacks for these calls alone
    flag: str = ""  #: a parameter that says whether there are some, where not all calls give them

    @property
    def name(self) -> str:
        """What the function is called, with its class."""
        made = self.owner and self.function.name == "__init__"
        return self.owner if made else f"{self.owner}.{self.function.name}"


def shared_callbacks(module: ast.Module, texts: Sequence[Calls]) -> Iterator[Shared]:
    """Those of a file; the first of the texts is its own."""
    heirs = {name for text in texts for name in text.inherited()}
    for owner, function in functions_of(module):
        found: _Handing | None = None if function.decorator_list else _handing(function)
        if found is None and owner and not function.decorator_list and owner not in heirs:
            made = function.name == "__init__"
            found = _keeping(function) if made else _joining(function)
        if found is None:
            continue
        called = owner if function.name == "__init__" else function.name
        if any(text.hands_on(called) for text in texts):
            continue
        call, handed, parameter, default = found
        given = [pair for pair in _given(texts, function, owner) if pair[0] is not call]
        named = _Named(module)
        passed = [value for _, argument in given if (value := _value(argument)) is not None]
        values = [named.written_out(value) for value in passed]
        if (apart := named.apart()) is None:
            values, apart = passed, ()
        one = values[0] if values else None
        if len(given) < 2 and not owner:
            continue  # one call of a function is followed without that
        if one is None and default is None and not isinstance(handed, ast.keyword):
            continue
        if any(argument is _UNKNOWN for _, argument in given):
            continue
        if _value(default) is not None and any(argument is None for _, argument in given):
            continue  # who gives none gets others
        if one is not None and not (_is_same(values) and _is_fixed(module, function, one)):
            continue
        flag = ""
        if one is not None and len(values) < len(given):
            absent = default is not None and _value(default) is None
            if not absent or isinstance(handed, ast.stmt):
                continue  # who gives none gets others
            flag = _flag(function, one)
        gone = tuple((c, a) for c, a in given if a is not None)
        yield Shared(function, owner, call, handed, parameter, default, one, gone, apart, flag)


_Handing: TypeAlias = (
    "tuple[ast.Call | ast.Assign, ast.keyword | ast.stmt | ast.expr, ast.arg, ast.expr | None]"
)
#: Stands for an argument that may be among some that a call unpacks, or is in another file.
_UNKNOWN = ast.Constant(value=...)


def _parameter(function: ast.FunctionDef) -> tuple[ast.arg | None, ast.expr | None]:
    """The parameter for callbacks, and its default."""
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    defaults = dict(zip(reversed(plain), reversed(given.defaults), strict=False))
    parameter = next((p for p in plain if p.arg == _NAME), None)
    return parameter, defaults.get(parameter) if parameter is not None else None


def _joining(function: ast.FunctionDef) -> _Handing | None:
    """A method that trains with a list in which it puts such callbacks."""
    parameter, default = _parameter(function)
    if parameter is None or not _is_nothing(default):
        return None
    first = function.body[1 if ast.get_docstring(function) is not None else 0 :][:1]
    for node in all_in(function):
        match node:
            case ast.Lambda() | ast.FunctionDef() if node is not function:
                return None
    for node in all_in(function):
        match node:
            case ast.Call(func=ast.Attribute(attr="fit"), keywords=keywords) if first:
                if any(keyword.arg == _NAME for keyword in keywords):
                    return node, first[0], parameter, default
    return None


def _keeping(function: ast.FunctionDef) -> _Handing | None:
    """A constructor that only keeps such callbacks: `self.callbacks = callbacks or []`."""
    parameter, default = _parameter(function)
    if parameter is None or not _is_nothing(default):
        return None
    reads = [n for n in all_in(function) if isinstance(n, ast.Name) and n.id == _NAME]
    for statement in function.body:
        match statement:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name("self"))], value=value):
                inside = [n for n in all_in(value) if n in reads]
                if inside and len(inside) == len(reads) and _is_list_of(value):
                    return statement, value, parameter, default
    return None


def _is_list_of(node: ast.expr) -> bool:
    """Whether an expression is the list of callbacks, or an empty one where there are none."""
    match node:
        case ast.Name(name):
            return name == _NAME
        case ast.BoolOp(op=ast.Or(), values=[one, ast.List(elts=[])]):
            return _is_list_of(one)
        case ast.Call(func=ast.Name("list"), args=[one], keywords=[]):
            return _is_list_of(one)
        case ast.IfExp(test=ast.Name(name), body=one, orelse=ast.List(elts=[])):
            return name == _NAME and _is_list_of(one)
        case ast.IfExp(
            test=ast.Compare(left=ast.Name(name), ops=[how], comparators=[ast.Constant(None)]),
            body=one,
            orelse=other,
        ):
            one, other = (one, other) if isinstance(how, ast.IsNot) else (other, one)
            known = isinstance(how, (ast.Is, ast.IsNot)) and name == _NAME
            return known and _is_list_of(one) and isinstance(other, ast.List) and not other.elts
    return False


def _is_nothing(default: ast.expr | None) -> bool:
    """Whether there are no callbacks where a call gives none, or each gives some."""
    match default:
        case None | ast.Constant(value=None) | ast.Tuple(elts=[]):
            return True
    return False


def _handing(function: ast.FunctionDef) -> _Handing | None:
    """The call of a model that gets a parameter for callbacks, which nothing else reads."""
    parameter, default = _parameter(function)
    nodes = [*all_in(function)]
    reads = [n for n in nodes if isinstance(n, ast.Name) and n.id == _NAME]
    for node in nodes if parameter is not None else ():
        match node:
            case ast.Call(func=ast.Attribute(attr="fit"), keywords=keywords):
                for keyword in keywords:
                    inside = [n for n in all_in(keyword.value) if n in reads]
                    whole = len(inside) == len(reads) and _is_list_of(keyword.value)
                    if keyword.arg == _NAME and whole and parameter is not None:
                        return node, keyword, parameter, default
    return None


def _given(
    texts: Sequence[Calls], function: ast.FunctionDef, owner: str
) -> Iterator[tuple[ast.Call, ast.expr | ast.keyword | None]]:
    """What each call gives for the parameter; None where it gives nothing."""
    names = [p.arg for p in (*function.args.posonlyargs, *function.args.args)]
    place = names.index(_NAME) - bool(owner)
    for number, text in enumerate(texts):
        made = function.name == "__init__"
        for call, _ in text.of(owner, "") if made else text.of(function.name, owner):
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


#: Callbacks that know nothing of an earlier training when another one begins.
_BEGIN_ANEW = frozenset({
    "EarlyStopping", "LearningRateScheduler", "ReduceLROnPlateau", "TerminateOnNaN",
})  # fmt: skip


class _Named:
    """Callbacks, and lists of some, to which a module gives names: they are written out."""

    def __init__(self, module: ast.Module) -> None:
        others = {
            id(node)
            for function in all_in(module)
            if isinstance(function, ast.FunctionDef)
            for node in all_in(function)
            if isinstance(node, ast.Name) and node.id in {a.arg for a in _parameters(function)}
        }
        nodes = (n for n in all_in(module) if isinstance(n, ast.Name))
        self._nodes = [node for node in nodes if id(node) not in others]
        self._read: list[ast.Name] = []
        self._values: dict[str, ast.Assign] = {}
        for node in module.body:
            match node:
                case ast.Assign(targets=[ast.Name(name)], value=ast.List() | ast.Call()):
                    self._values[name] = node

    def written_out(self, value: ast.expr) -> ast.expr:
        """A list with what stands for the names in it, as it is made there."""
        match value:
            case ast.Name(name) if isinstance(held := self._of(name), ast.List):
                if all(map(_begins_anew, held.elts)):
                    self._read.append(value)
                    return self.written_out(held)
            case ast.List(elts=parts):
                return ast.copy_location(ast.List([self._part(p) for p in parts]), value)
        return value

    def _part(self, part: ast.expr) -> ast.expr:
        if isinstance(part, ast.Name):
            match self._of(part.id):
                case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)) as made:
                    if name in _BEGIN_ANEW:
                        self._read.append(part)
                        return made
        return part

    def _of(self, name: str) -> ast.expr | None:
        once = sum(n.id == name and isinstance(n.ctx, ast.Store) for n in self._nodes) == 1
        return self._values[name].value if once and name in self._values else None

    def apart(self) -> tuple[ast.Assign, ...] | None:
        """What names them, where nothing else reads the names; None where something does."""
        names = {name.id for name in self._read}
        loads = {id(n) for n in self._nodes if n.id in names and isinstance(n.ctx, ast.Load)}
        if loads != {id(name) for name in self._read}:
            return None
        return tuple(self._values[name] for name in names)


def _parameters(function: ast.FunctionDef) -> list[ast.arg]:
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def _begins_anew(part: ast.expr) -> bool:
    """Whether a callback in a list may be made for each training; of a name, that is seen later."""
    match part:
        case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)):
            return name in _BEGIN_ANEW
    return isinstance(part, ast.Name)


_WORDS = regex(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _flag(function: ast.FunctionDef, callbacks: ast.expr) -> str:
    """What says whether a function trains with some callbacks: `early_stopping`, of one."""
    match callbacks:
        case ast.List(elts=[ast.Call(func=ast.Name(name) | ast.Attribute(attr=name))]):
            flag = _WORDS.sub("_", name).lower()
            nodes = [*all_in(function)]
            taken = {n.id for n in nodes if isinstance(n, ast.Name)}
            if flag not in taken | {n.arg for n in nodes if isinstance(n, ast.arg)}:
                return flag
    return _NAME


def _is_same(values: list[ast.expr]) -> bool:
    return len({ast.dump(value) for value in values}) == 1


def _is_fixed(module: ast.Module, function: ast.FunctionDef, value: ast.expr) -> bool:
    """Whether a list makes new callbacks of what means the same everywhere in a file."""
    if not isinstance(value, (ast.List, ast.Tuple)):
        return False
    if not all(isinstance(item, ast.Call) for item in value.elts):
        return False
    nodes = [*all_in(module)]
    local = {n.arg for n in nodes if isinstance(n, ast.arg)}
    stored = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = {n.id for n in all_in(value) if isinstance(n, ast.Name)}
    constants = {
        target.id
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and stored.count(target.id) == 1
    }
    return not names & local and not (names & {*stored}) - constants
