"""Lists of metrics that a function or method only gives: they stand where models are compiled.

def get_metrics():                                  model.compile("sgd", "mse", metrics=["mae"])
    return ["mae"]

model.compile("sgd", "mse", metrics=get_metrics())
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import comments_in, may_name
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_ASKS = regex(r"\bmetrics\s*=\s*(?:\w+\(\s*\)|(?:self|cls)\.\w+)")
_ARGUMENTS = ("metrics", "weighted_metrics")
_ROOMS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BLANK = regex(r"(?:[ \t]*\n)*")


def metrics_where_compiled(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with such lists in their places, if it has such functions.

    `others` gives the texts that import it: what they name stays.
    """
    module = program_tree(text) if ".compile(" in text and _ASKS.search(text) else None
    if module is None:
        return None
    at, edits = Positions(text), dict[Span, str]()
    touched: list[tuple[int, int]] = []
    asked: dict[str, list[_Asked]] = {}
    for one in _asked(module):
        asked.setdefault(one.name, []).append(one)
    for name, calls in asked.items():
        found = _giving(module, name, calls)
        if found is None or len(calls) != _uses(module, name) or may_name(others(), name):
            continue
        function, given = found
        (start, end), (first, last) = at.span(function), at.span(given)
        start = at.offset(min([function.lineno, *(d.lineno for d in function.decorator_list)]), 0)
        ends = text.find("\n", end)
        if comments_in(text[start:first]) or comments_in(text[last : ends if ends >= 0 else None]):
            continue
        blank = _BLANK.match(text, end)
        edits[start, blank.end() if blank is not None else end] = ""
        edits |= {at.span(one.value): text[first:last] for one in calls}
        touched += ((one.compiles.lineno, one.compiles.end_lineno or 0) for one in calls)
    made = rewritten(text, edits, touched=touched) if edits else None
    return made if made is not None and program_tree(made.text) is not None else None


@record(frozen=True, slots=True)
class _Asked:
    """What is asked for metrics where a model is compiled."""

    name: str
    value: ast.expr
    compiles: ast.Call
    owner: str  #: `self` of a method; "" of a function
    called: bool  #: no property
    around: tuple[ast.AST, ...]  #: the classes and functions around it


def _asked(module: ast.Module) -> Iterator[_Asked]:
    around: dict[ast.AST, tuple[ast.AST, ...]] = {}
    for node in all_in(module):
        if isinstance(node, (*_ROOMS, ast.ClassDef)):
            for inner in all_in(node):
                around[inner] = (*around.get(inner, ()), node)
    for call in nodes_of_kind(module, ast.Call):
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "compile":
            continue
        for value in (k.value for k in call.keywords if k.arg in _ARGUMENTS):
            rooms = around.get(call, ())
            match value:
                case ast.Call(func=ast.Name(name), args=[], keywords=[]):
                    yield _Asked(name, value, call, "", True, rooms)
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(owner), attr=name), args=[], keywords=[]
                ):
                    yield _Asked(name, value, call, owner, True, rooms)
                case ast.Attribute(value=ast.Name(owner), attr=name):
                    yield _Asked(name, value, call, owner, False, rooms)


def _giving(
    module: ast.Module, name: str, calls: list[_Asked]
) -> tuple[ast.FunctionDef, ast.expr] | None:
    """The function that some calls ask, and the list that it gives wherever they stand."""
    made = [n for n in nodes_of_kind(module, ast.FunctionDef) if n.name == name]
    if len(made) != 1:
        return None
    function = made[0]
    given = _given(function)
    if given is None or not all(_may_stand(module, function, given, one) for one in calls):
        return None
    return function, given


def _may_stand(
    module: ast.Module, function: ast.FunctionDef, given: ast.expr, asked: _Asked
) -> bool:
    """Whether a list means the same where a model is compiled as in the function."""
    classes = [one for one in asked.around if isinstance(one, ast.ClassDef)]
    rooms = [one for one in asked.around if isinstance(one, _ROOMS)]
    taken = [one.arg for one in function.args.args]
    marks = [ast.unparse(one) for one in function.decorator_list]
    if asked.owner:
        is_home = len(classes) == 1 and function in classes[0].body and classes[0] in module.body
        first = rooms[0].args.args[:1] if rooms else []
        wanted = [] if marks == ["staticmethod"] else [asked.owner]
        if not is_home or [one.arg for one in first] != [asked.owner] or taken != wanted:
            return False
        if marks != ([] if asked.called else ["property"]) and marks != ["staticmethod"]:
            return False
        if classes[0].keywords or not all(_is_plain_base(base) for base in classes[0].bases):
            return False
    elif function not in module.body or taken or marks:
        return False
    read = {n.id for n in all_in(given) if isinstance(n, ast.Name)}
    bound = {a.arg for room in rooms for a in all_in(room.args) if isinstance(a, ast.arg)}
    inside = [n for room in rooms for n in all_in(room) if isinstance(n, ast.Name)]
    return read.isdisjoint(bound | {n.id for n in inside if isinstance(n.ctx, ast.Store)})


def _is_plain_base(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id == "object"


def _given(function: ast.FunctionDef) -> ast.expr | None:
    """The list that a function gives, and does nothing else."""
    taken = function.args
    if taken.vararg or taken.kwarg or taken.kwonlyargs or taken.posonlyargs or taken.defaults:
        return None
    body = function.body[1 if ast.get_docstring(function) is not None else 0 :]
    match body:
        case [ast.Return(value=ast.List(elts=items) | ast.Tuple(elts=items) as given)]:
            return given if items and all(map(_is_plain, items)) else None
    return None


def _is_plain(item: ast.expr) -> bool:
    """Whether it is a name of a metric, or one that is made of constants."""
    match item:
        case ast.Constant(value=str()):
            return True
        case ast.Call(func=ast.Name() | ast.Attribute() as made, args=args, keywords=keywords):
            values = [*args, *(keyword.value for keyword in keywords)]
            named = all(isinstance(n, (ast.Name, ast.Attribute)) for n in _path(made))
            return named and all(isinstance(value, ast.Constant) for value in values)
    return False


def _path(made: ast.expr) -> Iterator[ast.expr]:
    yield made
    while isinstance(made, ast.Attribute):
        made = made.value
        yield made


def _uses(module: ast.Module, name: str) -> int:
    """How often a program names something besides where it is defined, also in texts.

    What its imports have of that name, as `keras.metrics`, is another thing.
    """
    aliases = nodes_of_kind(module, ast.alias)
    bound = {(one.asname or one.name).partition(".")[0] for one in aliases}
    return sum(
        (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.Constant) and node.value == name)
        or (
            isinstance(node, ast.Attribute)
            and node.attr == name
            and not any(isinstance(n, ast.Name) and n.id in bound for n in _path(node))
        )
        for node in all_in(module)
    )
