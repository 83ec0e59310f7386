"""What a program gives values: names, attributes and entries, wherever that happens.

Of each kind it is known how often, so that what is set once means the same wherever it is read.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import field
from functools import lru_cache

from transpiler.record import record
from transpiler.source.changed_inside import CHANGING, METHODS
from transpiler.source.syntax import all_in, program_tree

_METHODS = METHODS | {"__setitem__", "__setattr__"}
_OF_LISTS = frozenset(dir(list))
#: Calls that get parts of the training and only look at them.
_TRAINING = frozenset({"compile", "fit", "fit_generator", "evaluate", "evaluate_generator"})
#: What may give an attribute another value, whatever it is called.
_ANY = frozenset({"setattr", "delattr", "vars", "globals", "exec"})


@record(slots=True)
class Stores:
    """What a program stores, and how it reads attributes."""

    names: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    #: how often an object gets one at most: classes without a common base have other objects
    most: Counter[str] = field(default_factory=Counter)
    #: those that objects have had otherwise before, perhaps: set from outside, or beside a default
    late: set[str] = field(default_factory=set)
    #: of each subscript that is stored: the last name of what has it, and the key, or "*"
    entries: set[tuple[str, str]] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)  #: the last names of what methods change
    anything: bool = False  #: whether attributes are set by names that nobody sees
    reads: Counter[str] = field(default_factory=Counter)  #: of attributes
    given: Counter[str] = field(default_factory=Counter)  #: those as arguments of training
    #: those of which something is asked that no list has
    no_lists: Counter[str] = field(default_factory=Counter)

    def is_steady(self, value: ast.AST) -> bool:
        """Whether all that an expression reads means the same wherever it is read."""
        return not self.anything and all(map(self._is_settled, all_in(value)))

    def is_lasting(self, value: ast.AST, name: str) -> bool:
        """Whether nobody changes what an expression reads of an object after it is evaluated."""
        for node in all_in(value):
            match node:
                case ast.Attribute(value=held, attr=asked) if _is_of(held, name):
                    if self.attributes[asked]:
                        return False
                case ast.Subscript(value=held, slice=key) if _is_of(held, name):
                    if _key(key) == "*":
                        return False
        return True

    def _is_settled(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return self.names[name] <= 1 and name not in self.changed
            case ast.Attribute(attr=name):
                once = self.most[name] <= 1 and name not in self.late
                return once and name not in self.changed
            case ast.Subscript(value=held, slice=key):
                base, wanted = _last(held), _key(key)
                stored = [k for b, k in self.entries if b == base or k == wanted != "*"]
                return not any(k in (wanted, "*") or wanted == "*" for k in stored)
            case ast.NamedExpr() | ast.Await() | ast.Yield():
                return False
        return True


@lru_cache(maxsize=8)
def stores_of(text: str) -> Stores | None:
    """The stores of a program; None where Python can't parse it."""
    program = program_tree(text)
    if program is None:
        return None
    found = Stores()
    for node in all_in(program):
        _note(found, node)
    found.most = _stored_for_one(program, found.attributes)
    for node in program.body:
        if isinstance(node, ast.ClassDef):
            defaults = (n for s in node.body for n in _given_a_default(s))
            found.late |= {name for name in defaults if found.attributes[name]}
    return found


def _stored_for_one(program: ast.Module, total: Counter[str]) -> Counter[str]:
    """How often an object may get each attribute, as its classes and what is outside of them tell.

    Classes that have a base in common, whichever it is, may be those of one object.
    """
    families: list[tuple[set[str], Counter[str]]] = []
    for node in program.body:
        if not isinstance(node, ast.ClassDef):
            continue
        names = {node.name, *(_last(base) for base in node.bases)} - {"object"}
        counts = Counter(
            one.attr
            for one in all_in(node)
            if isinstance(one, ast.Attribute) and isinstance(one.ctx, (ast.Store, ast.Del))
            if isinstance(one.value, ast.Name) and one.value.id == "self"
        )
        for family in [family for family in families if family[0] & names]:
            families.remove(family)
            names |= family[0]
            counts += family[1]
        families.append((names, counts))
    inside = sum((counts for _, counts in families), Counter[str]())
    outside = total - inside
    most = Counter(outside)
    for name in inside:
        most[name] += max(counts[name] for _, counts in families)
    return most


def _given_a_default(statement: ast.stmt) -> list[str]:
    """The attributes for which the body of a class has a value."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _note(found: Stores, node: ast.AST) -> None:
    stored = isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))
    match node:
        case ast.Name(id=name):
            found.names[name] += stored
            found.anything |= name in _ANY
        case ast.Attribute(attr=name, value=held):
            found.attributes[name] += stored
            if stored and not (isinstance(held, ast.Name) and held.id == "self"):
                found.late.add(name)
            found.reads[name] += not stored and not _is_framework(held)
            found.anything |= name == "__dict__"
            if isinstance(held, ast.Attribute) and name not in _OF_LISTS:
                found.no_lists[held.attr] += not _is_framework(held.value)
        case (
            ast.Starred(value=ast.Attribute(attr=name))
            | ast.BinOp(left=ast.Attribute(attr=name), op=ast.Add(), right=ast.List())
            | ast.BinOp(left=ast.List(), op=ast.Add(), right=ast.Attribute(attr=name))
            | ast.Call(func=ast.Name("list" | "tuple"), args=[ast.Attribute(attr=name)])
            | ast.Call(func=ast.Attribute(attr="extend"), args=[ast.Attribute(attr=name)])
        ):
            found.given[name] += 1  # what is in it goes into another list
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found.changed.add(_last(node.func.value))
        case ast.Subscript(value=held, slice=key) if stored:
            found.entries.add((_last(held), _key(key)))
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            found.names.update(dict.fromkeys(names, 2))
        case ast.ExceptHandler(name=str(name)):
            found.names[name] += 1
        case ast.Assign(value=ast.Attribute(attr=method, value=held)) if method in _METHODS:
            found.changed.add(_last(held))  # which is called by that name
        case ast.Call(func=ast.Attribute(attr=method, value=held), args=args, keywords=keywords):
            if method in _METHODS:
                found.changed.add(_last(held))
            if args and ast.unparse(node.func) in CHANGING:
                found.changed.add(_last(args[0]))
            if isinstance(held, ast.Name) and held.id == "self":
                found.given[method] += 1  # a loss that is called by hand
            if method in _TRAINING:
                for value in (*args, *(k.value for k in keywords)):
                    found.given.update(_attributes(value))


def _attributes(value: ast.expr) -> list[str]:
    """The attributes that an argument is, or a list of them holds."""
    if isinstance(value, (ast.List, ast.Tuple)):
        return [name for element in value.elts for name in _attributes(element)]
    if isinstance(value, ast.BinOp):
        sides = [value.left, value.right]
        if any(isinstance(side, ast.List) for side in sides):  # another list is made of these
            sides = [side for side in sides if not isinstance(side, ast.Attribute)]
        return [name for side in sides for name in _attributes(side)]
    return [value.attr] if isinstance(value, ast.Attribute) else []


def _is_framework(held: ast.expr) -> bool:
    """Whether it is `keras`, or `tf.keras`: what these have is no attribute of the program."""
    return _last(held) in ("keras", "tf", "tensorflow", "backend", "K")


def _last(held: ast.expr) -> str:
    match held:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=inner):
            return _last(inner)
    return ""


def _is_of(held: ast.expr, name: str) -> bool:
    """Whether it is an object of a name, or a part of it."""
    match held:
        case ast.Attribute(value=inner) | ast.Subscript(value=inner):
            return _is_of(inner, name)
    return isinstance(held, ast.Name) and held.id == name


def _key(key: ast.expr) -> str:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "*"


def names_bound(body: ast.AST) -> set[str]:
    """The names that some statements bind, those of functions in them too."""
    found = set()
    for node in all_in(body):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.FunctionDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=given):
                found.add(given or name.partition(".")[0])
    return found
