"""Loops over classes of optimizers, of which each round makes one: they are made in the list.

for kind, rate in [(Adam, 0.01), (SGD, 0.1)]:   for kind, rate in [(Adam(0.01), 0.01), ...]:
    model.compile(kind(rate))                       model.compile(kind)

Nothing else may become of a class, and what it gets must be the same in all rounds, or stand in
the list, which may have a name. So are functions without parameters: `"adam": lambda: Adam(0.01)`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from transpiler.record import record
from transpiler.source.syntax import all_in, parts_of

#: Where something is done several times in a round, or belongs to something inside.
_APART = (
    ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda,
    ast.FunctionDef, ast.ClassDef,
)  # fmt: skip
_PLAIN = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.operator,
    ast.unaryop, ast.expr_context,
)  # fmt: skip


@record(frozen=True, slots=True)
class Made:
    """What makes the optimizers of one loop."""

    loop: ast.For
    name: str  #: of what is one of the classes in each round
    call: ast.Call  #: in a round
    #: the statement that gives what is made a name, and where alone that is read
    named: tuple[ast.Assign, ast.Name] | None
    classes: tuple[tuple[ast.expr, tuple[str, ...]], ...]  #: those in the list, and what they get


def made_in_rounds(module: ast.Module, is_class: Callable[[str], object]) -> Iterator[Made]:
    """The loops of a program that are about classes of optimizers, and nothing but make them."""
    shared = {n for node in all_in(module) if isinstance(node, ast.Global) for n in node.names}
    for room in all_in(module):
        if isinstance(room, (ast.Module, ast.FunctionDef)):
            for loop in _own(room, (ast.FunctionDef, ast.ClassDef)):
                if isinstance(loop, ast.For):
                    made = _made(room, loop, is_class, shared)
                    if made is not None:
                        yield made


def _own(node: ast.AST, apart: tuple[type[ast.AST], ...]) -> Iterator[ast.AST]:
    """What is in a node, without what is in some kinds of others."""
    for part in parts_of(node):
        if not isinstance(part, apart):
            yield part
            yield from _own(part, apart)


def _made(
    room: ast.AST, loop: ast.For, is_class: Callable[[str], object], shared: set[str]
) -> Made | None:
    table = _table_of(room, loop)
    head = loop if table is None else _over(loop, table)
    names, rows = rows_of(head)
    found = [
        place
        for place in range(len(names))
        if rows and all(_is_maker(row[place], is_class) for row in rows)
    ]
    if len(found) != 1 or len(set(names)) != len(names):
        return None
    place = found[0]
    parts = [s for s in loop.body if not isinstance(s, _APART)]
    every = [n for part in parts for n in (part, *_own(part, _APART))]
    calls = [n for n in every if isinstance(n, ast.Call) and _is_named(n.func, names[place])]
    if len(calls) != 1 or not _is_of_loops(room, loop, names[place]):
        return None
    held = dict(zip(names, range(len(names)), strict=True))
    given = [_arguments(calls[0], row, held) for row in rows]
    arguments = [argument for one in given if one is not None for _, argument in one]
    if None in given or not all(_is_the_same(loop, a, shared) for a in arguments):
        return None
    if table is not None and not all(_is_known_at(room, table, a) for a in arguments):
        return None
    functions = [row[place] for row in rows if isinstance(row[place], ast.Lambda)]
    if functions and (arguments or len(functions) < len(rows)):
        return None
    texts = [tuple(key + ast.unparse(value) for key, value in one or ()) for one in given]
    return Made(
        head,
        names[place],
        calls[0],
        _only_use(room, every, calls[0]),
        tuple(zip((row[place] for row in rows), texts, strict=True)),
    )


def _is_maker(node: ast.expr, is_class: Callable[[str], object]) -> bool:
    """Whether it is a class, or a function that makes one from constants."""
    match node:
        case ast.Lambda(args=ast.arguments(args=[], kwonlyargs=[], vararg=None, kwarg=None)):
            match node.body:
                case ast.Call(func=made, args=given, keywords=named):
                    values = [*given, *(k.value for k in named)]
                    plain = (_PLAIN_PARTS.issuperset(map(type, ast.walk(v))) for v in values)
                    return bool(is_class(ast.unparse(made))) and all(plain)
            return False
    return bool(is_class(ast.unparse(node)))


_PLAIN_PARTS = frozenset((ast.Constant, ast.UnaryOp, ast.USub, ast.Load))


def _table_of(room: ast.AST, loop: ast.For) -> ast.Assign | None:
    """The statement that makes what a loop goes over, where that is read nowhere else."""
    match loop.iter:
        case ast.Name(id=name) | ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="items" | "values"), args=[]
        ):
            body = room.body if isinstance(room, (ast.Module, ast.FunctionDef)) else []
            made = [s for s in body if isinstance(s, ast.Assign) and _binds(s, name)]
            uses = [n for n in all_in(room) if _is_named(n, name)]
            return made[0] if len(made) == 1 and len(uses) == 2 else None
    return None


def _binds(statement: ast.Assign, name: str) -> bool:
    return len(statement.targets) == 1 and _is_named(statement.targets[0], name)


def _over(loop: ast.For, table: ast.Assign) -> ast.For:
    """A loop with what it goes over in its head."""
    held = table.value
    match held:
        case ast.Call(func=ast.Name("dict" | "OrderedDict"), args=[], keywords=entries):
            keys: list[ast.expr | None] = [ast.Constant(entry.arg) for entry in entries]
            for key, entry in zip(keys, entries, strict=True):
                ast.copy_location(key or entry, entry)
            held = ast.copy_location(ast.Dict(keys, [entry.value for entry in entries]), held)
    source = held
    if isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Attribute):
        view = ast.copy_location(ast.Attribute(held, loop.iter.func.attr, ast.Load()), held)
        source = ast.copy_location(ast.Call(view, [], []), held)
    made = ast.For(loop.target, source, loop.body, loop.orelse)
    return ast.copy_location(made, table)


def _is_known_at(room: ast.AST, table: ast.Assign, argument: ast.expr) -> bool:
    """Whether what a round gives a class has its value where the classes are listed."""
    names = {n.id for n in all_in(argument) if isinstance(n, ast.Name)}
    if any(isinstance(n, (ast.Attribute, ast.Subscript)) for n in all_in(argument)):
        return False
    body = room.body if isinstance(room, (ast.Module, ast.FunctionDef)) else []
    above = [s for s in body if s.lineno < table.lineno and isinstance(s, ast.Assign)]
    for name in names:
        stored = [n for n in all_in(room) if _is_named(n, name) and _is_stored(n)]
        parameters = [n for n in all_in(room) if isinstance(n, ast.arg) and n.arg == name]
        if len(stored) + len(parameters) != 1 or not (
            parameters or any(_binds(s, name) for s in above)
        ):
            return False
    return True


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and _changes(node)


def _only_use(
    room: ast.AST, every: list[ast.AST], call: ast.Call
) -> tuple[ast.Assign, ast.Name] | None:
    """The statement that gives what a call makes a name, and where alone that is read."""
    for node in every:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=made) if made is call:
                uses = [n for n in all_in(room) if isinstance(n, ast.Name) and n.id == name]
                if len(uses) == 2 and uses[1] in every:
                    return node, uses[1]
    return None


def items_of(loop: ast.For) -> list[tuple[ast.expr, ast.expr]]:
    """The first and last expressions of what each round gets, in what the loop goes over."""
    match loop.iter:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [(item, item) for item in items]
        case ast.Call(func=ast.Attribute(value=ast.Dict(keys=keys, values=values))):
            pairs = zip(keys, values, strict=True)
            return [(key, value) for key, value in pairs if key is not None]
    return []


def rows_of(loop: ast.For) -> tuple[list[str], list[list[ast.expr]]]:
    """The variables of a loop, and what each round gives them, where that stands in its head."""
    match loop.target:
        case ast.Name(id=name):
            names = [name]
        case ast.Tuple(elts=parts) if all(isinstance(part, ast.Name) for part in parts):
            names = [part.id for part in parts if isinstance(part, ast.Name)]
        case _:
            return [], []
    match loop.iter:
        case ast.List(elts=items) | ast.Tuple(elts=items) if isinstance(loop.target, ast.Name):
            return names, [[item] for item in items]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            rows = [item.elts for item in items if isinstance(item, (ast.Tuple, ast.List))]
            alike = len(rows) == len(items) and all(len(row) == len(names) for row in rows)
            return names, rows if alike else []
        case ast.Call(func=ast.Attribute(value=ast.Dict(keys=keys, values=values), attr=view)):
            if view == "values" and len(names) == 1:
                return names, [[value] for value in values]
            if view == "items" and len(names) == 2 and None not in keys:
                pairs = zip(keys, values, strict=True)
                return names, [[key, value] for key, value in pairs if key is not None]
    return [], []


def _arguments(
    call: ast.Call, row: list[ast.expr], held: dict[str, int]
) -> list[tuple[str, ast.expr]] | None:
    """What a call passes in a round, with the keywords, as far as the list says it there."""
    found: list[tuple[str, ast.expr]] = [("", argument) for argument in call.args]
    for keyword in call.keywords:
        if keyword.arg is not None:
            found.append((f"{keyword.arg}=", keyword.value))
            continue
        match _of_row(keyword.value, row, held):
            case ast.Dict(keys=keys, values=values):
                words = [str(k.value) for k in keys if isinstance(k, ast.Constant)]
                if len(words) != len(keys):
                    return None
                found += [(f"{word}=", v) for word, v in zip(words, values, strict=True)]
            case ast.Call(func=ast.Name("dict"), args=[], keywords=inner):
                if any(k.arg is None for k in inner):
                    return None
                found += [(f"{k.arg}=", k.value) for k in inner]
            case _:
                return None
    return [(key, _of_row(value, row, held)) for key, value in found]


def _of_row(node: ast.expr, row: list[ast.expr], held: dict[str, int]) -> ast.expr:
    """An expression, or what the list says for the variable that it is."""
    return row[held[node.id]] if isinstance(node, ast.Name) and node.id in held else node


def _is_of_loops(room: ast.AST, loop: ast.For, name: str) -> bool:
    """Whether nothing else becomes of what a loop binds: other loops may bind that name, too."""
    inside = sum(_is_named(node, name) for node in all_in(loop))
    others = [
        node
        for node in all_in(room)
        if isinstance(node, ast.For)
        and node is not loop
        and any(_is_named(part, name) for part in all_in(node.target))
    ]
    theirs = {id(n) for other in others for n in all_in(other) if _is_named(n, name)}
    own = {id(n) for n in all_in(loop) if _is_named(n, name)}
    every = {id(n) for n in all_in(room) if _is_named(n, name)}
    return inside == 2 and not own & theirs and every == own | theirs


def _is_the_same(loop: ast.For, argument: ast.expr, shared: set[str]) -> bool:
    """Whether something may be evaluated before the first round, and is then as in each of them."""
    parts = [*all_in(argument)]
    read = {part.id for part in parts if isinstance(part, ast.Name)}
    stored = {n.id for n in all_in(loop) if isinstance(n, ast.Name) and _changes(n)}
    if not all(isinstance(part, _PLAIN) for part in parts) or read & (stored | shared):
        return False
    held = {
        n.id
        for part in parts
        if isinstance(part, (ast.Attribute, ast.Subscript))
        for n in all_in(part)
        if isinstance(n, ast.Name)
    }
    called = {id(n.func) for n in all_in(loop) if isinstance(n, ast.Call)}
    looked_at = {
        id(node.value)
        for node in all_in(loop)
        if isinstance(node, (ast.Attribute, ast.Subscript))
        and isinstance(node.ctx, ast.Load)
        and id(node) not in called
    }
    return all(
        id(node) in looked_at
        for node in all_in(loop)
        if isinstance(node, ast.Name) and node.id in held
    )


def _changes(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
