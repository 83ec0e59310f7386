"""How many axes the arrays of a program have, also those that its functions give.

from data import load                            def load():
x_train, x_test, y_train, y_test = load()            x, y = load_iris(return_X_y=True)
model.fit(x_train, y_train)                          return train_test_split(x, y)
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import field
from typing import TypeAlias

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.axes import (
    NUMBER,
    Axes,
    Given,
    Held,
    Outer,
    entry,
    of_library,
    of_made,
    of_method,
    part_of_made,
    product,
    together,
)
from transpiler.source.files import Undecodable, program_at
from transpiler.source.imported import locate, real_path
from transpiler.source.remembered import remembered
from transpiler.source.set_outside import set_outside
from transpiler.source.stores import names_bound, stores_of
from transpiler.source.syntax import all_in, python_tree

_CHANGES = regex(r"\.shape\s*=(?!=)|\.resize\(|\bsuppress\(")
_DEPTH = 6  #: of functions that call each other, and of modules that import each other
_MOST = 300  #: calls that are followed for one array
_PATTERNS = (ast.MatchAs, ast.MatchStar)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Names: TypeAlias = "dict[str, Held]"


@record(frozen=True, slots=True, eq=False)
class _Function:
    """A function of the program, a method with its object, or a class."""

    home: _Module
    node: ast.FunctionDef | ast.ClassDef
    owner: _Function | _Object | None = None  #: the class of a method, or an object


@record(frozen=True, slots=True, eq=False)
class _Object:
    """What a call of a class makes."""

    made: _Function
    kept: Names = field(default_factory=dict)  #: the attributes that it has from the beginning


def axes_of(
    text: str, path: str, line: int, expression: str, of_module: bool = False
) -> tuple[int | None, ...] | None:
    """The lengths of the axes of an array where a line of a module or function begins."""
    module = _Module(text, path, 0)
    asked = python_tree(expression)
    if asked is None or not isinstance(asked.body[0], ast.Expr):
        return None
    function = module.function_at(line)
    if function is None:
        run = _Run(module, module.names_above(line), ())
    elif of_module or (names := _parameters(function, None)) is None:
        return None
    else:
        assert isinstance(function.node, ast.FunctionDef)
        run = _Run(module, names, (function.node,))
        run.above(function.node.body, line)
    held = run.value(asked.body[0].value)
    return held.sizes if isinstance(held, Axes) and not run.lost else None


class _Module:
    """A module of the project, and what its names hold."""

    def __init__(self, text: str, path: str, depth: int) -> None:
        self.tree = python_tree(text)
        self.text = text
        self.path = path
        self.depth = depth
        self._last: Names | None = None
        nodes = [*all_in(self.tree)] if self.tree is not None else []
        self._stored = Counter(n.id for n in nodes if isinstance(n, ast.Name) and _stores(n))
        #: names that functions may bind anew
        outer = (n for n in nodes if isinstance(n, (ast.Global, ast.Nonlocal)))
        self.shared = {name for n in outer for name in n.names}
        #: whether the axes of an array may become others in its place
        self.changes = _CHANGES.search(text) is not None

    def names_above(self, line: int) -> Names:
        """What the names hold where the statement begins that stands in a line."""
        run = _Run(self, {}, ())
        run.above(self.tree.body if self.tree is not None else [], line)
        return {} if run.lost else run.names

    def function_at(self, line: int) -> _Function | None:
        """The function or method of a class that a line is in."""
        for statement in self.tree.body if self.tree is not None else ():
            if not statement.lineno <= line <= (statement.end_lineno or 0):
                continue
            if isinstance(statement, ast.FunctionDef):
                return _Function(self, statement)
            made = statement if isinstance(statement, ast.ClassDef) else None
            for method in made.body if made is not None else ():
                if method.lineno <= line <= (method.end_lineno or 0):
                    if isinstance(method, ast.FunctionDef) and made is not None:
                        return _Function(self, method, _Object(_Function(self, made)))
        return None

    def held(self, name: str, always: bool = False) -> Held:
        """What a name holds at last; always: whenever a function reads it."""
        if self._last is None:
            self._last = {}  # while it is looked for
            self._last = self.names_above(0)
        if self.path and set_outside(self.path).fullmatch(name):
            return None
        return None if always and self._stored[name] > 1 else self._last.get(name)

    def imported(self, module: str) -> _Module | None:
        """A module of the project that it imports."""
        if not self.path or self.depth >= _DEPTH:
            return None
        found = locate(os.path.dirname(real_path(self.path)), module, self.text)
        return None if found is None else _module_at(str(found), self.depth + 1)


@remembered
def _module_at(path: str, depth: int) -> _Module | None:
    with suppress(OSError, Undecodable):
        return _Module(program_at(path), path, depth)
    return None


def _bound_in(node: ast.stmt) -> set[str]:
    """The names that something may bind."""
    found = {getattr(n, "name", None) for n in all_in(node) if isinstance(n, _PATTERNS)}
    found |= {n.rest for n in all_in(node) if isinstance(n, ast.MatchMapping)}
    return names_bound(node) | {name for name in found if isinstance(name, str)}


def _suites(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement."""
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _holds(suite: list[ast.stmt], line: int) -> bool:
    return bool(suite) and suite[0].lineno <= line <= (suite[-1].end_lineno or 0)


def _stores(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


class _Run:
    """The statements of a module or function, in the order in which they run."""

    def __init__(
        self,
        home: _Module,
        names: Names,
        around: tuple[ast.AST, ...],
        calls: list[int] | None = None,
    ) -> None:
        self.home = home
        self.names = names
        self.around = around  #: the functions that are running
        self.given: list[Held] = []
        self.kept: Names = {}  #: what attributes get
        self.lost = False  #: whether a line is not found in the statements
        self.calls = calls if calls is not None else [0]  #: how many were followed

    def above(self, body: list[ast.stmt], line: int) -> None:
        """Follow what runs before the statement that begins in a line; 0: all."""
        for statement in body:
            if line and (statement.end_lineno or 0) >= line:
                self._inside(statement, line)
                return
            self.statement(statement)

    def _inside(self, statement: ast.stmt, line: int) -> None:
        """The same in a statement, if the line is inside of that."""
        if statement.lineno >= line or not any(_suites(statement)):
            return
        within = next((s for s in _suites(statement) if _holds(s, line)), None)
        if within is None or isinstance(statement, _SCOPES):
            self.lost = True
            return
        first = isinstance(statement, (ast.With, ast.Try)) and within is statement.body
        if not first and not isinstance(statement, ast.If):
            self._forget(_bound_in(statement))
        for item in statement.items if isinstance(statement, ast.With) else ():
            if item.optional_vars is not None:
                self._bind(item.optional_vars, None)
        self.above(within, line)

    def suite(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """Follow the names through a statement."""
        named = [n for n in all_in(node) if isinstance(n, ast.NamedExpr)]
        self._forget(n.target.id for n in named)
        match node:
            case ast.Assign(targets=targets, value=value):
                held = self.value(value)
                for target in targets:
                    self._bind(target, held)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self.value(value))
            case ast.AugAssign(target=ast.Name(name), value=value, op=op):
                held, other = self.names.get(name), self.value(value)
                whole = isinstance(held, Axes) and held.sizes and not isinstance(op, ast.MatMult)
                in_place = whole and isinstance(held, Axes) and not held.table
                same = in_place or (isinstance(held, Axes) and together(held, other) == held)
                self.names[name] = held if same else None
            case ast.Return(value=value):
                self.given.append(None if value is None else self.value(value))
            case ast.Expr(value=value):
                self.value(value)
            case ast.Import(names=aliases):
                for alias in aliases:
                    self._import(alias)
            case ast.ImportFrom():
                self._import_from(node)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                known = not node.decorator_list and not self.around
                self.names[name] = _Function(self.home, node) if known else None
            case ast.If(test=test, body=body, orelse=orelse):
                self.value(test)
                self._ways([body, orelse])
            case ast.For(target=target, iter=iterable, body=body, orelse=orelse):
                self.value(iterable)
                self._forget(_bound_in(node))
                self._bind(target, None)
                self._ways([body, []])
                self.suite(orelse)
            case ast.While(body=body, orelse=orelse):
                self._forget(_bound_in(node))
                self._ways([body, []])
                self.suite(orelse)
            case ast.With(items=items, body=body):
                for item in items:
                    self.value(item.context_expr)
                    if item.optional_vars is not None:
                        self._bind(item.optional_vars, None)
                self.suite(body)
            case _:
                self._forget(_bound_in(node))
                self.given += [None for n in all_in(node) if isinstance(n, ast.Return)]

    def _ways(self, ways: list[list[ast.stmt]]) -> None:
        """What either of some ways leaves; one that ends the function leaves nothing."""
        before, left = self.names, []
        for body in ways:
            self.names = dict(before)
            self.suite(body)
            if not body or not isinstance(body[-1], (ast.Return, ast.Raise)):
                left.append(self.names)
        first = left[0] if left else before
        same = {n: h for n, h in first.items() if all(one.get(n) == h for one in left)}
        self.names = {**dict.fromkeys(n for one in left for n in one), **same}

    def _forget(self, names: Iterator[str] | set[str]) -> None:
        self.names |= dict.fromkeys(names)

    def _bind(self, target: ast.expr, held: Held) -> None:
        match target:
            case ast.Name(name):
                shared = name in self.home.shared or self.home.changes
                self.names[name] = None if shared else held
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                several = isinstance(held, tuple) and len(held) == len(parts)
                for place, part in enumerate(parts):
                    self._bind(part, held[place] if several and isinstance(held, tuple) else None)
            case ast.Starred(value=inner):
                self._bind(inner, None)
            case ast.Subscript(value=ast.Name(name), slice=ast.Constant(value=str(key))):
                entries = self.names.get(name)
                if isinstance(entries, dict):
                    self._change(name)
                    self.names[name] = {**entries, key: held}
            case ast.Attribute(value=ast.Name(name), attr=attr):
                self.kept[f"{name}.{attr}"] = held
                self._change(name)

    def _change(self, name: str) -> None:
        """Nothing is known of an object that is changed, whatever its name."""
        changed = self.names.get(name)
        if changed is not None and not isinstance(changed, (Outer, _Function)):
            self._forget({n for n, held in self.names.items() if held is changed})

    def _import(self, alias: ast.alias) -> None:
        module = self.home.imported(alias.name)
        if alias.asname is not None or "." not in alias.name:
            self.names[alias.asname or alias.name] = module or Outer(alias.name)
        else:
            root = alias.name.partition(".")[0]
            self.names[root] = None if module is not None else Outer(root)

    def _import_from(self, node: ast.ImportFrom) -> None:
        name = "." * node.level + (node.module or "")
        module = self.home.imported(name)
        for alias in node.names:
            if alias.name == "*":
                brought = {
                    n for n in (module.names_above(0) if module else self.names) if n[0] != "_"
                }
                self.names |= {n: module.held(n) if module is not None else None for n in brought}
                continue
            inner = self.home.imported(f"{name}{'' if name.endswith('.') else '.'}{alias.name}")
            found = module.held(alias.name) if module is not None else inner
            found = inner if found is None else found
            outer = Outer(f"{name}.{alias.name}") if module is None and not node.level else None
            self.names[alias.asname or alias.name] = outer if found is None else found

    def value(self, node: ast.expr) -> Held:
        """What an expression holds."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Constant(value=int() | float() as number):
                return number if type(number) is int else NUMBER
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                held = self.value(operand)
                return -held if type(held) is int else held
            case ast.Name(name):
                return self._name(name)
            case ast.Attribute(value=inner, attr=name):
                return self._attribute(self.value(inner), name)
            case ast.Subscript(value=ast.Attribute(value=inner, attr="iloc" | "loc"), slice=key):
                return entry(self.value(inner), key, self._key(key), True)
            case ast.Subscript(value=inner, slice=key):
                return entry(self.value(inner), key, self._key(key), False)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                held = tuple(self.value(part) for part in parts)
                return None if any(isinstance(p, ast.Starred) for p in parts) else held
            case ast.Dict(keys=keys, values=values):
                texts = [self.value(key) if key is not None else None for key in keys]
                entries = {
                    k: self.value(v) for k, v in zip(texts, values, strict=True) if type(k) is str
                }
                return entries if len(entries) == len(keys) else None
            case ast.BinOp(left=left, right=right, op=ast.MatMult()):
                one, other = self.value(left), self.value(right)
                if not isinstance(one, Axes) or not isinstance(other, Axes):
                    return None
                sizes = product(one.sizes, other.sizes)
                return None if sizes is None else Axes(sizes, one.table)
            case ast.BinOp(left=left, right=right):
                one, other = self.value(left), self.value(right)
                numbers = all(type(h) is int or h == NUMBER for h in (one, other))
                return NUMBER if numbers else together(one, other)
            case ast.Compare(left=left, comparators=[right]):
                found = together(self.value(left), self.value(right))
                return Axes(found.sizes) if isinstance(found, Axes) and not found.table else None
            case ast.IfExp(body=body, orelse=orelse):
                one, other = self.value(body), self.value(orelse)
                return one if one == other else None
            case ast.Call():
                return self._call(node)
        return None

    def _key(self, node: ast.expr) -> Held:
        if isinstance(node, ast.Tuple):
            return tuple(self.value(part) for part in node.elts)
        return self.value(node)

    def _name(self, name: str) -> Held:
        if name in self.names or not self.around:
            return self.names.get(name)
        return self.home.held(name, always=True)

    def _attribute(self, held: Held, name: str) -> Held:
        match held:
            case _Module():
                return held.held(name) or held.imported(f".{name}")
            case Outer(made=True):
                return part_of_made(held.name, name)
            case Outer():
                return Outer(f"{held.name}.{name}")
            case Axes() if name == "shape":
                return tuple(NUMBER if size is None else size for size in held.sizes)
            case Axes() if name == "T":
                return Axes(held.sizes[::-1], held.table)
            case Axes() if name == "values":
                return Axes(held.sizes)
            case _Object() if name in held.kept:
                return held.kept[name] if self._is_steady(held.made, name) else None
            case _Object():
                return _method(held.made, name, held)
            case _Function(node=ast.ClassDef()):
                return _method(held, name, held)
        return None

    def _is_steady(self, made: _Function, name: str) -> bool:
        """Whether nothing gives an attribute of objects another value, as far as this is seen."""
        counts = [stores_of(text) for text in {made.home.text, self.home.text}]
        given = sum(one.attributes[name] for one in counts if one is not None)
        return given == 1 and not any(one is None or one.anything for one in counts)

    def _made(self, made: _Function, given: Given) -> _Object:
        """An object, with what `__init__` gives its attributes."""
        first = _method(made, "__init__", _Object(made))
        if first is None or first.node in self.around or len(self.around) >= _DEPTH:
            return _Object(made)
        names = _parameters(first, given)
        if names is None or not isinstance(first.node, ast.FunctionDef):
            return _Object(made)
        run = _Run(made.home, names, (*self.around, first.node), self.calls)
        run.suite(first.node.body)
        return _Object(made, {k.partition(".")[2]: held for k, held in run.kept.items()})

    def _call(self, node: ast.Call) -> Held:
        given: Given = [("", one, self.value(one)) for one in node.args]
        given += [(k.arg or "**", k.value, self.value(k.value)) for k in node.keywords]
        if isinstance(node.func, ast.Attribute):
            held = self.value(node.func.value)
            method = node.func.attr
            if isinstance(held, Outer) and held.made:
                return of_made(held.name, method, given)
            if held is None or isinstance(held, (Axes, tuple, dict)):
                if not isinstance(held, Axes) or method in ("resize", "setflags", "insert"):
                    self._touch(node.func.value)
                return of_method(held, method, given)
        called = self.value(node.func)
        match called:
            case Outer(made=False):
                return of_library(called.name, given)
            case _Function(node=ast.ClassDef()):
                self._hand(node)
                return self._made(called, given)
            case _Function(node=ast.FunctionDef()):
                self._hand(node)
                return self._result(called, given)
        if isinstance(node.func, ast.Name) and node.func.id in ("len", "int", "float"):
            return NUMBER if node.func.id not in self.names else None
        self._hand(node)
        return None

    def _touch(self, node: ast.expr) -> None:
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        if isinstance(node, ast.Name):
            self._change(node.id)

    def _hand(self, node: ast.Call) -> None:
        """What gets lists and dicts may change them."""
        for one in (*node.args, *(k.value for k in node.keywords)):
            if isinstance(one, ast.Name) and isinstance(self.names.get(one.id), (tuple, dict)):
                self._change(one.id)

    def _result(self, called: _Function, given: Given) -> Held:
        """What a call of a function gives, the same on all of its ways."""
        function = called.node
        assert isinstance(function, ast.FunctionDef)
        if function in self.around or len(self.around) >= _DEPTH or _is_generator(function):
            return None
        names = _parameters(called, given)
        if names is None:
            return None
        self.calls[0] += 1
        if self.calls[0] > _MOST:
            return None
        run = _Run(called.home, names, (*self.around, function), self.calls)
        run.suite(function.body)
        return run.given[0] if run.given and all(g == run.given[0] for g in run.given) else None


def _parameters(called: _Function, given: Given | None) -> Names | None:
    """The parameters of a function, with what a call gives them; None: nobody knows what."""
    function = called.node
    assert isinstance(function, ast.FunctionDef)
    marks = [mark.id for mark in function.decorator_list if isinstance(mark, ast.Name)]
    if len(marks) != len(function.decorator_list) or {*marks} - {"staticmethod", "classmethod"}:
        return None
    arguments = function.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    others = [*arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    bound: Names = dict.fromkeys([*names, *(one.arg for one in others if one is not None)])
    own = _Run(called.home, {}, ())
    defaults = [own.value(default) for default in arguments.defaults]  # constants, as a rule
    by_default = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    if called.owner is not None and marks != ["staticmethod"] and names:
        of_class = called.owner.made if isinstance(called.owner, _Object) else called.owner
        bound[names[0]] = of_class if marks else called.owner
        names = names[1:]
    if given is None or any(k == "**" or isinstance(node, ast.Starred) for k, node, _ in given):
        return bound
    bound |= by_default
    bound |= dict(zip(names, (held for keyword, _, held in given if not keyword), strict=False))
    return bound | {keyword: held for keyword, _, held in given if keyword in bound}


def _method(made: _Function, name: str, of: _Function | _Object) -> _Function | None:
    """A method of a class, where its text alone tells what it is."""
    assert isinstance(made.node, ast.ClassDef)
    own = [s for s in made.node.body if isinstance(s, ast.FunctionDef) and s.name == name]
    return _Function(made.home, own[0], of) if len(own) == 1 else None


def _is_generator(function: ast.FunctionDef) -> bool:
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in all_in(function))
