"""What functions read besides what they get, and which places of the program change that.

def own(t, p):
    return tf.reduce_mean(tf.square(t - p)) + settings["beta"]

settings["beta"] = 5.0          a change of what `own` reads
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from transpiler.record import record
from transpiler.source.effects import (
    ANY,
    Effect,
    Function,
    Scope,
    effects_in,
    looks_up,
    may_be_one,
    path_of,
    spelled,
)
from transpiler.source.lexical import blanked
from transpiler.source.occurrences import Positions
from transpiler.source.reached import program_of
from transpiler.source.syntax import all_in

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
#: What a name gets once and for all.
_DEFINING = (ast.Import, ast.ImportFrom)
_SELF = ("self", "cls")


@record(frozen=True, slots=True)
class Read:
    """A variable of others, and what is reached through it."""

    path: tuple[str, ...]
    owner: Function | ast.ClassDef | None  #: whose variable it is; of `self`, its class

    def __str__(self) -> str:
        return spelled(self.path)


class Functions:
    """The functions of a program, what they read and what they change."""

    def __init__(self, text: str) -> None:
        self.reached = program_of(text)
        self.module = self.reached.tree
        self._positions = Positions(text)
        self._effects, scopes = effects_in(self.module)
        self._scopes = {s.function: s for s in scopes}
        self.all = [s.function for s in scopes if s.function is not None]

    @cached_property
    def _classes(self) -> dict[ast.AST, ast.ClassDef]:
        """The classes of methods and of what is in these."""
        classes = (n for n in all_in(self.module) if isinstance(n, ast.ClassDef))
        return {node: made for made in classes for node in all_in(made)}

    def function_at(self, begin: int, end: int) -> Function | None:
        """The outermost function whose `def` or `lambda` stands between two offsets."""
        spans = ((self._positions.span(f)[0], f) for f in self.all)
        return next((f for at, f in sorted(spans, key=lambda s: s[0]) if begin <= at < end), None)

    def owner_at(self, name: str, offset: int) -> Function | None:
        """The function whose variable a name is at an offset; None is the module."""
        around = [
            (s, f) for f in self.all for s in [self._positions.span(f)] if s[0] < offset < s[1]
        ]
        inner = max(around, key=lambda one: one[0][0], default=None)
        scope: Scope | None = self._scopes[None if inner is None else inner[1]]
        while scope is not None and scope.outer is not None:
            if name in scope.own and not self._is_of_rounds(scope, name):
                return scope.function
            scope = scope.outer
        return None

    def _is_of_rounds(self, scope: Scope, name: str) -> bool:
        """Whether nothing but comprehensions binds a name of a function: it is theirs."""
        if scope.function is None or name in scope.parameters:
            return False
        whole = set(nodes_in(scope.function))
        rounds = [n for n in whole if isinstance(n, _COMPREHENSIONS)]
        inside = {n for one in rounds for part in one.generators for n in all_in(part.target)}
        named = [n for n in whole if name in (getattr(n, "name", ""), getattr(n, "asname", ""))]
        stores = [n for n in whole if getattr(n, "id", "") == name and _is_stored(n)]
        return bool(stores) and not named and all(node in inside for node in stores)

    def bound_at(
        self, name: str, before: int, kinds: tuple[type[ast.expr], ...] = (ast.Call,)
    ) -> tuple[int, int] | None:
        """The offsets of the last statement above a line that gives a name what a call gives.

        Or what other `kinds` of expressions do.
        """
        found = (
            self._positions.span(node)
            for node in all_in(self.module)
            if isinstance(node, ast.Assign) and isinstance(node.value, kinds)
            if node.lineno < before and any(getattr(t, "id", "") == name for t in node.targets)
        )
        return max(found, default=None)

    def call_at(self, begin: int, end: int) -> ast.Call | None:
        """The call with these offsets."""
        calls = (n for n in all_in(self.module) if isinstance(n, ast.Call))
        return next((c for c in calls if self._positions.span(c) == (begin, end)), None)

    def calls_within(self, begin: int, end: int) -> list[ast.Call]:
        """The calls that stand between two offsets."""
        calls = (n for n in all_in(self.module) if isinstance(n, ast.Call))
        return [c for c in calls if begin <= self._positions.span(c)[0] < end]

    def source(self, function: Function) -> str:
        """The text of a function, with strings and comments made blank."""
        begin, end = self._positions.span(function)
        return self._blanked[begin:end]

    @cached_property
    def _blanked(self) -> str:
        return blanked(self._positions.text)

    def called(self, func: ast.AST) -> list[Function]:
        """The functions that a call may run, or one of them as a value."""
        name = getattr(func, "attr", getattr(func, "id", ""))
        found: list[Function] = []
        for made in self.reached.made.get(name, ()):
            if isinstance(made, ast.ClassDef):
                found += (m for m in made.body if getattr(m, "name", "") == "__init__")  # type: ignore[misc]
            elif isinstance(made, FUNCTIONS) and (
                (made in self._classes) == isinstance(func, ast.Attribute)
            ):
                found.append(made)
        return found

    def reaching(self, functions: Iterable[Function]) -> list[Function]:
        """Functions with those that they call."""
        found: list[Function] = []
        pending = [*functions]
        while pending:
            function = pending.pop()
            if function not in found:
                found.append(function)
                for node in nodes_in(function):
                    pending += self.called(node) if isinstance(node, _READING) else ()
        return found

    def reads(self, functions: Iterable[Function]) -> set[Read]:
        """What some functions read that is not theirs."""
        return {read for function in functions for read in self._reads(function)}

    def _itself(self, function: Function) -> Read | None:
        """The variable that a function is, of the module or another function; None of methods."""
        outer = self._scopes[function].outer
        if isinstance(function, ast.Lambda) or function in self._classes or outer is None:
            return None
        return Read((function.name,), outer.owner(function.name))

    def _reads(self, function: Function) -> Iterator[Read]:
        scope, held = self._scopes[function], set[ast.AST]()
        for node in nodes_in(function):
            if node in held or not isinstance(node, (*_READING, ast.Subscript)):
                continue
            path = path_of(node)
            if not path:
                continue
            held |= set(_within(node))  # `a` of `a.b` is no reading of its own
            if path[0] in _SELF:
                yield Read(path, self._classes.get(function))
            elif not self._is_inside(scope, path[0], function):
                yield Read(path, scope.owner(path[0]))

    def _is_inside(self, scope: Scope, name: str, function: Function) -> bool:
        """Whether a variable belongs to a function, or to one in it."""
        owner = scope.owner(name)
        return owner is not None and (owner is function or owner in set(nodes_in(function)))

    def changes(self, reads: Iterable[Read]) -> dict[ast.AST, Read]:
        """The nodes at which something gets another value that is read."""
        found: dict[ast.AST, Read] = {}
        for read in reads:
            for effect in self._effects:
                if not isinstance(effect.node, _DEFINING) and self._changes(effect, read):
                    found[effect.node] = read
        return found

    def rebindings(self, function: Function) -> dict[ast.AST, Read]:
        """The nodes at which the variable that holds a function gets something else."""
        itself = self._itself(function)
        return (
            {}
            if itself is None
            else {
                effect.node: itself
                for effect in self._effects
                if effect.path == itself.path and effect.scope.owner(effect.path[0]) is itself.owner
            }
        )

    def changing(self, changes: Mapping[ast.AST, Read]) -> Iterator[tuple[str, str]]:
        """The names of functions that have some changes in them, and what each changes."""
        for effect in self._effects:
            if effect.node in changes and (name := getattr(effect.scope.function, "name", "")):
                yield name, str(changes[effect.node])

    def changed_by(self, node: ast.AST) -> list[tuple[str, ...]]:
        """What one node by itself gives another value, as paths."""
        return self._paths.get(node, [])

    @cached_property
    def _paths(self) -> dict[ast.AST, list[tuple[str, ...]]]:
        found: dict[ast.AST, list[tuple[str, ...]]] = {}
        for effect in self._effects:
            found.setdefault(effect.node, []).append(effect.path)
        return found

    def changes_after(self, reads: Iterable[Read], now: int) -> bool:
        """Whether something that is read may change after an offset, or in another function."""
        spans = {f: self._positions.span(f) for f in self.all}
        around = {f for f, (begin, end) in spans.items() if begin < now <= end}
        read = list(reads)
        return any(
            effect.node in found
            and (
                self._positions.offset(effect.line, effect.column) > now
                or effect.scope.function not in (None, *around)
            )
            for found in [self.changes(read)]
            for effect in self._effects
        )

    def own_changes(self, functions: Iterable[Function]) -> str:
        """What functions change that is not theirs, "" if they change nothing."""
        for function in functions:
            inside = set(nodes_in(function))
            itself = {one.arg for one in function.args.args[:1]}.intersection(_SELF)
            for effect in self._effects:
                if effect.node in inside:
                    name = effect.path[0]
                    local = self._is_inside(effect.scope, name, function) and name not in itself
                    if not local:
                        return str(Read(effect.path, None)).removesuffix("[...]")
        return ""

    def _changes(self, effect: Effect, read: Read) -> bool:
        (variable, *parts), (changed, *deeper) = read.path, effect.path
        common = all(may_be_one(a, b) for a, b in zip(parts, deeper, strict=False))
        if variable in _SELF and changed in _SELF:
            made = self._classes.get(effect.node)
            if bool(deeper) and common and not _is_new(effect) and self._are_one(made, read):
                return True
            return len(deeper) > 1 and deeper[-1] in parts  # of an object that this one has
        owner = effect.scope.owner(changed)
        if variable == changed and owner is read.owner:
            return common
        if not deeper or (changed in _SELF and _is_new(effect)):
            return False
        if deeper[-1] != ANY and deeper[-1] in parts:  # another way to it, as far as names tell
            return True
        if deeper[-1] != ANY and not (deeper[-1].startswith("[") and looks_up(parts)):
            return False
        room = getattr(effect.scope.function, "name", "")
        if effect.on_parameter and self._is_given(read, room):
            return True
        aliases = self.reached.holding({variable}, room)
        return changed in aliases and (owner is not None or changed != variable)

    def _is_given(self, read: Read, function: str) -> bool:
        """Whether what is read is given to a function of that name, which changes it in place."""
        names = {read.path[0], *(part.removeprefix(".") for part in read.path[1:2])} - {*_SELF}
        calls = (node for node in all_in(self.module) if isinstance(node, ast.Call))
        given = (
            part
            for call in calls
            if getattr(call.func, "attr", getattr(call.func, "id", "")) == function != ""
            for one in (*call.args, *(keyword.value for keyword in call.keywords))
            for part in all_in(one)
        )
        return any(getattr(part, "id", getattr(part, "attr", "")) in names for part in given)

    def _are_one(self, made: ast.ClassDef | None, read: Read) -> bool:
        """Whether `self` of two classes may be one object."""
        return bool({*self._bases(made)} & {*self._bases(read.owner)})

    def _bases(self, made: ast.AST | None) -> Iterator[ast.AST]:
        """A class with its bases, as far as they are the program's own."""
        pending, seen = [made], set[ast.AST]()
        while pending:
            current = pending.pop()
            if isinstance(current, ast.ClassDef) and current not in seen:
                seen.add(current)
                yield current
                names = (base.id for base in current.bases if isinstance(base, ast.Name))
                pending += (base for name in names for base in self.reached.made.get(name, ()))


_READING = (ast.Name, ast.Attribute)


@lru_cache(maxsize=4)
def functions_of(text: str) -> Functions:
    """The functions of a program."""
    return Functions(text)


def nodes_in(function: Function) -> Iterator[ast.AST]:
    """What runs when a function is called, with the functions in it."""
    for part in [function.body] if isinstance(function, ast.Lambda) else function.body:
        yield from all_in(part)


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _is_stored(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """What a path leads through."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
        yield node


def _is_new(effect: Effect) -> bool:
    """Whether the object is only being made."""
    return getattr(effect.scope.function, "name", "") == "__init__"
