"""Methods that a class has otherwise than by a plain `def` in its body, where nobody follows them.

class Log(keras.callbacks.Callback):            Log.on_epoch_end = note
    if DEBUG:                                   setattr(log, "on_epoch_end", note)
        def on_epoch_end(self, epoch): ...      vars(log).update(hooks)
    on_epoch_begin = note
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from transpiler.record import record
from transpiler.source.near import near
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, parts_of, program_tree
from transpiler.source.whereabouts import last_name, of_class

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Scopes whose names are not those of the class that they stand in.
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp,
           ast.GeneratorExp)  # fmt: skip
#: Functions that set an attribute by its name; the last one is that of `mock.patch`.
_SETTING = ("setattr", "__setattr__", "delattr", "__delattr__", "object")
#: What every class has, and what decides which methods it has.
_LOOKUP = "__getattribute__"
#: Methods that are called so in no other classes than callbacks and data: whose they are is clear.
_HOOK = "on_"
_FOLLOWED = "only a plain `def` at the top of the class is followed"
_MAY_SET = re.compile(r"\b(?:setattr|__setattr__|__dict__|vars)\b")


@record(frozen=True, slots=True)
class Setter:
    """What sets an attribute of something, by a name or by one that only the run tells."""

    name: str
    words: frozenset[str]  #: the names in what has the attribute
    held: str  #: the last of these
    owner: str  #: the class of the methods of which that is the object itself, "" of all else
    line: str


@remembered
def patched(text: str, path: str, family: frozenset[str], methods: frozenset[str]) -> str:
    """Which of some methods of a class and its bases is made otherwise, and how; "" if none."""
    if found := _in_body(text, family, methods):
        return found
    searched = {"": text, **(near(text, path) if path else {})}
    for other, said in searched.items():
        if not _may_set(said, methods):
            continue
        known = _names_of(said, family)
        for setter in setters_of(said):
            if setter.owner:
                its = setter.owner in family
            else:
                clear = setter.name.startswith(_HOOK) or (not setter.name and other != "")
                its = clear or not known.isdisjoint(setter.words)
            told = setter.name in methods or not setter.name
            if its and told and (setter.name or _is_named(searched.values(), methods)):
                where = f" in {os.path.basename(other)}" if other else ""
                what = setter.name or "methods by their names"
                return f"`{setter.line}`{where} sets {what}; {_FOLLOWED}"
    return ""


def _names_of(text: str, family: frozenset[str]) -> frozenset[str]:
    """The names under which a text may have a class, or an object of it."""
    called = re.findall(rf"\b(?:{'|'.join(sorted(family))})[ \t]+as[ \t]+(\w+)", text)
    return frozenset[str]().union(*(of_class(text, one) for one in (*sorted(family), *called)))


def _in_body(text: str, family: frozenset[str], methods: frozenset[str]) -> str:
    """The same of what stands in the bodies of the classes."""
    for node in all_in(program_tree(text) or ast.Module([], [])):
        if not isinstance(node, ast.ClassDef) or node.name not in family:
            continue
        for statement in node.body:
            plain = isinstance(statement, _FUNCTIONS)
            for name, part in _bound(statement):
                if name == _LOOKUP or (name in methods and not plain):
                    return f"`{_line(text, part)}` makes {name}; {_FOLLOWED}"
    return ""


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that a statement of a class binds, or takes away, and where."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, node
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name, node
        case ast.alias(name=name, asname=called):
            yield called or name, node
    if not isinstance(node, _SCOPES):
        for part in parts_of(node):
            yield from _bound(part)


def _may_set(text: str, methods: frozenset[str]) -> bool:
    """Whether a text may set one of some methods at all: most don't, and are not parsed."""
    names = "|".join(map(re.escape, sorted(methods)))
    set_here = re.search(rf"\.(?:{names})\b(?!\()|[\"'](?:{names})[\"']", text)
    return set_here is not None or _MAY_SET.search(text) is not None


def _is_named(texts: Iterable[str], methods: frozenset[str]) -> bool:
    """Whether code may have the name of a method from which it sets it, or the beginning of one.

    setattr(log, "on_epoch_" + moment, note)        Log(on_epoch_end=note)
    """
    wanted = {*methods, _HOOK}
    said = (_names_said(text) for text in texts if any(one in text for one in wanted))
    return any(_is_name(name, methods) for names in said for name in names)


def _is_name(name: str, methods: frozenset[str]) -> bool:
    begins = name.startswith(_HOOK) and any(method.startswith(name) for method in methods)
    return name in methods or begins


@lru_cache(maxsize=64)
def _names_said(text: str) -> frozenset[str]:
    """The strings, keywords and functions of a text, whose names may become those of methods."""
    module = program_tree(text)
    if module is None:
        return frozenset()
    nodes = list(all_in(module))
    aside: set[int] = {id(n.value) for n in nodes if isinstance(n, ast.Expr)}
    for node in nodes:
        match node:
            case ast.Call(func=func, keywords=keywords) if last_name(func) == "LambdaCallback":
                aside.update(map(id, keywords))
            case ast.ClassDef(body=body):
                aside.update(map(id, body))
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.Constant(value=str(name)) if id(node) not in aside:
                found.add(name)
            case ast.keyword(arg=str(name)) if id(node) not in aside:
                found.add(name)
            case ast.FunctionDef(name=name) if id(node) not in aside:
                found.add(name)
    return frozenset(found)


@lru_cache(maxsize=64)
def setters_of(text: str) -> tuple[Setter, ...]:
    """What sets attributes in a text, wherever it stands."""
    module = program_tree(text)
    return () if module is None else tuple(_setters_in(text, module, {}, ""))


def _setters_in(text: str, node: ast.AST, own: dict[str, str], made: str) -> Iterator[Setter]:
    """Those in a node; `own` are the classes of the objects of methods, `made` that around it."""
    for name, held in _set_by(node):
        words = frozenset(_words(held))
        owner = own.get(held.id, "") if isinstance(held, ast.Name) else ""
        yield Setter(name, words, last_name(held), owner, _line(text, node))
    if isinstance(node, (*_FUNCTIONS, ast.Lambda)):
        first = [a.arg for a in (*node.args.posonlyargs, *node.args.args)][:1]
        inside = {a.arg: "" for a in all_in(node.args) if isinstance(a, ast.arg)}
        own = {**own, **inside, **(dict.fromkeys(first, made) if made else {})}
    if isinstance(node, ast.ClassDef):
        made = node.name
    elif isinstance(node, (ast.expr, *_FUNCTIONS)):
        made = ""
    for part in parts_of(node):
        yield from _setters_in(text, part, own, made)


def _set_by(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The attribute that a node sets, "" for one that only the run tells, and of what."""
    match node:
        case ast.Attribute(value, name, ast.Store() | ast.Del()):
            yield "" if name == "__dict__" else name, value
        case ast.Call(ast.Attribute(held), [ast.Constant(str(name)), *_]) if _sets(node):
            yield name, held
        case ast.Call(args=[held, ast.Constant(str(name)), *_]) if _sets(node):
            yield name, held
        case ast.Call(args=[held, _, *_]) if _sets(node) and last_name(node.func) != "object":
            yield "", held
        case ast.Subscript(value, ast.Constant(str(name)), ast.Store() | ast.Del()):
            yield from ((name, held) for held in _whole(value))
        case ast.Subscript(value, ctx=ast.Store() | ast.Del()) | ast.Assign(value=value):
            yield from (("", held) for held in _whole(value))
        case ast.Call(ast.Attribute(value, "update" | "setdefault" | "pop" | "clear")):
            yield from (("", held) for held in _whole(value))


def _sets(call: ast.Call) -> bool:
    return last_name(call.func) in _SETTING


def _whole(node: ast.expr) -> Iterator[ast.expr]:
    """What has the attributes that an expression holds all of: `vars(log)`, `log.__dict__`."""
    match node:
        case ast.Attribute(held, "__dict__") | ast.Call(ast.Name("vars"), [held]):
            yield held


def _words(node: ast.expr) -> Iterator[str]:
    for part in all_in(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _line(text: str, node: ast.AST) -> str:
    """The line of a program that a node stands in."""
    number: int = getattr(node, "lineno", 1)
    return text.splitlines()[number - 1].strip()
