"""Settings that functions and objects get, the same from all of their calls.

def train(cfg):                             class Trainer:
    model.compile(**cfg["compile"])             def __init__(self, cfg):
                                                    self.cfg = cfg
train(CONFIG)
train({"compile": {"loss": "mse"}})         Trainer(config.TRAINING)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.record import record
from transpiler.source.callers import Calls, Place
from transpiler.source.held_settings import is_left, setting, setting_in
from transpiler.source.imported import imported_texts, real_path
from transpiler.source.importers import importing_files
from transpiler.source.remembered import remembered
from transpiler.source.steady_settings import program_in
from transpiler.source.stores import stores_of
from transpiler.source.syntax import all_in, program_tree

_DEEPEST = 4  #: of functions that only hand on what they got


@record(frozen=True, slots=True)
class _File:
    path: str
    text: str
    imports: bool = False  #: that what it calls stands in another one


@record(frozen=True, slots=True)
class ArgumentOf:
    """What a call gives for a parameter."""

    call: ast.Call
    given: ast.expr
    place: Place  #: the function around the call
    file: _File

    @property
    def written(self) -> bool:
        """Whether the call has it, and not the default of the parameter."""
        given = [*self.call.args, *(keyword.value for keyword in self.call.keywords)]
        return any(one is self.given for one in given)

    @property
    def imports(self) -> bool:
        """Whether it stands in another file than the function."""
        return self.file.imports


@record(frozen=True, slots=True)
class _Taking:
    """A function that gets something, and how the rest of an expression asks that."""

    place: Place
    parameter: str
    rest: str  #: `["loss"]`, `.optimizer`
    otherwise: ast.expr | None = None  #: what stands for it where a call gives nothing
    empty: bool = False  #: whether an empty list is nothing, too


def given_setting(path: str, text: str, source: str, line: int) -> ast.expr | None:
    """The literal that an expression stands for which a function reads of what it gets.

    The function is that whose `def` stands in the line. None where some call isn't seen, or gives
    another one, or something changes it.
    """
    program = program_tree(text)
    if program is None or not path:
        return None
    functions = (p for p in places_of(program) if p.function and p.function.lineno == line)
    place = next(functions, None)
    return _given(_File(path, text), place, source, 0) if place is not None else None


def given_options(
    path: str, text: str, source: str, line: int, numbers: frozenset[str]
) -> list[str] | None:
    """The keys of a dict of options that are but numbers, the same from all calls."""
    program = program_tree(text)
    if program is None or not path:
        return None
    functions = (p for p in places_of(program) if p.function and p.function.lineno == line)
    place = next(functions, None)
    taking = _taking(_File(path, text), place, source) if place is not None else None
    if taking is None or taking.rest or taking.otherwise is not None:
        return None
    found: set[tuple[str, ...]] = set()
    for one in _arguments(_File(path, text), taking.place, taking.parameter) or ():
        keys = one.given.keys if isinstance(one.given, ast.Dict) else [None]
        names = [k.value for k in keys if isinstance(k, ast.Constant) and k.value in numbers]
        if len(names) < len(keys) or not is_left(
            one.file.path, one.file.text, taking.parameter, names
        ):
            return None
        found.add(tuple(sorted(map(str, names))))
    return [*found.pop()] if len(found) == 1 else None


def given_by_calls(path: str, text: str, source: str, line: int) -> list[ast.expr]:
    """What all calls of the function in that line give for what it reads; [] if one isn't seen."""
    program = program_tree(text)
    places = places_of(program) if program is not None else iter(())
    place = next((p for p in places if p.function and p.function.lineno == line), None)
    taking = _taking(_File(path, text), place, source) if place is not None else None
    if taking is None or taking.rest or taking.otherwise is not None:
        return []
    return [
        one.given for one in _arguments(_File(path, text), taking.place, taking.parameter) or ()
    ]


def _given(file: _File, place: Place, source: str, depth: int) -> ast.expr | None:
    taking = _taking(file, place, source) if depth < _DEEPEST else None
    if taking is None:
        return None
    found: list[ast.expr | None] = []
    for one in _arguments(file, taking.place, taking.parameter) or ():
        literal = _argument_as_setting(one.file, one.given, one.place, taking, depth)
        if literal is not None and taking.otherwise is not None:
            value = ast.literal_eval(literal)
            if value is None or (taking.empty and not value):
                literal = setting_in(file.path, file.text, taking.parameter, taking.otherwise, "")
        found.append(literal)
        if literal is None or ast.dump(literal) != ast.dump(found[0] or literal):
            return None
    return found[0] if found else None


def _argument_as_setting(
    file: _File, given: ast.expr, where: Place, taking: _Taking, depth: int
) -> ast.expr | None:
    """What an expression makes of an argument as its call gives it."""
    name, function = taking.parameter, where.function
    if isinstance(given, ast.Name) and function is not None:
        stored = [n for n in all_in(function) if _stored(n) == given.id]
        taken = any(isinstance(n, ast.arg) and n.arg == given.id for n in all_in(function))
        if stored and not taken:  # a variable of the function that calls
            name, values = given.id, [*_values(function, given.id)]
            if len(stored) != 1 or len(values) != 1:
                return None
            given = values[0]
        elif taken:
            return _given(file, where, given.id + taking.rest, depth + 1)
    if isinstance(given, _WRITTEN):
        return setting_in(file.path, file.text, name, given, taking.rest)
    asked = ast.unparse(given) + taking.rest
    found = _given(file, where, asked, depth + 1) if function is not None else None
    return found or setting(file.path, file.text, asked, sure=True)


#: What a call may give as it is.
_WRITTEN = (ast.Dict, ast.Constant, ast.List, ast.Tuple, ast.Call)


def _values(function: ast.FunctionDef, name: str) -> Iterator[ast.expr]:
    """What the statements of a function give a variable, those in blocks left out."""
    for statement in function.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                if target == name:
                    yield value


def is_nothing(given: ast.expr) -> bool:
    """Whether it is None, as it is written."""
    return isinstance(given, ast.Constant) and given.value is None


def _taking(file: _File, place: Place, source: str) -> _Taking | None:
    """Which parameter an expression reads: of the function, or of the object that it is for."""
    node = ast.parse(source, mode="eval").body
    chain = [node]
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
        chain.append(node)
    if not isinstance(node, ast.Name) or place.function is None:
        return None
    if node.id == "self" and place.owner and isinstance(chain[-2], ast.Attribute):
        return _kept(file, place.owner, chain[-2].attr, source[chain[-2].end_col_offset or 0 :])
    if not _gets(place.function, node.id):
        return None
    return _Taking(place, node.id, source[node.end_col_offset or 0 :])


def _kept(file: _File, owner: str, name: str, rest: str) -> _Taking | None:
    """The parameter of `__init__` that an attribute of objects always is."""
    program = program_tree(file.text)
    assert program is not None
    made = [p for p in places_of(program) if p.owner == owner and _is_first(p)]
    classes = [n for n in all_in(program) if isinstance(n, ast.ClassDef)]
    of_others = {
        id(node) for n in classes if n.name != owner for node in all_in(n) if _is_of_self(node)
    }
    stores = [
        node
        for node in all_in(program)
        if isinstance(node, ast.Attribute) and node.attr == name and id(node) not in of_others
        if not isinstance(node.ctx, ast.Load)
    ]
    if len(made) != 1 or len(stores) != 1 or any(_inherits(n, owner) for n in classes):
        return None
    if not all(is_plain_class(n) for n in classes if n.name == owner):
        return None
    stored = stores_of(file.text)
    if stored is None or stored.anything or _is_set_outside(file.path, owner, name):
        return None
    first = made[0].function
    for statement in first.body if first is not None else ():
        match statement:
            case ast.Assign(targets=[ast.Attribute() as target], value=value):
                given, otherwise = or_else(value)
                empty = isinstance(value, ast.BoolOp)
                if target is stores[0] and first is not None and _gets(first, given):
                    if otherwise is None or not rest:
                        return _Taking(made[0], given, rest, otherwise, empty)
    return None


def _is_of_self(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def or_else(value: ast.expr) -> tuple[str, ast.expr | None]:
    """The name that an expression reads, and what it gives instead of nothing, if anything.

    `metrics or ["mae"]`; "" where it is more than that.
    """
    match value:
        case ast.Name(id=name):
            return name, None
        case ast.BoolOp(op=ast.Or(), values=[ast.Name(id=name), otherwise]):
            return name, otherwise
        case ast.IfExp(
            test=ast.Compare(left=ast.Name(id=asked), ops=[ast.Is()], comparators=[nothing]),
            body=otherwise,
            orelse=ast.Name(id=name),
        ) if asked == name and is_nothing(nothing):
            return name, otherwise
        case ast.IfExp(
            test=ast.Compare(left=ast.Name(id=asked), ops=[ast.IsNot()], comparators=[nothing]),
            body=ast.Name(id=name),
            orelse=otherwise,
        ) if asked == name and is_nothing(nothing):
            return name, otherwise
    return "", None


def is_plain_class(made: ast.ClassDef) -> bool:
    """Whether nothing but its own methods makes or sets what its objects have.

    Those of scikit-learn's estimators are told their parameters, and copied by them.
    """
    return not (made.bases or made.keywords or made.decorator_list)


def _is_set_outside(path: str, owner: str, name: str) -> bool:
    """Whether other files may set an attribute of objects of a class, or inherit from that."""
    sets = re.compile(
        rf"(?<!self)\.{name}\s*[-+*/]?=(?!=)|\b(?:setattr|vars)\(|__dict__"
        rf"|\bclass\s+\w+\([^)]*\b{owner}\b"
    ).search
    for other in importing_files(path, r"\w"):
        text = program_in(other)
        inner = (t for p, t in imported_texts(text, other) if real_path(str(p)) != real_path(path))
        if sets(text) or any(map(sets, inner)):
            return True
    return False


def _is_first(place: Place) -> bool:
    return place.function is not None and place.function.name == "__init__"


def _inherits(made: ast.ClassDef, owner: str) -> bool:
    return any(ast.unparse(base).rpartition(".")[2] == owner for base in made.bases)


def _gets(function: ast.FunctionDef, name: str) -> bool:
    """Whether a name is a parameter of a function, which gives it no other value."""
    last = function.args.kwarg
    taken = (*function.args.args, *function.args.kwonlyargs, *((last,) if last else ()))
    inside = (n for statement in function.body for n in all_in(statement))
    bound = (n.arg if isinstance(n, ast.arg) else _stored(n) for n in inside)
    return any(one.arg == name for one in taken) and name not in bound


def _stored(node: ast.AST) -> str:
    stored = isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    return node.id if stored else ""  # type: ignore[attr-defined]


def places_of(program: ast.Module) -> Iterator[Place]:
    """The functions at the top of a file, and the methods of its classes."""
    for statement in program.body:
        if isinstance(statement, ast.FunctionDef):
            yield Place(statement)
        elif isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                if isinstance(inner, ast.FunctionDef):
                    yield Place(inner, statement.name)


def arguments_given(path: str, text: str, place: Place, name: str) -> list[ArgumentOf] | None:
    """What all calls of a function of a file give for a parameter; None where not all are seen."""
    return _arguments(_File(path, text), place, name)


def _arguments(file: _File, place: Place, parameter: str) -> list[ArgumentOf] | None:
    function, owner = place.function, place.owner
    assert function is not None
    first = function.name == "__init__"
    calls = _calls(file.path, file.text, owner if first else function.name, "" if first else owner)
    if calls is None or function.decorator_list:
        return None
    found: list[ArgumentOf] = []
    for call, where, other in calls:
        given = _argument(call, function, parameter)
        if given is None:
            return None
        found.append(ArgumentOf(call, given, where, other))
    return found


@remembered
def _calls(
    path: str, text: str, name: str, owner: str
) -> list[tuple[ast.Call, Place, _File]] | None:
    """All calls of a function, method or class of a file; None where not all are seen."""
    others = importing_files(path, rf"\b{name}\b")
    files = [_File(path, text), *(_File(o, program_in(o), imports=True) for o in others)]
    found: list[tuple[ast.Call, Place, _File]] = []
    for one in files:
        program = program_tree(one.text)
        calls = Calls(one.text, program, one.imports) if program is not None else None
        if calls is None or calls.hands_on(name) or (not owner and calls.defines_again(name)):
            return None
        found += ((call, where, one) for call, where in calls.of(name, owner))
    return found


def _argument(call: ast.Call, function: ast.FunctionDef, name: str) -> ast.expr | None:
    """What a call gives a parameter, or its default."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(not k.arg for k in call.keywords):
        return None
    taken = function.args
    if taken.kwarg is not None and taken.kwarg.arg == name:
        known = {a.arg for a in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)}
        more = {k.arg: k.value for k in call.keywords if k.arg and k.arg not in known}
        return ast.Dict([ast.Constant(key) for key in more], [*more.values()])
    names = [a.arg for a in (*taken.posonlyargs, *taken.args)]
    pairs = [*zip(reversed(names), reversed(taken.defaults), strict=False)]
    pairs += [(a.arg, d) for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    given = dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords}
    return given.get(name, dict(pairs).get(name))
