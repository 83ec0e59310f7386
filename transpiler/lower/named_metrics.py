"""Metrics that a program has in a config: the strings of its one list of that name.

CONFIG = {"lr": 0.1, "metrics": ["mae"]}

def build(config):
    model.compile(SGD(config["lr"]), "mse", metrics=config["metrics"])
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeAlias

from transpiler.interpret.training import Given
from transpiler.interpret.values import Sequence, Static, UserClass
from transpiler.ir.expr import Configured, expr
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.changed_by_others import changed_by_others
from transpiler.source.changed_entries import all_changed
from transpiler.source.imported import read_text
from transpiler.source.importers import importing_files
from transpiler.source.set_outside import set_outside
from transpiler.source.syntax import all_in, parts_of, program_tree
from transpiler.source.tree import Tree

#: What is read: an entry of a config, or asked of one; an attribute; a variable.
_ENTRY = regex(r"[\w.]+(?:\[([\"'])(\w+)\1\]|\.get\(([\"'])(\w+)\3\))")
_ATTRIBUTE = regex(r"[\w.]+\.(\w+)")
#: What is given where a variable holds nothing: `metrics or ["mae"]`.
_FALLING_BACK = regex(r"(\w+) or [\[(][^()\[\]]*[\])]$")
NAMED = "`{}` is taken for {}: the program has no other list of that name"

#: What a node gives something of a name: None where that is not seen.
_Finder: TypeAlias = Callable[[ast.AST, str], Iterator["ast.expr | None"]]


def metrics_of_config(tree: Tree, path: str, given: Given | None) -> tuple[Given, str] | None:
    """What `metrics` is given instead, and what that assumes; None where it is another matter."""
    value = given.value if given is not None else None
    if given is None or not isinstance(value, Static) or value.expr.known:
        return None
    if isinstance(value.expr.value, (Configured, UserClass)):
        return None
    kinds: list[tuple[str, _Finder]] = []
    if entry := _ENTRY.fullmatch(given.text):
        kinds = [(entry[2] or entry[4], _entries)]
    elif attribute := _ATTRIBUTE.fullmatch(given.text):
        kinds = [(attribute[1], _attributes)]
    elif filled := _FALLING_BACK.match(given.text):
        kinds = [(filled[1], _variables)]
    elif given.text.isidentifier():
        kinds = [(given.text, _variables)]
    if path and set_outside(path).fullmatch(given.text.partition("[")[0].partition(".")[0]):
        return None
    program = program_tree(tree.text) if kinds else None
    for name, finder in kinds if program is not None else ():
        assert program is not None
        changed = all_changed(tree.text)
        if name in changed.names if finder is _variables else changed.under(name):
            return None
        if name in changed_by_others(tree.text, path):
            return None
        others = (program_tree(text) for text in map(read_text, importing_files(path, r"\w\(")))
        callers = [other for other in others if other is not None]
        if name == given.text and _is_left_out(program, name):
            return None
        names = _only_list(program, name, finder, callers)
        if names is not None:
            found = Sequence(tuple(Static(expr(one)) for one in names), list)
            said = NAMED.format(given.text, list(names))
            return replace(given, value=found, node=None), said
    return None


def _is_left_out(program: ast.Module, name: str) -> bool:
    """Whether a method may get nothing for a parameter, and puts nothing in its place."""
    for made in all_in(program):
        for method in made.body if isinstance(made, ast.ClassDef) else ():
            if isinstance(method, ast.FunctionDef) and _is_optional(method.args, name):
                names = (n for n in all_in(method) if isinstance(n, ast.Name) and n.id == name)
                if not any(isinstance(n.ctx, ast.Store) for n in names):
                    return True
    return False


def _is_optional(taken: ast.arguments, name: str) -> bool:
    """Whether a parameter is None by its default."""
    pairs = [*zip(reversed(taken.args), reversed(taken.defaults), strict=False)]
    pairs += [(a, d) for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d]
    return any(a.arg == name and getattr(d, "value", "") is None for a, d in pairs)


def _only_list(
    program: ast.Module, name: str, finder: _Finder, callers: list[ast.Module]
) -> tuple[str, ...] | None:
    """The strings of all lists that a program gives a name, where these are the same.

    Also those that the files which import it have under that key, or give it by that keyword.
    """
    found: set[tuple[str, ...]] = set()
    if finder is _entries and any(_may_get_entry(one, name) for one in (program, *callers)):
        return None
    if finder is _attributes and _is_field_by_place(program, name, callers):
        return None
    of_classes: set[ast.AST] = set()
    if finder is _variables:
        if _is_given_by_place(program, name, callers):
            return None
        classes = (node for node in all_in(program) if isinstance(node, ast.ClassDef))
        of_classes = {statement for made in classes for statement in made.body}
    inner = finder if finder is _entries else _keywords
    given = (value for one in callers for node in all_in(one) for value in inner(node, name))
    for value in given:
        strings = _strings(value)
        if strings is None:
            return None
        found.add(strings)
    for node in all_in(program):
        if node in of_classes:
            continue
        if isinstance(node, ast.Constant) and node.value == f"--{name}":
            return None  # the command line gives it
        for value in finder(node, name):
            strings = _strings(value)
            if strings is None:
                return None
            found.add(strings)
    return found.pop() if len(found) == 1 else None


def _entries(node: ast.AST, name: str) -> Iterator[ast.expr | None]:
    """What gives an entry of a dict a value."""
    match node:
        case ast.Dict(keys=keys, values=values):
            for entry, value in zip(keys, values, strict=True):
                if isinstance(entry, ast.Constant) and entry.value == name:
                    yield value
        case ast.Call(func=ast.Name(id="dict") | ast.Attribute(attr="update"), keywords=keywords):
            yield from (k.value for k in keywords if k.arg == name)
        case ast.Subscript(slice=ast.Constant(value=key), ctx=ast.Store() | ast.Del()):
            if key == name:
                yield None
        case ast.Call(func=ast.Attribute(value=held, attr=method)) if method in _CHANGING:
            match held:
                case ast.Subscript(slice=ast.Constant(value=key)) if key == name:
                    yield None


def _keywords(node: ast.AST, name: str) -> Iterator[ast.expr | None]:
    """What calls give a parameter by its name, those of `compile` left out."""
    match node:
        case ast.Call(func=func, keywords=keywords) if getattr(func, "attr", "") != "compile":
            yield from (k.value for k in keywords if k.arg == name)


def _attributes(node: ast.AST, name: str) -> Iterator[ast.expr | None]:
    """What gives an attribute of a class or an object a value."""
    match node:
        case ast.ClassDef(body=body):
            for statement in body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=target)], value=given):
                        if target == name:
                            yield given
                    case ast.AnnAssign(target=ast.Name(id=target), value=annotated):
                        if target == name:
                            yield annotated
        case ast.Assign(targets=targets, value=value):
            stored = (n for t in targets for n in all_in(t) if isinstance(n, ast.Attribute))
            if any(n.attr == name for n in stored):
                yield value
        case ast.AugAssign(target=ast.Attribute(attr=target)) if target == name:
            yield None
        case ast.keyword(arg=arg, value=value) if arg == name:
            if not (isinstance(value, ast.Attribute) and value.attr == name):
                yield value
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=target), attr=method)):
            if target == name and method in _CHANGING:
                yield None


def _variables(node: ast.AST, name: str) -> Iterator[ast.expr | None]:
    """What gives a variable or a parameter a value; None as a default is replaced by another."""
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            yield _instead(value, name)
        case ast.AugAssign(target=ast.Name(id=target)) if target == name:
            yield None
        case ast.For(target=target) | ast.comprehension(target=target):
            if any(isinstance(n, ast.Name) and n.id == name for n in all_in(target)):
                yield None
        case ast.Assign(targets=targets):
            names = (n for t in targets for n in all_in(t))
            if any(isinstance(n, ast.Name) and n.id == name for n in names):
                yield None
        case ast.keyword(arg=arg, value=value) if arg == name:
            if not (isinstance(value, ast.Name) and value.id == name):
                yield _instead(value, name)
        case ast.FunctionDef(args=arguments):
            yield from _defaults(arguments, name)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=target), attr=method)):
            if target == name and method in _CHANGING:
                yield None


def _instead(value: ast.expr, name: str) -> ast.expr:
    """What a variable is replaced by where it holds nothing: `metrics or ["mae"]`."""
    match value:
        case ast.BoolOp(op=ast.Or(), values=[ast.Name(id=held), other]) if held == name:
            return other
        case ast.IfExp(body=ast.Name(id=held), orelse=other) if held == name:
            return other
        case ast.IfExp(body=other, orelse=ast.Name(id=held)) if held == name:
            return other
    return value


def _defaults(arguments: ast.arguments, name: str) -> Iterator[ast.expr | None]:
    """The default of a parameter; None instead of one is nothing, and None where it has none."""
    args, defaults = arguments.args, arguments.defaults
    given = [*([None] * (len(args) - len(defaults))), *defaults, *arguments.kw_defaults]
    for argument, default in zip([*args, *arguments.kwonlyargs], given, strict=True):
        if argument.arg == name:
            if not (isinstance(default, ast.Constant) and default.value is None):
                yield default


def _is_given_by_place(program: ast.Module, name: str, callers: list[ast.Module]) -> bool:
    """Whether some call of a function gives it a parameter of that name by its place."""
    places: dict[str, int] = {}
    for outer in all_in(program):
        for node in parts_of(outer):
            if isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args]
                made = isinstance(outer, ast.ClassDef) and node.name == "__init__"
                if name in names:
                    called = outer.name if made else node.name  # type: ignore[attr-defined]
                    places[called] = names.index(name) - (names[:1] in (["self"], ["cls"]))
    return any(_is_called_with(one, places) for one in (program, *callers))


def _is_field_by_place(program: ast.Module, name: str, callers: list[ast.Module]) -> bool:
    """Whether a class with a field of that name, such as a dataclass, is called with it."""
    places: dict[str, int] = {}
    for node in all_in(program):
        if isinstance(node, ast.ClassDef):
            fields = [s.target for s in node.body if isinstance(s, ast.AnnAssign)]
            names = [field.id for field in fields if isinstance(field, ast.Name)]
            if name in names:
                places[node.name] = names.index(name)
    return any(_is_called_with(one, places) for one in (program, *callers))


def _is_called_with(program: ast.Module, places: dict[str, int]) -> bool:
    """Whether a function is called with an argument at its place, or under another name."""
    called = set()
    for node in all_in(program):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            starred = any(isinstance(a, ast.Starred) for a in node.args)
            if name in places and (starred or len(node.args) > places[name]):
                return True
            called.add(node.func)
    reads = (n for n in all_in(program) if isinstance(n, ast.Name) and n not in called)
    return any(n.id in places and isinstance(n.ctx, ast.Load) for n in reads)


def _may_get_entry(program: ast.Module, name: str) -> bool:
    """Whether something unknown is put under a key that is not written out: `config[key] = …`."""
    dicts: dict[str, bool] = {}
    for node in all_in(program):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                dicts[target] = dicts.get(target, True) and _lacks(value, name)
    for node in all_in(program):
        match node:
            case ast.Subscript(value=held, slice=key, ctx=ast.Store()):
                known = isinstance(key, (ast.Constant, ast.Slice, ast.Tuple))
                lacks = isinstance(held, ast.Name) and dicts.get(held.id, False)
                if not known and not lacks:
                    return True
    return False


def _lacks(value: ast.expr, name: str) -> bool:
    """Whether a value is surely no dict that has an entry of a name."""
    match value:
        case ast.Dict(keys=keys):
            written = [key.value for key in keys if isinstance(key, ast.Constant)]
            return len(written) == len(keys) and name not in written
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            return all(k.arg not in (None, name) for k in keywords)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"))):
            return True
        case ast.Call(func=ast.Name(id="defaultdict")):
            return True
    return isinstance(value, (ast.List, ast.ListComp, ast.BinOp, ast.Constant))


_CHANGING = ("append", "extend", "insert", "pop", "remove", "clear", "setdefault", "__setitem__")


def _strings(value: ast.expr | None) -> tuple[str, ...] | None:
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    found = [e.value for e in value.elts if isinstance(e, ast.Constant)]
    strings = tuple(one for one in found if isinstance(one, str))
    return strings if len(strings) == len(value.elts) else None
