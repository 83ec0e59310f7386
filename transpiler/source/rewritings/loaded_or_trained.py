"""Models that a program loads where a file is there, and else makes and trains: made in any case.

if os.path.exists(path):                     model = Sequential(...)
    model = load_model(path)                 model.compile("adam", "mse")
else:                                        if os.path.exists(path):
    model = Sequential(...)                      model.load_weights(path)
    model.compile("adam", "mse")             else:
    model.fit(x, y)                              model.fit(x, y)
    model.save(path)                             model.save(path)

So do functions that give what they load, and attempts to load it. What is loaded is not trained
on: Keras's file has the state of the optimizer, too.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import blanked
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_LOADS = regex(r"\bload_model\(")
_TRAINS = frozenset({"fit", "fit_generator", "train_on_batch"})
_STEPS = regex(rf"\.(?:{'|'.join(sorted(_TRAINS))})\(")
#: What a function does that does more than to make a model.
_DOES_MORE = _TRAINS | {"save", "save_weights", "load_model", "load_weights", "set_weights"}
#: What only models are asked: they may hold layers of the one that is loaded, which has its own.
_ASKED = _DOES_MORE | {
    "predict", "evaluate", "summary", "get_layer", "trainable", "weights", "get_weights", "layers",
    "inputs", "input", "outputs", "output",
}  # fmt: skip
#: What a program does with a model while it makes it.
_MAKES = frozenset({"add", "compile", "build"})
_Function = ast.FunctionDef


@record(frozen=True, slots=True)
class _Way:
    """A statement that loads a model, and the statements that make and train it otherwise."""

    around: ast.stmt  #: the condition or the attempt
    loads: ast.stmt
    model: str
    path: ast.expr
    trains: list[ast.stmt]
    both_give: bool = False  #: whether the function ends there, and gives the model in both cases


def loaded_or_trained(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with such models made before it is asked whether they can be loaded.

    `others` gives the texts that import it.
    """
    loads = "load_model(" in text and _LOADS.search(text)
    module = program_tree(text) if loads and _STEPS.search(text) else None
    if module is None:
        return None
    edits: dict[Span, str] = {}
    calls: list[str] = []
    functions = [node for node in all_in(module) if isinstance(node, _Function)]
    scopes: list[ast.Module | ast.FunctionDef] = [module, *functions]
    for scope in scopes:
        for number, statement in enumerate(scope.body):
            way = _way(statement, scope.body[number + 1 :], scope)
            if way is None or not _trains_nowhere_else(way, module):
                continue
            if any(_STEPS.search(blanked(one)) for one in others()):
                continue
            made = _made_before(way, scope, scope.body[:number], module)
            found = None if made is None else _edits(text, way, made)
            if found is not None:
                edits |= found
                calls.append(_loading(way))
    if not edits:
        return None
    return rewritten(text, edits, calls)


def _way(statement: ast.stmt, later: list[ast.stmt], scope: ast.AST) -> _Way | None:
    """The same of a statement, if it is such a one; `later` are those behind it."""
    match statement:
        case ast.If(body=one, orelse=[]) if isinstance(scope, _Function):
            return _of(statement, one, later) if _given(one) is not None else None
        case ast.If(body=one, orelse=other) if other and not isinstance(other[0], ast.If):
            ways = (_of(statement, *way, later) for way in ((one, other), (other, one)))
            return next((way for way in ways if way is not None), None)
        case ast.Try(body=one, handlers=[handler], orelse=[], finalbody=[]) if _lacks_file(handler):
            return _of(statement, one, handler.body, later)
    return None


def _lacks_file(handler: ast.ExceptHandler) -> bool:
    """Whether an attempt is over, too, where torch finds no file."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type or handler]
    names = set(map(_called, kinds))
    return not names.isdisjoint({"", "Exception", "OSError", "IOError", "BaseException"})


def _of(
    around: ast.stmt,
    loading: list[ast.stmt],
    trains: list[ast.stmt],
    later: Sequence[ast.stmt] = (),
) -> _Way | None:
    """The statement of what it does in both cases."""
    found = [(s, path) for s in loading if (path := _path(s)) is not None]
    if len(found) != 1 or not trains or not all(map(_is_simple, loading)):
        return None
    loads, path = found[0]
    if isinstance(loads, ast.Assign):
        given: ast.expr | None = loads.targets[0]
    else:
        given = _given(trains) or _given(later)
    if not isinstance(given, ast.Name):
        return None
    rest = [s for s in loading if s is not loads and not isinstance(s, ast.Return)]
    if any(given.id in _names(s) for s in rest):
        return None
    ends = isinstance(loads, ast.Return) and not later and _given(trains) is not None
    both = ends and not (isinstance(around, ast.If) and not around.orelse)
    return _Way(around, loads, given.id, path, trains, both)


def _path(statement: ast.stmt) -> ast.expr | None:
    """The file of which a statement loads a model; None where it does no such thing."""
    match statement:
        case ast.Assign(
            targets=[_], value=ast.Call(func=func, args=[path], keywords=keys)
        ) | ast.Return(value=ast.Call(func=func, args=[path], keywords=keys)) if _called(
            func
        ) == "load_model" and {
            k.arg for k in keys
        } <= {
            "custom_objects",
            "compile",
        }:
            return path
    return None


def _given(body: Sequence[ast.stmt]) -> ast.expr | None:
    """What the last of some statements gives."""
    return body[-1].value if body and isinstance(body[-1], ast.Return) else None


def _is_simple(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Expr, ast.Assign, ast.Return))


def _trains_nowhere_else(way: _Way, module: ast.Module) -> bool:
    """Whether all steps are taken where the model is not loaded, or by functions called there."""
    inside = {id(node) for statement in way.trains for node in all_in(statement)}

    def is_called_there(function: ast.AST) -> bool:
        name = function.name if isinstance(function, _Function) else ""
        found = [n for n in all_in(module) if isinstance(n, ast.expr) and _called(n) == name]
        return bool(name) and all(id(node) in inside for node in found)

    around: dict[int, list[ast.AST]] = {}
    for function in all_in(module):
        if isinstance(function, _Function):
            for node in all_in(function):
                around.setdefault(id(node), []).append(function)
    steps = [n for n in all_in(module) if isinstance(n, ast.Attribute)]
    steps = [n for n in steps if n.attr in _TRAINS or n.attr == "optimizer"]
    return any(step.attr in _TRAINS for step in steps) and all(
        id(step) in inside or any(map(is_called_there, around.get(id(step), ()))) for step in steps
    )


def _made_before(
    way: _Way, scope: ast.Module | _Function, before: list[ast.stmt], module: ast.Module
) -> list[ast.stmt] | None:
    """The statements that make the model, which come first then; None where they may not."""
    makes = [n for n, s in enumerate(way.trains) if way.model in _bound(s)]
    if len(makes) > 1:
        return None
    if not makes:  # it is made already
        bound = [n for n, s in enumerate(before) if way.model in _bound(s)]
        making = before[bound[-1] :] if bound else []
        first = making[0] if making else None
        if not isinstance(first, ast.Assign) or not isinstance(first.value, ast.Call):
            return None
        if _called(first.value.func) == "Model" or not all(
            _is_making(s, way.model) for s in making[1:] if way.model in _names(s)
        ):
            return None
        return [] if _is_alone([s for s in making if way.model in _names(s)], way, module) else None
    first, rest = way.trains[makes[0]], way.trains[makes[0] + 1 :]
    making = [first]
    for statement in rest:
        if _is_making(statement, way.model):
            making.append(statement)
        elif way.model in _names(statement) and not _only_shows(statement):
            break
    needed, found = set[str](), []
    for statement in reversed([*way.trains[: makes[0]], *making]):
        if statement in making or needed & {*_bound(statement)}:
            found.append(statement)
            needed |= set(_names(statement))
    found.reverse()
    if not all(isinstance(s, (ast.Assign, ast.Expr)) for s in found):
        return None
    compiles = (s for s in way.trains if s not in found)
    if any(_is_making(n, way.model) for s in compiles for n in all_in(s)):
        return None
    last = way.trains.index(making[-1])
    others = [s for s in way.trains[:last] if s not in found and not _only_shows(s)]
    known = needed - _brought(module) - {way.model}
    if any(not isinstance(s, ast.Assign) and known & {*_names(s)} for s in others):
        return None  # it may change what the model is made of
    own = {name for s in found for name in _bound(s)} - {way.model}
    inside = {id(node) for s in way.trains for node in all_in(s)}
    outer = {n.id for n in all_in(scope) if isinstance(n, ast.Name) and id(n) not in inside}
    return found if not own & outer and _is_alone(found, way, module) else None


def _is_alone(making: list[ast.stmt], way: _Way, module: ast.Module) -> bool:
    """Whether what makes a model does no more, and no other one that is asked shares layers."""
    functions = {n.name: n for n in all_in(module) if isinstance(n, _Function)}
    pending, seen = list[ast.AST](making), set[str]()
    while pending:
        for node in all_in(pending.pop()):
            name = _called(node.func) if isinstance(node, ast.Call) else ""
            if name in _DOES_MORE or (name and name in seen):
                if name in _DOES_MORE:
                    return False
                continue
            if name in functions:
                seen.add(name)
                pending.append(functions[name])
    read = {name for s in making for name in _names(s)} - _brought(module) - {way.model}
    return not any(
        isinstance(n, ast.Attribute)
        and n.attr in _ASKED
        and isinstance(n.value, ast.Name)
        and n.value.id in read
        for n in all_in(module)
    )


def _brought(module: ast.Module) -> set[str]:
    """The names that imports bind."""
    imports = (n for n in all_in(module) if isinstance(n, (ast.Import, ast.ImportFrom)))
    return {(one.asname or one.name).partition(".")[0] for n in imports for one in n.names}


def _is_making(node: ast.AST, model: str) -> bool:
    """Whether a statement, or an expression, makes more of a model: `model.add(...)`."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(name), attr=attr))):
            return name == model and attr in _MAKES
    return False


def _only_shows(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=func)):
            return _called(func) in ("summary", "print")
    return False


def _edits(text: str, way: _Way, made: list[ast.stmt]) -> dict[Span, str] | None:
    """What is written in other places; None where lines are shared or can't be moved."""
    positions, lines = Positions(text), text.split("\n")
    edits: dict[Span, str] = {}
    moved: list[str] = []
    for statement in made:
        first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
        margin = len(lines[first]) - len(lines[first].lstrip())
        shared = margin != statement.col_offset or _ends_early(lines[last - 1], statement)
        if shared or '"""' in "".join(lines[first:last]) or "'''" in "".join(lines[first:last]):
            return None
        while lines[first - 1].lstrip().startswith("#"):
            first -= 1
        less = margin - way.around.col_offset
        moved += [line[less:] if line[:less].isspace() else line for line in lines[first:last]]
        start, end = (sum(len(line) + 1 for line in lines[:n]) for n in (first, last))
        edits[start, end] = ""
    start = positions.span(way.around)[0] - way.around.col_offset
    if moved:
        edits[start, start] = "".join(f"{line}\n" for line in moved)
    indent = " " * way.loads.col_offset
    gives = isinstance(way.loads, ast.Return) and not way.both_give
    edits[positions.span(way.loads)] = _loading(way) + f"\n{indent}return {way.model}" * gives
    if way.both_give:
        given, end = way.trains[-1], positions.span(way.around)[1]
        start = sum(len(line) + 1 for line in lines[: given.lineno - 1])
        if "".join(lines[given.lineno - 1].split()) != f"return{way.model}":
            return None
        edits[start - 1, end] = f"\n{' ' * way.around.col_offset}return {way.model}"
    return edits


def _ends_early(line: str, statement: ast.stmt) -> bool:
    """Whether another statement follows in the line."""
    rest = line.encode()[statement.end_col_offset or 0 :].decode().strip()
    return bool(rest) and not rest.startswith("#")


def _loading(way: _Way) -> str:
    return f"{way.model}.load_weights({ast.unparse(way.path)})"


def _called(node: ast.AST) -> str:
    """The last word of the function that an expression is."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _names(node: ast.AST) -> Iterator[str]:
    return (n.id for n in all_in(node) if isinstance(n, ast.Name))


def _bound(node: ast.AST) -> Iterator[str]:
    """The variables that a statement binds."""
    found = (n for n in all_in(node) if isinstance(n, ast.Name))
    return (n.id for n in found if not isinstance(n.ctx, ast.Load))
