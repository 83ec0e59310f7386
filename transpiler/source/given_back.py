"""Whether what holds a model may hold an earlier one again, where it is asked something.

for k in range(3):
    model = build()
    model.fit(x, y)
    if score(model) < best:
        best, best_model = score(model), model
model = best_model
model.fit(x, y)                     # not with what goes with the model that was built last

for name, y in targets.items():
    if name not in models:
        models[name] = build()      # and not here, where it was built in another round
    models[name].fit(x, y)
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from transpiler.record import record
from transpiler.source.held_values import called_name
from transpiler.source.occurrences import Positions
from transpiler.source.picking_functions import picks_of_given
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_Span = tuple[int, int]

#: What picks one of several things that are there.
_PICKING = frozenset({"get", "max", "min", "next", "pop", "popitem", "setdefault", "sorted"})


@record(frozen=True, slots=True, eq=False)
class _Suite:
    """A block of statements: of a module, function, class, loop or condition."""

    of: ast.AST
    span: _Span


@record(frozen=True, slots=True, eq=False)
class _Binding:
    """A statement that gives something to a variable, attribute or entry."""

    target: ast.expr
    value: ast.expr
    span: _Span
    around: tuple[_Suite, ...]

    @property
    def key(self) -> str:
        """The source of what gets it."""
        return ast.unparse(self.target)


def may_be_earlier(
    text: str,
    holder: str,
    place: int,
    compiled: Collection[int],
    by_others: bool = False,
    made: Collection[int] = (),
) -> bool:
    """Whether what is asked at a place by a holder's name may be a model that was made before.

    `compiled`: where the program compiles what goes with models of its kind; `made`: where it
    makes these, or compiles them; `by_others`: only where more than one statement makes models of
    that name.
    """
    module = program_tree(text)
    if module is None or _is_bound_once(holder, text):
        return False
    bindings = _bindings(text)
    around = _around(text, place)
    mine = [one for one in bindings if one.key == holder and _is_seen(one, around, holder)]
    for one in _reaching(mine, around, place, compiled):
        makes = [b for b in mine if _makes(b, module)]
        if _picks_one(one.value, module) and any(_is_repeated(b, makes) for b in makes):
            return not by_others or len(makes) > 1
        if _is_element(one.value, module) and any(_is_in_loop(text, place) for place in made):
            return not by_others
        if not by_others and any(
            _is_filled(bindings, kept, place) for kept in _containers(one.value, module)
        ):
            return True
    asked = None if by_others else _expression(holder)
    kept_in = _containers(asked, module) if asked is not None else ()
    return any(_is_filled(bindings, kept, place) for kept in kept_in)


def _is_bound_once(holder: str, text: str) -> bool:
    """Whether a variable surely holds one thing, for a quick answer."""
    return holder.isidentifier() and text.count(holder) < 2


@remembered
def _bindings(text: str) -> tuple[_Binding, ...]:
    module, positions = program_tree(text), Positions(text)
    assert module is not None
    return tuple(_bound_in(module.body, positions, (_Suite(module, (0, len(text))),)))


def _bound_in(
    body: list[ast.stmt], positions: Positions, around: tuple[_Suite, ...]
) -> Iterator[_Binding]:
    for statement in body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                span = positions.span(statement)
                for target in targets:
                    for one, given in _pairs(target, value):
                        yield _Binding(one, given, span, around)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield _Binding(target, value, positions.span(statement), around)
        for suite in _suites(statement):
            span = (positions.span(suite[0])[0], positions.span(suite[-1])[1])
            yield from _bound_in(suite, positions, (*around, _Suite(statement, span)))


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What an assignment gives to each target: elements of a display, or of what is unpacked."""
    if not isinstance(target, (ast.Tuple, ast.List)):
        yield target, value
        return
    elements = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    apart = len(elements) == len(target.elts)
    for number, one in enumerate(target.elts):
        yield from _pairs(one, elements[number] if apart else value)


def _suites(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        if suite := getattr(statement, name, None):
            yield suite
    for inner in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield inner.body


def _around(text: str, place: int) -> tuple[_Suite, ...]:
    """The blocks around a place, from the file inwards."""
    module, positions = program_tree(text), Positions(text)
    assert module is not None
    found = [_Suite(module, (0, len(text)))]
    body: list[ast.stmt] | None = module.body
    while body is not None:
        inner = None
        for statement in body:
            for suite in _suites(statement):
                span = (positions.span(suite[0])[0], positions.span(suite[-1])[1])
                if span[0] <= place < span[1]:
                    found.append(_Suite(statement, span))
                    inner = suite
        body = inner
    return tuple(found)


def _is_seen(binding: _Binding, around: tuple[_Suite, ...], holder: str) -> bool:
    """Whether a binding is of what a name means at a place: of the same function, or class."""
    kinds: tuple[type[ast.AST], ...] = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if holder.startswith(("self.", "cls.")):
        kinds = (ast.ClassDef,)
    homes = [
        next((s.span for s in reversed(suites) if isinstance(s.of, kinds)), None)
        for suites in (binding.around, around)
    ]
    return homes[0] == homes[1]


def _reaching(
    mine: list[_Binding], around: tuple[_Suite, ...], place: int, compiled: Collection[int]
) -> Iterator[_Binding]:
    """The bindings that may be in force at a place, to which nothing is compiled since."""
    here = _function(around)
    spans = {suite.span for suite in around}
    before = [one for one in mine if one.span[1] <= place and _function(one.around) == here]
    for one in reversed(before):
        if not any(one.span[1] <= c < place for c in compiled):
            yield one
        if one.around[-1].span in spans:
            break
    else:
        yield from (one for one in mine if _function(one.around) != here)
    loops = [s.span for s in around if isinstance(s.of, (ast.For, ast.While))]
    if before and before[-1].around[-1].span in spans and _is_within(before[-1].span, loops):
        return  # each round begins with it
    for one in mine:
        if one.span[0] >= place and _is_within(one.span, loops):
            yield one


def _function(around: tuple[_Suite, ...]) -> _Span | None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return next((s.span for s in reversed(around) if isinstance(s.of, functions)), None)


def _is_within(span: _Span, others: list[_Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _picks_one(value: ast.expr, module: ast.Module) -> bool:
    """Whether it is something that was there before: a variable, an element of something."""
    match value:
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return _picks_one(body, module) or _picks_one(orelse, module)
        case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)):
            return name in _PICKING or picks_of_given(value, module)
    return False


def _is_element(value: ast.expr, module: ast.Module) -> bool:
    return isinstance(value, ast.Subscript) or (
        isinstance(value, ast.Call) and _picks_one(value, module)
    )


def _is_in_loop(text: str, place: int) -> bool:
    return any(isinstance(suite.of, (ast.For, ast.While)) for suite in _around(text, place))


def _makes(binding: _Binding, module: ast.Module) -> bool:
    """Whether what is given is made there, maybe."""
    calls = any(isinstance(node, ast.Call) for node in all_in(binding.value))
    return calls and not _picks_one(binding.value, module)


def _is_repeated(binding: _Binding, makes: list[_Binding]) -> bool:
    """Whether a model is made there more than once, or another one elsewhere."""
    kinds = (ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef)
    looped = any(isinstance(s.of, kinds[:2]) for s in binding.around)
    function = _function(binding.around)
    method = function is not None and isinstance(binding.target, ast.Attribute)
    return looped or method or len(makes) > 1


def _containers(value: ast.expr, module: ast.Module) -> Iterator[str]:
    """What an element is of that is given: `self.models[name]`, `models.get(name)`.

    A function may give it: `self.model_of(name)`.
    """
    match value:
        case ast.Subscript(value=held):
            yield ast.unparse(held)
        case ast.Call(func=ast.Attribute(value=held, attr="get" | "setdefault")):
            yield ast.unparse(held)
    if isinstance(value, ast.Call):
        name = called_name(value.func)
        for function in nodes_of_kind(module, ast.FunctionDef):
            if function.name == name:
                for node in all_in(function):
                    if isinstance(node, ast.Return) and isinstance(node.value, ast.Subscript):
                        yield ast.unparse(node.value.value)


def _expression(holder: str) -> ast.expr | None:
    try:
        return ast.parse(holder, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _is_filled(bindings: tuple[_Binding, ...], kept: str, place: int) -> bool:
    """Whether a container gets models under conditions that don't hold for what stands there."""
    for one in bindings:
        target = one.target
        if not isinstance(target, ast.Subscript) or ast.unparse(target.value) != kept:
            continue
        conditions = [s for s in one.around if isinstance(s.of, (ast.If, ast.Try))]
        if conditions and not isinstance(target.slice, ast.Constant):
            start, end = conditions[-1].span
            if not start <= place < end:
                return True
    return False
