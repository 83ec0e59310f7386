"""What values that come from other files may be, however many files they come through.

trainer.py has `self.model = build()` in a class, and net.py has `build`: `trainer.model` is a
model in each file that makes a trainer. Python's own trees tell, without regard to the order of
statements: a variable may be whatever it is bound to anywhere.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache

from transpiler.source.far_arguments import bound, defaults
from transpiler.source.far_frames import (
    ANYTHING,
    NOTHING,
    PUTTING,
    Atom,
    Bound,
    Box,
    Frame,
    Made,
    Module,
    Name,
    Object,
    Row,
    Steps,
    Thing,
    Value,
    inside,
    put_in,
)
from transpiler.source.far_kinds import FRAMEWORKS, OF_NUMBERS, kind_of_call, kind_of_result
from transpiler.source.far_registries import put_by_others
from transpiler.source.handed_up import given_to, init_of
from transpiler.source.imported import locate, read_text, real_path
from transpiler.source.syntax import all_in, program_tree

_DEEPEST = 5  #: calls inside of calls
_NODES = 4096  #: bodies of code of which is kept what is in them


def frame_of(path: str) -> Frame | None:
    """The names of a module; None where it is no program."""
    with suppress(OSError):
        return _frame_of(path, os.stat(path).st_mtime_ns)
    return None


@lru_cache(maxsize=512)
def _frame_of(path: str, _time: int) -> Frame | None:
    text = read_text(path)
    if path.endswith(".ipynb"):
        from transpiler.source.notebook import program_of  # most runs meet none

        text = program_of(text, path)
    tree = program_tree(text)
    return None if tree is None else Frame(path, tree, None, {})


def value_of(node: ast.AST | None, frame: Frame) -> Value:
    """All that an expression may be."""
    if node is None:
        return NOTHING
    if node in frame.known:
        return frame.known[node]
    if not Steps.looked():
        return ANYTHING
    frame.known[node] = NOTHING  # what is defined by itself is what else it is
    frame.known[node] = found = _value(node, frame)
    return found


def _value(node: ast.AST, frame: Frame) -> Value:
    match node:
        case ast.Constant(value=None):
            return NOTHING
        case ast.Name(id=name):
            return _named(name, frame)
        case ast.Attribute(value=of, attr=name):
            return _united(attribute(one, name, frame.depth) for one in value_of(of, frame))
        case ast.Call(func=ast.Name("dict"), args=[], keywords=given):
            return frozenset({Box(_united(value_of(one.value, frame) for one in given))})
        case ast.Call(func=ast.Name("getattr"), args=[of, ast.Constant(value=str(name)), *_]):
            return _united(attribute(one, name, frame.depth) for one in value_of(of, frame))
        case ast.Call():
            return _united(called(one, node, frame) for one in value_of(node.func, frame))
        case ast.IfExp(body=one, orelse=other):
            return value_of(one, frame) | value_of(other, frame)
        case ast.BoolOp(values=values):
            return _united(value_of(one, frame) for one in values)
        case ast.Await(value=of) | ast.NamedExpr(value=of):
            return value_of(of, frame)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            if not any(isinstance(one, ast.Starred) for one in elements):
                return frozenset({Row(tuple(value_of(one, frame) for one in elements))})
            return frozenset({Box(_united(value_of(one, frame) for one in elements))})
        case ast.Starred(value=of):
            return _united(_elements(one) for one in value_of(of, frame))
        case ast.Dict(values=values):
            return frozenset({Box(_united(value_of(one, frame) for one in values))})
        case ast.ListComp(elt=held) | ast.GeneratorExp(elt=held) | ast.DictComp(value=held):
            return frozenset({Box(value_of(held, frame))})
        case ast.Lambda():
            return frozenset({Made(node, frame)})
        case ast.Subscript(value=of, slice=ast.Constant(value=int(number))):
            return _united(_elements(one, number) for one in value_of(of, frame))
        case ast.Subscript(value=of):
            return _united(_elements(one) for one in value_of(of, frame))
    return ANYTHING


def _united(values: Iterable[Value]) -> Value:
    return frozenset().union(*values)


def _elements(atom: Atom, number: int | None = None) -> Value:
    """What is in a list, tuple or dict; where its place is known, what is there."""
    if isinstance(atom, Row):
        if number is not None and -len(atom.parts) <= number < len(atom.parts):
            return atom.parts[number]
        return _united(atom.parts)
    return atom.held if isinstance(atom, Box) else ANYTHING


def _named(name: str, frame: Frame) -> Value:
    key = f"name {name}"
    if key in frame.known:
        return frame.known[key]
    frame.known[key] = NOTHING
    if name in frame.given or name in frame.bindings:
        found = frame.given.get(name, NOTHING)
        for binding in frame.bindings.get(name, ()):
            found |= _binding(name, binding, frame)
    else:
        outer = frame.outer
        while outer is not None and isinstance(outer.node, ast.ClassDef):
            outer = outer.outer
        found = _starred(name, frame) if outer is None else _named(name, outer)
    if _may_grow(found):
        for put in frame.puts.get(name, ()):
            if isinstance(put, ast.Assign):
                found |= frozenset({Box(value_of(put.value, frame))})
            elif isinstance(put.func, ast.Attribute):
                found |= put_in(put.func.attr, value_of(put.args[-1], frame))
        if frame.outer is None:
            found |= put_by_others(frame, name, frame_of, value_of)
    frame.known[key] = found
    return found


def _starred(name: str, frame: Frame) -> Value:
    """What a name is that a module has from others, `from nets import *`, or from Python."""
    for node in frame.bindings.get("*", ()):
        statement = node[0]
        assert isinstance(statement, ast.ImportFrom)
        if (other := located(statement, frame)) is not None and name in other.bindings:
            return _named(name, other)
    return frozenset({Name(name)})


def located(statement: ast.ImportFrom, frame: Frame) -> Frame | None:
    module = f"{'.' * statement.level}{statement.module or ''}"
    path = _path_of(module, frame)
    return None if path is None else frame_of(path)


def _path_of(module: str, frame: Frame) -> str | None:
    if module.partition(".")[0] in FRAMEWORKS:
        return None
    found = locate(os.path.dirname(frame.path), module, read_text(frame.path))
    return None if found is None else real_path(str(found))


def _binding(name: str, binding: tuple[ast.AST, ...], frame: Frame) -> Value:
    """What one of the statements that bind a name gives it."""
    statement, *how = binding
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return frozenset({Made(statement, frame)})
        case ast.Import():
            alias = how[0]
            assert isinstance(alias, ast.alias)
            module = alias.name if alias.asname else name
            path = _path_of(module, frame)
            return frozenset({Name(module) if path is None else Module(path)})
        case ast.ImportFrom():
            alias = how[0]
            assert isinstance(alias, ast.alias)
            return _taken(statement, alias.name, frame)
        case ast.Assign(value=of):
            return _unpacked(how[0], value_of(of, frame), name)
        case ast.AnnAssign(value=of) | ast.NamedExpr(value=of):
            return value_of(of, frame)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            held = _united(_elements(one) for one in value_of(statement.iter, frame))
            return _unpacked(statement.target, held, name)
    return ANYTHING


def _taken(statement: ast.ImportFrom, name: str, frame: Frame) -> Value:
    """What `from module import name` gives."""
    if (other := located(statement, frame)) is not None and name in other.bindings:
        return _named(name, other)
    module = f"{'.' * statement.level}{statement.module or ''}"
    inner = f"{module}{'' if module.endswith('.') else '.'}{name}"
    path = _path_of(inner, frame)
    if path is not None and path != frame.path:
        return frozenset({Module(path)})
    return _named(name, other) if other is not None else frozenset({Name(inner)})


def _unpacked(target: ast.AST, value: Value, name: str) -> Value:
    """What a name in a target gets of a value."""
    match target:
        case ast.Name(id=own):
            return value if own == name else NOTHING
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            if any(isinstance(part, ast.Starred) for part in parts):
                return ANYTHING
            found = NOTHING
            for number, part in enumerate(parts):
                if any(isinstance(n, ast.Name) and n.id == name for n in all_in(part)):
                    inner = _united(_elements(one, number) for one in value)
                    found |= _unpacked(part, inner, name)
            return found
    return NOTHING


def _may_grow(value: Value) -> bool:  # a model has such methods, too
    return any(isinstance(one, (Box, Row)) for one in value)


def _own_kind(made: Made, seen: frozenset[Made] = frozenset()) -> str:
    """What the objects of a class are that is a model or a layer."""
    if not isinstance(made.node, ast.ClassDef) or made in seen:
        return ""
    for base in made.node.bases:
        for one in value_of(base, made.frame):
            kind = kind_of_call(one.dotted) if isinstance(one, Name) else ""
            last = one.dotted.rpartition(".")[2] if isinstance(one, Name) else ""
            if kind == "model" or (kind == "layer" and last == "Layer"):
                return kind
            if isinstance(one, Made) and (kind := _own_kind(one, seen | {made})):
                return kind
    return ""


def attribute(atom: Atom, name: str, depth: int = 0) -> Value:
    """What an attribute of a value is."""
    match atom:
        case Thing(kind="model", home=home) if name in ("layers", "history"):
            if name == "history":
                return frozenset({Thing("history", home)})
            return frozenset({Box(frozenset({Thing("layer", home)}))})
        case Thing():
            return frozenset({Bound(atom, name)})
        case Name(dotted=dotted):
            return frozenset({Name(f"{dotted}.{name}")})
        case Module(path=path):
            frame = frame_of(path)
            if frame is not None and (name in frame.bindings or "*" in frame.bindings):
                return _named(name, frame)
            inner = locate(os.path.dirname(path), f".{name}")
            return ANYTHING if inner is None else frozenset({Module(real_path(str(inner)))})
        case Object() | Made(node=ast.ClassDef()):
            return _member(atom, name, depth)
        case Box() | Row():
            return frozenset({Bound(Thing("list", ""), name), atom})
    return ANYTHING


def _member(atom: Object | Made, name: str, depth: int) -> Value:
    """An attribute of an object or class of the project."""
    made = atom if isinstance(atom, Made) else atom.made
    found = put = NOTHING
    whole: Value = frozenset({atom})
    lower: ast.FunctionDef | None = None
    for one in family(made):
        assert isinstance(one.node, ast.ClassDef)
        body = class_frame(one)
        if name in body.bindings and not found:
            for value in _named(name, body):
                if isinstance(value, Made) and isinstance(value.node, ast.FunctionDef):
                    marks = {ast.unparse(mark) for mark in value.node.decorator_list}
                    of = NOTHING if "staticmethod" in marks else whole
                    asked = Made(value.node, value.frame, of)
                    if {"property", "cached_property", "functools.cached_property"} & marks:
                        found |= run(asked, {}, depth)
                    else:
                        found |= {asked}
                else:
                    found |= {value}
        if isinstance(atom, Made):
            continue
        found |= dict(atom.given).get(f".{name}", NOTHING)
        for method in one.node.body:
            if isinstance(method, ast.FunctionDef) and method.args.args:
                own = method.args.args[0].arg
                stores = _stores(method, own).get(name)
                if stores and depth < _DEEPEST:
                    given = given_to(atom, method, lower)
                    frame = frame_for(Made(method, body, whole), given, depth + 1)
                    for target, stored in stores:
                        found |= _stored(target, value_of(stored, frame), own, name)
                        put |= _put(target, value_of(stored, frame), own, name)
        lower = lower or init_of(one.node)
    return found | (put if _may_grow(found) else NOTHING) or ANYTHING


def class_frame(made: Made) -> Frame:
    """The names of the body of a class."""
    known = made.frame.inner
    if made.node not in known:
        known[made.node] = Frame(made.frame.path, made.node, made.frame, {})
    return known[made.node]


def family(made: Made, seen: tuple[Made, ...] = ()) -> list[Made]:
    """A class and those that it inherits from."""
    found = [made]
    assert isinstance(made.node, ast.ClassDef)
    for base in made.node.bases:
        for one in value_of(base, made.frame):
            if isinstance(one, Made) and isinstance(one.node, ast.ClassDef) and one not in seen:
                found += [each for each in family(one, (*seen, made)) if each not in found]
    return found


@lru_cache(maxsize=_NODES)
def _stores(method: ast.AST, own: str) -> dict[str, list[tuple[ast.AST, ast.AST]]]:
    """The targets in a method that store each attribute of its object, and what they get."""
    found: dict[str, list[tuple[ast.AST, ast.AST]]] = {}
    for node in inside(method):
        targets: list[ast.expr] = []
        match node:
            case ast.Assign(targets=targets, value=stored):
                pass
            case ast.AnnAssign(target=target, value=ast.expr() as stored):
                targets = [target]
            case ast.Call(func=ast.Attribute(attr=put), args=[*_, stored]) if put in PUTTING:
                targets = [node]
            case _:
                continue
        for one in targets:
            for part in all_in(one.func if isinstance(one, ast.Call) else one):
                if isinstance(part, ast.Attribute) and _is_own(part, own, part.attr):
                    found.setdefault(part.attr, []).append((one, stored))
    return found


def _is_own(node: ast.AST, own: str, name: str) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=of), attr=attr):
            return of == own and attr == name
    return False


def _stored(target: ast.AST, value: Value, own: str, name: str) -> Value:
    """What an attribute gets of what is assigned to a target."""
    if _is_own(target, own, name):
        return value
    found = NOTHING
    if isinstance(target, (ast.Tuple, ast.List)):
        for number, part in enumerate(target.elts):
            inner = _united(_elements(one, number) for one in value)
            found |= _stored(part, inner, own, name)
    return found


def _put(target: ast.AST, value: Value, own: str, name: str) -> Value:
    """What a list or dict that is an attribute gets by what is done to it."""
    match target:
        case ast.Subscript(value=of) if _is_own(of, own, name):
            return frozenset({Box(value)})
        case ast.Call(func=ast.Attribute(value=of, attr=put)) if _is_own(of, own, name):
            return put_in(put, value)
    return NOTHING


def called(atom: Atom, node: ast.Call, frame: Frame) -> Value:
    """What a call of a value gives."""
    match atom:
        case Name(dotted="iter" | "list" | "tuple" | "sorted" | "reversed") if node.args:
            return _united(frozenset({Box(_elements(v))}) for v in value_of(node.args[0], frame))
        case Name(dotted="list" | "dict" | "set"):
            return frozenset({Box(NOTHING)})
        case Name(dotted="enumerate") if node.args:
            held = _united(_elements(one) for one in value_of(node.args[0], frame))
            return frozenset({Box(frozenset({Row((ANYTHING, held))}))})
        case Name(dotted="zip"):
            parts = (_united(_elements(v) for v in value_of(a, frame)) for a in node.args)
            return frozenset({Box(frozenset({Row(tuple(parts))}))})
        case Name(dotted="pickle.load" | "joblib.load"):
            return _dumped(frame.module()) or ANYTHING
        case Name(dotted="functools.partial") if len(node.args) == 1:
            return value_of(node.args[0], frame)
        case Name(dotted=dotted):
            kind = kind_of_call(dotted)
            if not kind and dotted.rpartition(".")[2] in OF_NUMBERS and node.args:
                given = value_of(node.args[0], frame)
                return given if _kinds(given) == {"number"} else ANYTHING
            return frozenset({Thing(kind, frame.path)}) if kind else ANYTHING
        case Thing(kind="measure"):
            return _asked(atom, "__call__")
        case Bound(of=Thing(kind="list"), name="items"):
            held = _held_by(node, frame)
            return frozenset({Box(frozenset({Row((ANYTHING, held))}))})
        case Bound(of=Thing(kind="list"), name="values" | "copy"):
            return frozenset({Box(_held_by(node, frame))})
        case Bound(of=Thing(kind="list"), name="get" | "pop"):
            return _held_by(node, frame)
        case Bound(of=thing, name=name):
            return _asked(thing, name)
        case Made(node=ast.ClassDef()):
            if kind := _own_kind(atom):
                return frozenset({Thing(kind, atom.frame.path, getattr(atom.node, "name", ""))})
            made_with = _defaults(atom) | arguments(atom, node, frame)
            made_with |= frame.module().kept.get(atom.node, {})
            return frozenset({Object(atom, tuple(made_with.items()))})
        case Made():
            return run(atom, arguments(atom, node, frame), frame.depth)
        case Box() | Row():
            return NOTHING  # its method stands beside it
    return ANYTHING


def _dumped(module: Frame) -> Value:
    """What of the framework a file itself writes, of which it may read the same again."""
    found = NOTHING
    for node in all_in(module.node):
        match node:
            case ast.Call(func=ast.Attribute(attr="dump"), args=[of, *_]):
                found |= {v for v in value_of(of, module) if isinstance(v, Thing)}
    return found


def _kinds(value: Value) -> set[str]:
    return {one.kind if isinstance(one, Thing) else "" for one in value}


def _held_by(node: ast.Call, frame: Frame) -> Value:
    assert isinstance(node.func, ast.Attribute)
    return _united(_elements(one) for one in value_of(node.func.value, frame))


def _asked(thing: Thing, name: str) -> Value:
    """What a method of the framework gives."""
    kind = kind_of_result(thing.kind, name)
    return frozenset({Thing(kind, thing.home)}) if kind else ANYTHING


def arguments(made: Made, node: ast.Call, frame: Frame) -> dict[str, Value]:
    """What the parameters of a function get from a call; of a class, those of its `__init__`."""
    function, own = _function(made)
    if function is None:
        return {}
    named = (_by_name(keyword, frame) for keyword in node.keywords)
    return bound(function.args, own, _passed(node, frame), named)


def _function(
    made: Made,
) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None, bool]:
    """What a call runs: of a class, its `__init__`; and whether it gets an object first."""
    if not isinstance(made.node, ast.ClassDef):
        return made.node, bool(made.of)
    for above in family(made):
        for value in value_of_name("__init__", class_frame(above)):
            if isinstance(value, Made) and not isinstance(value.node, ast.ClassDef):
                return value.node, True
    return None, True


def _defaults(made: Made) -> dict[str, Value]:
    """The parameters of a class that are None or empty where nothing else is given."""
    function, _ = _function(made)
    return {} if function is None else defaults(function.args)


def _by_name(keyword: ast.keyword, frame: Frame) -> tuple[str | None, Value]:
    value = value_of(keyword.value, frame)
    unpacked = keyword.arg is None
    return keyword.arg, _united(_elements(one) for one in value) if unpacked else value


def _passed(node: ast.Call, frame: Frame) -> Iterator[Value | Box]:
    """The arguments of a call one by one; a box for those in a list of nobody knows what length."""
    for argument in node.args:
        if not isinstance(argument, ast.Starred):
            yield value_of(argument, frame)
            continue
        match [*(values := value_of(argument.value, frame))]:
            case [Row(parts=parts)]:
                yield from parts
            case _:
                yield Box(_united(_elements(one) for one in values))


def value_of_name(name: str, frame: Frame) -> Value:
    """What a name is that is bound there; nothing where it is not."""
    return _named(name, frame) if name in frame.bindings else NOTHING


def frame_for(made: Made, given: dict[str, Value], depth: int = 0) -> Frame:
    """A running function, with what its parameters get."""
    assert not isinstance(made.node, ast.ClassDef)
    parameters = made.node.args
    names = [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs]
    names += [one for one in (parameters.vararg, parameters.kwarg) if one is not None]
    values = {name.arg: given.get(name.arg, ANYTHING) for name in names}
    if made.of and names:
        values[names[0].arg] = made.of
    return Frame(made.frame.path, made.node, made.frame, values, depth)


def run(made: Made, given: dict[str, Value], depth: int) -> Value:
    """What a function gives."""
    if depth >= _DEEPEST:
        return ANYTHING
    key = made, tuple(sorted(given.items(), key=lambda one: one[0]))
    known = made.frame.module().known
    if key not in known:
        if not Steps.taken():
            return ANYTHING
        known[key] = NOTHING
        known[key] = _run(made, given, depth)
    return known[key]


def _run(made: Made, given: dict[str, Value], depth: int) -> Value:
    frame = frame_for(made, given, depth + 1)
    if isinstance(made.node, ast.Lambda):
        return value_of(made.node.body, frame)
    given_back, yielded = NOTHING, NOTHING
    for node in inside(made.node):
        if isinstance(node, ast.Return):
            given_back |= value_of(node.value, frame)
        elif isinstance(node, (ast.Yield, ast.YieldFrom)):
            yielded |= value_of(node.value, frame)
    return given_back | ({Box(yielded)} if yielded else NOTHING)
