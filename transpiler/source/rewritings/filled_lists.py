"""Lists of callbacks that the methods of a class fill one by one: written out at once.

class Trainer:                                          class Trainer:
    def __init__(self, patience):                           def __init__(self, patience):
        self.callbacks = []                                     self.callbacks = [
        self.init_callbacks(patience)                               EarlyStopping(patience=3),
                                                                ]
    def init_callbacks(self):
        self.callbacks.append(EarlyStopping(patience=3))
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator

from transpiler.regex import regex
from transpiler.source.imported import locate, read_text
from transpiler.source.lexical import comments_in, words_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, replaced, rewritten
from transpiler.source.stores import names_bound
from transpiler.source.syntax import all_in, program_tree

_FILLS = regex(r"\bself\.(\w*(?:callback|cbs?|cbk)\w*)(?:\.(?:append|extend)\(|\s*\+=)")
_CALLS = frozenset({"fit", "fit_generator"})
#: What calls methods whose names nobody sees.
_HIDDEN = regex(r"\bgetattr\(|\b__getattribute__\b|\b__dict__\b")
_OF_LISTS = frozenset(dir(list))
_NEVER = (
    ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.GeneratorExp, ast.Starred,
)  # fmt: skip


class _Unclear(Exception):
    """What is in the list is not the same whenever it is read, or can't be seen."""


def filled_lists(text: str, path: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with such lists in one statement each, if it has any.

    `others` gives the texts that import it.
    """
    names = {*_FILLS.findall(text)}
    module = program_tree(text) if names and _HIDDEN.search(text) is None else None
    edits: dict[Span, str] = {}
    made: list[str] = []
    for owner in module.body if module is not None else ():
        for name in sorted(names) if isinstance(owner, ast.ClassDef) else ():
            assert module is not None
            assert isinstance(owner, ast.ClassDef)
            try:
                found = _Filled(text, module, owner, name)
                if not found.is_alone(path, others()):
                    continue
                edits |= found.edits()
                made.append(found.written)
            except _Unclear:
                continue
    return rewritten(text, edits, made) if edits else None


class _Filled:
    """A list that an attribute of a class holds."""

    def __init__(self, text: str, module: ast.Module, owner: ast.ClassDef, name: str) -> None:
        self._text, self._module, self._owner, self._name = text, module, owner, name
        self._positions = Positions(text)
        self.written = ""  #: the statement that makes it
        methods = [part for part in owner.body if isinstance(part, ast.FunctionDef)]
        self._home, self._start = self._begin(methods)
        filling = [m for m in methods if m is not self._home and self._adds(m)]
        if self._adds(self._home) == bool(filling) or len(filling) > 1:
            raise _Unclear
        self._by = filling[0] if filling else self._home
        self._gone: list[ast.stmt] = []  #: what is written into the list
        self._locals: dict[str, ast.expr] = {}
        self._arguments: dict[str, str] = {}  #: what the parameters of that method get
        self._given: set[str] = set()  #: the names in these
        self._call = self._called() if filling else None
        self._items: list[tuple[str, ast.stmt]] = []
        self._check_reads(methods)
        self._fill()
        if self._arguments and not self._by_itself():  # it is written there, where these are known
            self._arguments, self._gone, self._items = {}, [], []
            self._fill()

    def _begin(self, methods: list[ast.FunctionDef]) -> tuple[ast.FunctionDef, ast.Assign]:
        """The one statement that gives the attribute a list, and its method."""
        found = [
            (method, one)
            for method in methods
            for one in all_in(method)
            if isinstance(one, ast.Assign) and any(map(self._is_it, one.targets))
        ]
        if len(found) != 1 or found[0][1] not in found[0][0].body:
            raise _Unclear
        method, start = found[0]
        match start.value:
            case ast.List() | ast.Call(func=ast.Name("list"), args=[], keywords=[]):
                if len(start.targets) == 1 and not method.decorator_list:
                    return method, start
        raise _Unclear

    def _is_it(self, node: ast.AST) -> bool:
        match node:
            case ast.Attribute(value=ast.Name("self"), attr=name):
                return name == self._name
        return False

    def _adds(self, node: ast.AST) -> bool:
        """Whether some code puts something into the list."""
        return any(self._added(one) is not None for one in all_in(node))

    def _added(self, node: ast.AST) -> list[ast.expr] | None:
        """What a statement puts at the end of the list, if it does that."""
        match node:
            case ast.Expr(ast.Call(func=ast.Attribute(held, way), args=[value], keywords=[])):
                if not self._is_it(held):
                    return None
                if way == "append":
                    return [value]
                if way == "extend" and isinstance(value, (ast.List, ast.Tuple)):
                    return value.elts
            case ast.AugAssign(target=target, op=ast.Add(), value=ast.List(elts=elements)):
                return elements if self._is_it(target) else None
        return None

    def _called(self) -> ast.Expr:
        """The one call of the method that fills the list, behind what makes it."""
        name = self._by.name
        mentions = [
            n
            for n in all_in(self._module)
            if (isinstance(n, ast.Attribute) and n.attr == name)
            or (isinstance(n, ast.Name) and n.id == name)
        ]
        defined = [
            n for n in all_in(self._module) if isinstance(n, ast.FunctionDef) and n.name == name
        ]
        if len(mentions) != 1 or len(defined) != 1 or self._by.decorator_list:
            raise _Unclear
        body = self._home.body
        for statement in body[body.index(self._start) + 1 :]:
            match statement:
                case ast.Expr(ast.Call(func=func) as call) if func is mentions[0]:
                    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
                        if func.value.id == "self":
                            self._give(call)
                            return statement
        raise _Unclear

    def _give(self, call: ast.Call) -> None:
        """Note what the parameters of the method stand for, which the call gives plain values."""
        taken = self._by.args
        names = [one.arg for one in taken.args][1:]
        given = dict(zip(names, call.args, strict=False))
        given |= {one.arg or "": one.value for one in call.keywords}
        if given.keys() != {*names} or len(call.args) + len(call.keywords) != len(given):
            raise _Unclear
        if taken.posonlyargs or taken.kwonlyargs or taken.vararg or taken.kwarg:
            raise _Unclear
        for value in given.values():
            kinds = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Load)
            if not all(isinstance(one, kinds) for one in all_in(value)):
                raise _Unclear
            self._given |= {one.id for one in all_in(value) if isinstance(one, ast.Name)}
        inside = {one.id for one in all_in(self._by) if isinstance(one, ast.Name)} - {*names}
        if names_bound(self._by) & {*names} or inside & (self._given - {"self"}):
            raise _Unclear
        self._arguments = {name: self._source(value) for name, value in given.items()}

    def _check_reads(self, methods: list[ast.FunctionDef]) -> None:
        """Raise where anything but a training sees the list, or sees it before it is filled."""
        inside = {id(n) for m in methods for n in all_in(m)}
        known = {id(target) for target in self._start.targets}
        trains: set[int] = set()
        for node in all_in(self._by):
            match node:
                case ast.Expr(ast.Call(func=ast.Attribute(held))) if self._added(node) is not None:
                    known.add(id(held))
                case ast.AugAssign(target=held) if self._added(node) is not None:
                    known.add(id(held))
        for node in all_in(self._module):
            match node:
                case ast.Call(func=ast.Attribute(attr=name), keywords=given) if name in _CALLS:
                    values = {id(k.value) for k in given if k.arg == "callbacks"}
                    trains |= values
                case ast.Attribute(value=ast.Attribute() as held, attr=asked):
                    if not self._is_it(held) and asked not in _OF_LISTS:
                        known.add(id(held))  # another object, as lists have no such attribute
        for node in all_in(self._module):
            if isinstance(node, ast.Attribute) and node.attr == self._name:
                reads = id(node) in trains and self._is_it(node) and id(node) in inside
                if not reads and id(node) not in known:
                    raise _Unclear
        body = self._home.body
        last = self._call or [s for s in body if self._adds(s)][-1]
        between = body[body.index(self._start) : body.index(last) + 1]
        asking = {m.name for m in methods if {id(n) for n in all_in(m)} & trains}
        before = set[str]()
        while asking != before:
            before = set(asking)
            asking |= {m.name for m in methods if asking & _methods_in(m)}
        if any({id(n) for n in all_in(s)} & trains or asking & _methods_in(s) for s in between):
            raise _Unclear

    def _fill(self) -> None:
        """Find what is in the list."""
        counts = [n.id for n in all_in(self._by) if isinstance(n, ast.Name)]
        behind = self._by.body.index(self._start) if self._by is self._home else -1
        for statement in self._by.body:
            match statement:
                case ast.Assign(targets=[ast.Name(name)], value=value) if counts.count(name) == 2:
                    self._locals[name] = value
        for statement in self._by.body[behind + 1 :]:
            if self._adds(statement):
                items = self._items_of(statement)
                self._items += [(item, statement) for item in items]
                self._gone.append(statement)
        taken = {n for _, s in self._items for n in words_in(self._source(s))} & {*self._locals}
        pending = [*taken]
        while pending:
            inner = words_in(self._source(self._locals[pending.pop()])) & {*self._locals} - taken
            taken |= inner
            pending += inner
        for statement in self._by.body:
            match statement:
                case ast.Assign(targets=[ast.Name(name)]) if name in taken:
                    self._gone.append(statement)

    def _items_of(self, statement: ast.stmt) -> list[str]:
        """The elements of the list that stand for a statement."""
        if (values := self._added(statement)) is not None:
            return [self._expression(value) for value in values]
        if isinstance(statement, ast.If):
            then, otherwise = (self._list_of(b) for b in (statement.body, statement.orelse))
            return [f"*({then} if {self._expression(statement.test)} else {otherwise})"]
        raise _Unclear

    def _list_of(self, body: list[ast.stmt]) -> str:
        items = [item for statement in body for item in self._items_of(statement)]
        return f"[{', '.join(items)}]"

    def _source(self, node: ast.AST) -> str:
        return ast.get_source_segment(self._text, node) or ""

    def _expression(self, node: ast.expr) -> str:
        """The text of an expression, with what stands for the variables of its method."""
        start, end = self._positions.span(node)
        if any(isinstance(one, _NEVER) for one in all_in(node)):
            raise _Unclear
        if comments_in(self._text[start:end]) or (
            self._text[start:end].count("\n") and _has_text(node)
        ):
            raise _Unclear
        edits = {}
        for one in all_in(node):
            if isinstance(one, ast.Name) and one.id in {**self._locals, **self._arguments}:
                a, b = self._positions.span(one)
                if self._text[a:b] != one.id:  # in an f-string
                    raise _Unclear
                if one.id in self._arguments:
                    edits[a - start, b - start] = self._arguments[one.id]
                    continue
                inner = self._expression(self._locals[one.id])
                plain = isinstance(
                    self._locals[one.id], (ast.Call, ast.Name, ast.Attribute, ast.Constant)
                )
                edits[a - start, b - start] = inner if plain else f"({inner})"
        whole = replaced(self._text[start:end], edits)[0]
        return " ".join(line.strip() for line in whole.split("\n"))

    def is_alone(self, path: str, others: Iterable[str]) -> bool:
        """Whether no other file fills it, or calls what does."""
        names = {self._name, self._by.name} - {"__init__"}
        texts = [*others, *self._above(path)]
        return not any(f".{name}" in one or f"def {name}" in one for one in texts for name in names)

    def _above(self, path: str) -> Iterator[str]:
        """The texts of the classes of other files that this one inherits from."""
        defined = {s.name for s in self._module.body if isinstance(s, ast.ClassDef)}
        if {getattr(base, "id", "") for base in self._owner.bases} <= defined | {"object"}:
            return
        for statement in self._module.body:
            if isinstance(statement, ast.ImportFrom):
                name = f"{'.' * statement.level}{statement.module or ''}"
                found = locate(os.path.dirname(os.path.realpath(path)), name, self._text)
                if found is not None:
                    yield read_text(str(found))

    def edits(self) -> dict[Span, str]:
        """The list in one statement, in the place of all that fills it."""
        at: ast.stmt = self._gone[-1] if not self._by_itself() else self._call or self._gone[-1]
        at = max(self._adding(), key=lambda s: s.lineno) if at in self._gone else at
        margin = " " * at.col_offset
        first = self._start.value.elts if isinstance(self._start.value, ast.List) else []
        items = [*map(self._source, first), *(item for item, _ in self._items)]
        lines = [f"self.{self._name} = [", *(f"{margin}    {one}," for one in items), f"{margin}]"]
        self.written = "\n".join(lines)
        whole = f"{margin}{self.written}\n"
        gone: list[ast.stmt] = [self._start, *self._gone]
        if self._call is not None and self._by_itself():
            gone = [self._start, self._by]
        found: dict[Span, str] = {self._lines(one): "" for one in gone if one is not at}
        found[self._lines(at)] = whole
        return found

    def _adding(self) -> list[ast.stmt]:
        return [s for s in self._gone if self._adds(s)]

    def _by_itself(self) -> bool:
        """Whether the method does nothing but fill the list, with what means the same outside."""
        rest = [s for s in self._by.body if s not in self._gone and not _is_text(s)]
        parsed = ast.parse(f"[{', '.join(item for item, _ in self._items)}]")
        read = {n.id for n in all_in(parsed) if isinstance(n, ast.Name)}
        bound = names_bound(self._home) | {a.arg for a in self._home.args.args}
        return self._call is not None and not rest and not read & (bound - {"self", *self._given})

    def _lines(self, statement: ast.stmt) -> Span:
        """The lines of a statement, which stands there alone; of a method, with those around it."""
        start, end = self._positions.span(statement)
        first, last = self._text.rfind("\n", 0, start) + 1, self._text.find("\n", end) + 1
        last = last or len(self._text)
        if self._text[first:start].strip() or self._text[end:last].strip():
            raise _Unclear
        if isinstance(statement, ast.FunctionDef):
            while self._text[last : self._text.find("\n", last) + 1].isspace():
                last = self._text.find("\n", last) + 1
        return first, last


def _methods_in(node: ast.AST) -> set[str]:
    """The methods of its own object that some code names."""
    found = set()
    for one in all_in(node):
        match one:
            case ast.Attribute(value=ast.Name("self"), attr=name):
                found.add(name)
    return found


def _has_text(node: ast.AST) -> bool:
    """Whether there are strings, which may go over several lines."""
    kinds = (ast.JoinedStr, ast.Constant)
    long = (n for n in all_in(node) if isinstance(n, kinds) and n.lineno != n.end_lineno)
    return any(True for _ in long)


def _is_text(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Constant(str())) | ast.Pass():
            return True
    return False
