"""Optimizers that functions make where they get none: made in any case, or given by each call.

def build(units, optimizer=None):      # def build(units):
    if optimizer is None:
        optimizer = Adam(1e-4)         #     optimizer = Adam(1e-4)

build(3)                               # where some call gives one, the others do so, too:
build(3, optimizer=SGD(0.1))           # build(3, optimizer=Adam(1e-4))
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.callers import Place
from transpiler.source.given_settings import (
    ArgumentOf,
    arguments_given,
    is_nothing,
    is_plain_class,
    or_else,
    places_of,
)
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.taken_out import without_parameters
from transpiler.source.syntax import all_in, program_tree

_OPTIONAL = regex(r"(?:callbacks|loss|opt\w*)\s*(?::[^=,()]*)?=\s*None\b")
#: What parameters for parts of the training are called.
_PART = regex(r"(?:callbacks|loss|opt|optim|optimi[sz]er)$")
_GONE = "`{}` does not take `{}` any more: no call gives it"


@record(frozen=True, slots=True)
class _Absent:
    """A parameter for which a function makes something where it is None."""

    place: Place
    parameter: str
    statement: ast.stmt  #: which does so
    made: ast.expr
    kept: str  #: what gets either: the parameter, or an attribute of the object

    @property
    def function(self) -> ast.FunctionDef:
        """The function that gets the parameter."""
        assert self.place.function is not None
        return self.place.function


def made_in_any_case(text: str, path: str) -> Rewritten | None:
    """The text with such optimizers where they are made or given, if it has any."""
    module = program_tree(text) if _OPTIONAL.search(text) else None
    if module is None:
        return None
    positions = Positions(text)
    edits: dict[Span, str] = {}
    calls: list[str] = []
    assumed: list[tuple[int, str]] = []
    touched: list[tuple[int, int]] = []
    strange = {n.name for n in module.body if isinstance(n, ast.ClassDef) and not is_plain_class(n)}
    for place in places_of(module):
        if place.owner in strange and place.function and place.function.name == "__init__":
            continue
        gone: set[str] = set()
        before = len(edits)
        for one in _absent(place):
            given = arguments_given(path, text, place, one.parameter)
            source = text[slice(*positions.span(one.made))]
            lacking = [call for call in given or () if is_nothing(call.given)]
            if not given or any(call.written for call in lacking):
                continue  # None, as it is written, would stand for another parameter then
            if all(is_nothing(call.given) for call in given):
                if isinstance(one.statement, ast.If) and _compiles_own(one.function):
                    continue  # torch's optimizer may be given, too: it knows its parameters
                edits[positions.span(one.statement)] = f"{one.kept} = {source}"
                gone.add(one.parameter)
                name = place.owner if one.function.name == "__init__" else one.function.name
                assumed.append((one.function.lineno, _GONE.format(name, one.parameter)))
                calls.append(source)
            elif more := _given(one, source, given, positions):
                edits |= more
                calls.append(source)
        if gone and place.function is not None:
            edits |= without_parameters(positions, place.function, gone)
        if len(edits) > before and (node := place.function) is not None:
            touched.append((node.lineno, node.end_lineno or node.lineno))
    return rewritten(text, edits, calls, assumed, touched) if edits else None


def _compiles_own(function: ast.FunctionDef) -> bool:
    """Whether a function compiles a model that it gets."""
    taken = {one.arg for one in function.args.args}
    for node in all_in(function):
        match node:
            case ast.Attribute(value=ast.Name(id=model), attr="compile") if model in taken:
                return True
    return False


def _absent(place: Place) -> Iterator[_Absent]:
    """What a function makes of that kind: one statement of its own, nothing read before it."""
    function = place.function
    assert function is not None
    optional = _optional(function)
    for statement in function.body if optional else ():
        for found in _cases(place, statement):
            name = found.parameter
            reads = [n for n in all_in(function) if isinstance(n, ast.Name) and n.id == name]
            inside = {id(n) for n in all_in(statement)}
            outside = [n for n in reads if id(n) not in inside]
            if found.kept != name and outside:
                continue
            stored = any(not isinstance(n.ctx, ast.Load) for n in outside)
            early = any(n.lineno <= (statement.end_lineno or 0) for n in outside)
            own = {n.id for n in all_in(found.made) if isinstance(n, ast.Name)} & {name}
            if name in optional and not (stored or early or own):
                yield found


def _cases(place: Place, statement: ast.stmt) -> Iterator[_Absent]:
    """What a statement makes where a parameter is nothing."""
    name, kept, made = "", "", None
    match statement:
        case ast.If(
            test=ast.Compare(left=ast.Name(id=name), ops=[ast.Is()], comparators=[other]),
            body=[ast.Assign(targets=[ast.Name(id=kept)], value=value)],
            orelse=[],
        ):
            made = value if name == kept and is_nothing(other) else None
        case ast.Assign(targets=[(ast.Name() | ast.Attribute()) as into], value=value):
            kept, (name, made) = ast.unparse(into), _or_else(value)
    if made is None or not (kept == name or kept.startswith("self.")):
        return
    if _PART.match(name):
        yield _Absent(place, name, statement, made, kept)


def _or_else(value: ast.expr) -> tuple[str, ast.expr | None]:
    """A name, and what stands for it where it is nothing; a copy of a list counts as that."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "list":
        name, made = or_else(value.args[0]) if len(value.args) == 1 else ("", None)
        return (name, made) if isinstance(made, ast.List) else ("", None)
    return or_else(value)


def _optional(function: ast.FunctionDef) -> list[str]:
    """The parameters that are None where a call does not give them; those after `*` left out."""
    taken = function.args
    pairs = zip(reversed(taken.args), reversed(taken.defaults), strict=False)
    return [one.arg for one, default in pairs if is_nothing(default)]


def _given(
    one: _Absent, source: str, given: list[ArgumentOf], positions: Positions
) -> dict[Span, str]:
    """The edits that let each call give it; none where some can't."""
    lacking = [call for call in given if is_nothing(call.given)]
    bound = {n.id for n in all_in(one.function) if isinstance(n, ast.Name) and _binds(n)}
    bound |= {n.arg for n in all_in(one.function) if isinstance(n, ast.arg)}
    read = {n.id for n in all_in(one.made) if isinstance(n, ast.Name)}
    others = any(call.imports for call in given)
    if not isinstance(one.made, ast.Call) or read & bound or others:
        return {}
    edits: dict[Span, str] = {}
    for call in lacking:
        around = call.place.function or ast.Module([], [])
        hidden = {n.id for n in all_in(around) if isinstance(n, ast.Name) and _binds(n)}
        if read & hidden or len(call.call.args) >= len(one.function.args.args):
            return {}
        end = positions.span(call.call)[1] - 1
        text = positions.text[:end].rstrip()
        comma = "" if text[-1] in "(," else ", "
        edits[len(text), len(text)] = f"{comma}{one.parameter}={source}"
    start, end = positions.span(one.statement)
    if one.kept != one.parameter:
        edits[start, end] = f"{one.kept} = {one.parameter}"
        return edits
    text = positions.text
    edits[text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1] = ""
    return edits


def _binds(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)
