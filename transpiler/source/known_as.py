"""By which names files may call functions: aliases of imports, variables, tables, other functions.

from settings import configure as setup        # setup(lr=0.01)
change = functools.partial(configure, lr=0.01)
STAGES = {"second": configure}                 # STAGES["second"]()

def second():                                  # second()
    setup(lr=0.01)
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from transpiler.source.changed_inside import METHODS
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Methods of which most are those of lists, dicts, files and arrays.
_OF_ANYTHING = METHODS | {"get", "items", "keys", "values", "copy", "close", "write", "read"}


def leading_to(texts: Iterable[str], names: Collection[str]) -> Mapping[str, frozenset[str]]:
    """What of some files may call functions that have other names, and which of the `names`."""
    found = {name: frozenset({name}) for name in names}
    given: list[tuple[str, frozenset[str]]] = []
    pending, grown = list(dict.fromkeys(texts)), bool(names)
    while grown:
        mentioning = [text for text in pending if any(_uses(text, name) for name in found)]
        pending = [text for text in pending if text not in mentioning]
        given += [pair for text in mentioning for pair in _given(text)]
        grown = False
        for new, mentioned in given:
            if hits := (mentioned & found.keys()) | _matching(mentioned, found):
                all_of = found.get(new, frozenset[str]()).union(*(found[name] for name in hits))
                grown |= all_of != found.get(new)
                found[new] = all_of
    return found


def _matching(mentioned: Iterable[str], names: Iterable[str]) -> set[str]:
    """Those names that may be meant by some of which only a part is known: `stage_*`."""
    parts = [one for one in mentioned if "*" in one]
    return {name for one in parts for name in names if fnmatchcase(name, one)}


def may_mean(names: Collection[str], known: Collection[str]) -> bool:
    """Whether one of some names may be one of others, of which a part may stand for it."""
    return any(name in known for name in names) or bool(_matching(names, known))


def _uses(text: str, name: str) -> bool:
    """Whether a file has a name, but for where it defines it; or a function that gets something."""
    if "(" in name:
        return name.partition("(")[0] in text
    place = text.find(name)
    return place >= 0 and (not text.endswith("def ", 0, place) or text.find(name, place + 1) > 0)


def expanded(named: Iterable[str], leading: Mapping[str, frozenset[str]]) -> set[str]:
    """Some names, and those of the functions which they may stand for."""
    named = set(named)
    named |= _matching(named, leading)
    return named.union(*(leading[name] for name in named if name in leading))


def may_call(call: ast.Call, leading: Mapping[str, frozenset[str]], text: str) -> frozenset[str]:
    """The functions that a call in a file may call: by the name, or an element of what has that.

    Or those that it hands to what it calls: `run(action=configure)`.
    """
    if is_of_plain(call.func, text):
        return frozenset()
    names = names_of(call)
    names |= _matching(names, leading)
    return frozenset[str]().union(*(leading.get(name, ()) for name in names))


def is_of_plain(node: ast.AST, text: str) -> bool:
    """Whether it is a method of a list, a dict or the like: `CFG.update`."""
    match node:
        case ast.Attribute(value=ast.Name(id=held), attr=name):
            return name in _OF_ANYTHING and held in plain_variables(text)
    return False


def names_of(call: ast.Call) -> set[str]:
    """The names by which a call may find what it calls, or what that calls for it."""
    names = {name for one in all_in(call.func) for name in _name(one)}
    if "partial" not in names:
        for one in (*call.args, *(keyword.value for keyword in call.keywords)):
            names |= _uncalled(one)
    return names


@remembered
def _given(text: str) -> list[tuple[str, frozenset[str]]]:
    """The names in a file that may get a function, or call one; and the names of these."""
    module = program_tree(text)
    nodes = all_in(module) if module is not None else ()
    plain = plain_variables(text)
    found = [(new, frozenset(n) - {new}) for node in nodes for new, n in _pairs(node, plain)]
    return [(new, names) for new, names in found if names]


@remembered
def plain_variables(text: str) -> frozenset[str]:
    """The variables that hold lists, dicts, sets or files: their methods are none of a program."""
    module = program_tree(text)
    nodes = all_in(module) if module is not None else ()
    plain, bound = Counter(_plain(nodes)), Counter(_bound(nodes))
    return frozenset(name for name, number in plain.items() if bound[name] == number)


def _bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names that get something, as often as they do."""
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
            case ast.alias():
                yield (node.asname or node.name).partition(".")[0]


def _plain(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if isinstance(value, _PLAIN):
                yield name
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=called))
            ) if (called in _MAKING):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if isinstance(value, _PLAIN):
                yield name
            case ast.AugAssign(target=ast.Name(id=name)):
                yield name


_PLAIN = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.Constant)
_MAKING = frozenset({"list", "dict", "set", "defaultdict", "deque", "open", "sorted"})


def _pairs(node: ast.AST, plain: frozenset[str]) -> Iterator[tuple[str, set[str]]]:
    match node:
        case ast.Call(args=args, keywords=keywords):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            for number, one in enumerate(args):
                if isinstance(one, _GIVEN):
                    yield _place(called, number), _uncalled(one)
            for keyword in keywords:
                if keyword.arg and isinstance(keyword.value, _GIVEN):
                    yield keyword.arg, _uncalled(keyword.value)
            if called in METHODS and isinstance(node.func, ast.Attribute):
                put = set[str]().union(*(_uncalled(one) for one in args if isinstance(one, _GIVEN)))
                put |= set[str]().union(*(_uncalled(one.value) for one in keywords))
                yield from ((name, put) for name in _held(node.func.value))
        case ast.ImportFrom(names=names):
            yield from ((one.asname, {one.name}) for one in names if one.asname)
        case ast.Assign(targets=targets, value=value):
            kept = _uncalled(value)
            if isinstance(value, ast.Call):
                kept |= {_object(name) for name in _name(value.func)}
            yield from ((name, kept) for target in targets for name in _held(target))
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(
            target=target, value=value
        ):
            yield from ((name, _uncalled(value)) for name in _held(target))
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from ((name, _uncalled(value)) for name in _held(target))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name, _mentioned(node.body, plain)
            given = [*node.args.posonlyargs, *node.args.args]
            for parameter, default in zip(given[::-1], node.args.defaults[::-1], strict=False):
                yield parameter.arg, _uncalled(default)
            yield from _parameters(node.name, given)
        case ast.ClassDef():
            for method in node.body:
                if isinstance(method, _FUNCTIONS) and method.name == "__call__":
                    yield _object(node.name), {method.name, *_mentioned(method.body, plain)}
                if isinstance(method, _FUNCTIONS) and method.name.startswith("__"):
                    yield node.name, _mentioned(method.body, plain)
                    yield from _parameters(node.name, method.args.args)


#: What may hand a function on: itself, or something that has it.
_GIVEN = (
    ast.Name, ast.Attribute, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call, ast.Lambda,
    ast.IfExp, ast.BoolOp, ast.Starred, ast.Subscript, ast.ListComp, ast.GeneratorExp,
)  # fmt: skip


def _held(target: ast.expr) -> Iterator[str]:
    """The names of what gets something: a variable, an attribute, that of which it is an entry."""
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Subscript(value=whole):
            yield from _held(whole)
        case ast.Tuple(elts=inner) | ast.List(elts=inner):
            for one in inner:
                yield from _held(one)


def _uncalled(value: ast.expr) -> set[str]:
    """The names that an expression has of what it doesn't call: `partial(configure)`."""
    if isinstance(value, (ast.Name, ast.Attribute, ast.Constant)):
        return {name for node in all_in(value) for name in _name(node)}
    called = {id(node.func) for node in all_in(value) if isinstance(node, ast.Call)}
    return {name for node in all_in(value) if id(node) not in called for name in _name(node)}


def _place(called: str, number: int) -> str:
    """What stands for an argument of a function that is given by its place."""
    return f"{called}({number})"


def _object(made: str) -> str:
    """What stands for an object of a class."""
    return f"{made}()"


def _parameters(called: str, parameters: list[ast.arg]) -> Iterator[tuple[str, set[str]]]:
    given = [p.arg for p in parameters if p.arg not in ("self", "cls")]
    yield from ((name, {_place(called, number)}) for number, name in enumerate(given))


def _mentioned(body: Iterable[ast.AST], plain: frozenset[str]) -> set[str]:
    """The names in the body of a function; methods that most lists have, of nothing like these."""
    nodes = [node for statement in body for node in all_in(statement)]
    left = {
        id(node)
        for node in nodes
        if isinstance(node, ast.Attribute)
        and node.attr in _OF_ANYTHING
        and (not isinstance(node.value, ast.Name) or node.value.id in plain)
    }
    return {name for node in nodes if id(node) not in left for name in _name(node)}


def _name(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            yield name
        case ast.Attribute(attr=name, ctx=ast.Load()):
            yield name
        case ast.Call(func=ast.Name("getattr"), args=[_, named, *_]) if part := _part(named):
            yield part


def _part(name: ast.expr) -> str:
    """What is known of a name that the run makes, with `*` for the rest; "" where nothing is."""
    match name:
        case ast.Constant(value=str(whole)):
            parts = [whole]
        case ast.JoinedStr(values=values):
            parts = [str(v.value) if isinstance(v, ast.Constant) else "*" for v in values]
        case ast.BinOp(left=ast.Constant(value=str(start)), op=ast.Add()):
            parts = [start, "*"]
        case ast.BinOp(op=ast.Add(), right=ast.Constant(value=str(end))):
            parts = ["*", end]
        case _:
            return ""
    return "" if set(parts) == {"*"} else "".join(parts)
