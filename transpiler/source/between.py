"""Whether what an expression reads is the same at two places of a program.

early = EarlyStopping(patience=config["patience"])
relax(config)                                # changes an entry of it, here or in another function
model.fit(x, y, callbacks=[early])           # where the code stands that reads the entry
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache

from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.array_changes import changes_number
from transpiler.source.changed_inside import own_nodes
from transpiler.source.effects import (
    ANY,
    GIVEN,
    Effect,
    Function,
    Scope,
    effects_in,
    may_be_one,
    path_of,
    spelled,
)
from transpiler.source.lexical import blanked, names_in
from transpiler.source.occurrences import Positions
from transpiler.source.paths_read import CALLED, paths_in, paths_read
from transpiler.source.reached import last_name, program_of
from transpiler.source.syntax import all_in

#: What changes entries of something, and none of its attributes: `a += [1]`, `a.append(1)`.
_OF_ENTRIES = (ast.AugAssign, ast.Call)
_ROUNDS = (ast.For, ast.comprehension)
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef)
#: What methods call their object, or its class.
_OWN = ("self", "cls")
#: Calls of Keras, which change nothing of what they are given.
_TRAINING = regex(r"\.(?:compile|fit|evaluate|predict)\((?:[^()]|\([^()]*\))*\)")

#: The variable that gets what is called next: that it gets it, calls nothing.
_TARGET = regex(r"^\s*\w+ = \Z", re.MULTILINE)


def changed_between(
    text: str,
    expression: str,
    begin: int,
    end: int | None,
    own: Collection[str] = (),
    of_arrays: bool = False,
) -> str:
    """What of an expression's values a program changes between two places; "" of nothing.

    The first place is where Keras evaluates it, the second one where the text goes; None is any
    later moment. Names of its `own` are no variables of the program. `of_arrays`: it gives arrays,
    which stay as they are where a list grows that has them.
    """
    paths = [path for path in paths_read(expression) if path[0] not in own]
    return _timeline(text).changed(paths, begin, end, of_arrays=of_arrays)


def changed_paths_between(
    text: str, paths: Iterable[tuple[str, ...]], begin: int, end: int | None
) -> str:
    """The same of variables, with what is reached through them."""
    return _timeline(text).changed(paths, begin, end)


def read_when_called(text: str, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What a function or method of a program reads, also by others of it that it calls.

    And those of other files that it calls, with a `CALLED` behind the last part.
    """
    return [one for one in _timeline(text).read([path], called=True) if one != path]


def is_rebound(text: str, name: str, begin: int, end: int) -> bool:
    """Whether a variable that holds a function holds something else by another place."""
    return _timeline(text).is_rebound(name, begin, end)


def grown_between(text: str, expression: str, begin: int, end: int | None) -> str:
    """The same of changes inside of the lists and dicts that it reads: they stay the same ones."""
    return _timeline(text).changed(paths_read(expression), begin, end, inside=True)


@record(frozen=True, slots=True)
class _Span:
    """What runs between two places: statements of one function, or of the module."""

    scope: Scope
    begin: int
    end: int
    everywhere: bool  #: whether other functions may run besides those that these call
    called: frozenset[str]
    code: str  #: the statements, and the functions that they call


@lru_cache(maxsize=4)
def _timeline(text: str) -> _Timeline:
    return _Timeline(text)


class _Timeline:
    """What happens when in a program, as far as its text tells."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.program = program_of(text)
        module = self.program.tree
        self._positions = at = Positions(text)
        self._first_calls: dict[tuple[Scope, Scope], int] = {}
        effects, scopes = effects_in(module)
        self.effects = [(at.offset(one.line, one.column), one) for one in effects]
        self.outside, *inner = scopes
        self.scopes = [(*at.span(s.function), s) for s in inner if isinstance(s.function, _DEFINED)]
        loops = (n for n in all_in(module) if isinstance(n, (ast.For, ast.While)))
        self.loops = [at.span(loop) for loop in loops]

    def changed(
        self,
        paths: Iterable[tuple[str, ...]],
        begin: int,
        end: int | None,
        inside: bool = False,
        of_arrays: bool = False,
    ) -> str:
        """Which of some paths has another value; or, `inside`, holds something else."""
        read = list(dict.fromkeys(self.read(paths)))
        if not read:
            return ""
        span = self._span(begin, end)
        happens = [one for offset, one in self.effects if self._is_in(span, offset, one)]
        for path in read:
            leaves = _leaves_arrays if of_arrays else _is_of_number
            others = [e for e in happens if not leaves(e, path)]
            kept = of_arrays and any(self._is_kept(span, path, effect) for effect in others)
            if kept or any(self._meets(span, path, effect, inside) for effect in others):
                return spelled(path)
        return ""

    def is_rebound(self, name: str, begin: int, end: int) -> bool:
        """Whether a variable gets another value between two places."""
        span = self._span(begin, end)
        happens = (e for offset, e in self.effects if self._is_in(span, offset, e))
        return any(e.path == (name,) and self._meets(span, (name,), e, False) for e in happens)

    def read(
        self, paths: Iterable[tuple[str, ...]], depth: int = 3, called: bool = False
    ) -> Iterator[tuple[str, ...]]:
        """The paths, and those that functions of the program read which are called there.

        Of methods that it doesn't have, what they are called on, or that they are `called`.
        """
        for path in paths:
            *owner, last = path
            name = last.removesuffix(CALLED).removeprefix(".")
            made: list[Function] = [
                *(f for f in self.program.made.get(name, ()) if isinstance(f, _DEFINED)),
                *(f for f in self.program.lambdas.get(name, ())),
            ]
            is_call = last.endswith(CALLED)
            asked = is_call or len(path) == 1 or any(map(_is_property, made))
            if not (made and asked and depth and is_call):  # others may have it as an attribute
                yield tuple(owner) if is_call and not called else path
            for function in made if depth and asked else ():
                yield from self.read(self._inside(function, owner), depth - 1, called)

    def _inside(self, function: Function, owner: list[str]) -> list[tuple[str, ...]]:
        """What a function reads, or a method of an owner, that it doesn't get."""
        taken = {a.arg for a in all_in(function.args) if isinstance(a, ast.arg)}
        body = [function.body] if isinstance(function, ast.Lambda) else function.body
        inner = [path for statement in body for path in paths_in(statement)]
        if owner:  # a method
            held = self.program.class_of(function)
            inner += [(held, *p[1:]) for p in inner if held and p[0] in _OWN]
            inner = [(*owner, *p[1:]) if p[0] in _OWN else p for p in inner]
        inner += [
            (*given, *path[1:])
            for path in inner
            if path[0] in taken
            for _, given in self._defaults(function, path[0])
        ]
        return [path for path in inner if path[0] not in taken]

    def _span(self, begin: int, end: int | None) -> _Span:
        scope, start, stop = self._scope(begin)
        last = stop if end is None else end
        apart = end is not None and self._scope(end)[0] is not scope
        if apart:
            last = stop
        for first, final in (loop for loop in self.loops if start <= loop[0] < stop):
            holds_begin, holds_end = first <= begin < final, first <= last < final
            if holds_begin and (end is None or last < begin):  # from one round to the next
                begin, last = first, max(last, final)
            elif holds_end and not holds_begin:
                last = final
        everywhere = apart or (end is None and scope.function is not None)
        code = _TARGET.sub("", blanked(self.text[begin:last]))
        called = self.program.called(code)
        bodies = [self._body(s) for _, _, s in self.scopes if _name(s.function) in called]
        code = "\n".join([code, *bodies])
        code = self._outside_code.sub(self._unless_calling, _TRAINING.sub("", code))
        return _Span(scope, begin, last, everywhere, called, code)

    @cached_property
    def _outside_code(self) -> re.Pattern[str]:
        """A call of what is imported, `np.array(x)`."""
        imported = "|".join(map(re.escape, sorted(self.program.imported))) or r"(?!)"
        return re.compile(rf"(?<![\w.])(?:{imported})\.[\w.]+\((?:[^()]|\([^()]*\))*\)")

    def _unless_calling(self, match: re.Match[str]) -> str:
        """Nothing, unless it gets a function of the program, which it may call."""
        return match.group() if names_in(match.group()) & self.program.made.keys() else ""

    def _body(self, scope: Scope) -> str:
        """The statements of a function, without what it takes."""
        assert isinstance(scope.function, _DEFINED)
        first, last = (self._positions.span(scope.function.body[i]) for i in (0, -1))
        return blanked(self.text[first[0] : last[1]])

    def _is_in(self, span: _Span, offset: int, effect: Effect) -> bool:
        """Whether an effect happens in a span."""
        if effect.scope is span.scope:
            return span.begin < offset <= span.end
        scope: Scope | None = effect.scope
        while scope is not None:
            if isinstance(scope.function, ast.Lambda) and self._runs(span, offset, scope.function):
                return True
            if _name(scope.function) in span.called:
                return True
            scope = scope.outer
        return span.everywhere and offset > self._first_call(span.scope, effect.scope)

    def _runs(self, span: _Span, offset: int, function: ast.Lambda) -> bool:
        """Whether a lambda may run in a span: who is given it there, or has its name, calls it."""
        names = self.program.named.get(function, ())
        return span.begin < offset <= span.end or not names_in(span.code).isdisjoint(names)

    def _first_call(self, scope: Scope, caller: Scope) -> int:
        """From where on, in another function or the module, a function may have been called."""
        key = scope, caller
        if key not in self._first_calls:
            names, around = self._called(scope.function), caller.function or self.program.tree
            calls = [
                self._positions.span(node)[0]
                for node in own_nodes(around)
                if isinstance(node, (ast.Name, ast.Attribute))
                and names & self.program.called(last_name(node))
            ]
            first = min(calls, default=len(self.text) if caller.function is None else 0)
            looped = (loop[0] for loop in self.loops if loop[0] <= first < loop[1])
            self._first_calls[key] = min([first, *looped])
        return self._first_calls[key]

    def _scope(self, offset: int) -> tuple[Scope, int, int]:
        """The innermost function around a place, and where it begins and ends."""
        around = [s for s in self.scopes if s[0] <= offset <= s[1]]
        if not around:
            return self.outside, 0, len(self.text)
        first, last, scope = max(around, key=lambda s: s[0])
        return scope, first, last

    def _meets(self, span: _Span, path: tuple[str, ...], effect: Effect, inside: bool) -> bool:
        """Whether an effect is one on a path, or, `inside`, on something in what it leads to."""
        (variable, *parts), (changed, *deeper) = path, effect.path
        if changed == GIVEN:
            given = not (inside and parts) and self._may_be_given(path, deeper[0])
            return given and variable not in self.program.imported
        owner = span.scope.owner(variable)
        same = variable == changed and effect.scope.owner(changed) is owner
        if not deeper:
            return same and not inside
        if span.everywhere and self._is_given(span, path, effect):
            return True
        is_new = getattr(effect.scope.function, "name", "") == "__init__"
        if changed in _OWN and is_new and effect.scope is not span.scope:
            return self._is_heir(span, path, effect)
        if same or variable == changed == "self":
            common = all(may_be_one(a, b) for a, b in zip(parts, deeper, strict=False))
            return common and (len(deeper) > len(parts) or not inside)
        last = deeper[-1]
        if not self._is_reached(span, path, effect):  # another object may keep the same
            return changed in _OWN and bool(({*deeper} - {ANY}) & {*parts})
        if last.startswith("."):
            return not inside and (not parts or last in parts)
        return inside or not parts or any(last == one or ANY in (last, one) for one in parts)

    def _may_be_given(self, path: tuple[str, ...], key: str) -> bool:
        """Whether what a call gives may be what a path leads to, or has on its way."""
        variable, *parts = path
        if not parts:
            return variable in self.program.variables()
        return any(part == key or (ANY in (part, key) and part[0] != ".") for part in parts)

    def _is_reached(self, span: _Span, path: tuple[str, ...], effect: Effect) -> bool:
        """Whether what an effect is on may be what a path of a span leads to, or is led through."""
        variable, changed, room = path[0], effect.path[0], _name(effect.scope.function)
        if changed in _OWN:
            return re.search(rf"\b{re.escape(variable)}\.{room}\(", span.code) is not None
        if variable in span.scope.parameters and effect.scope.owner(changed) is None:
            if room in span.called:
                return True  # the function may have been given what another one knows by itself
        held, owner = self._held(variable, span.scope), span.scope.owner(variable)
        if isinstance(effect.scope.function, ast.Lambda) and effect.on_parameter:
            return True
        if _is_given_to(effect) and effect.scope is not span.scope:
            anywhere = span.everywhere and owner is None
            return anywhere or re.search(_given(path, held), span.code) is not None
        if changed == variable:
            return False  # another one of that name
        if effect.scope.owner(changed) in (None, span.scope.function):
            return changed in held
        if owner is not None or variable in self.program.imported:
            return False
        # what the module's variables hold, by a name that is the function's own
        seen = [n for n in self.program.holding({variable}, "") if not effect.scope.owner(n)]
        return changed in self.program.holding(seen, room, within=True)

    def _is_given(self, span: _Span, path: tuple[str, ...], effect: Effect) -> bool:
        """Whether an effect is on what a call has given for the parameter that a path starts with.

        model = make(options)           trainer = Trainer(3)
        options["rate"] = 0.1           trainer.rate = 0.1
        """
        (variable, *parts), (changed, *_) = path, effect.path
        if variable not in span.scope.parameters or changed in _OWN:
            return False
        if variable in _OWN and parts and (kept := self._kept_from(span.scope, parts[0])):
            begun, parameter = kept
            inner = replace(span, scope=begun)
            if begun is not span.scope and self._is_given(inner, (parameter, *parts[1:]), effect):
                return True
        owner = effect.scope.owner(changed)
        for caller, given in self._arguments(span.scope, variable, effect.scope):
            if given[0] != changed or caller.owner(changed) is not owner:
                continue
            inside = effect.path[len(given) :]
            if variable in _OWN and inside == (ANY,) and isinstance(effect.node, _OF_ENTRIES):
                continue  # an object has attributes
            parallel = (*zip(given, effect.path, strict=False), *zip(parts, inside, strict=False))
            if inside and all(may_be_one(a, b) for a, b in parallel):
                return True
        return False

    def _arguments(
        self, scope: Scope, variable: str, seen: Scope
    ) -> Iterator[tuple[Scope, tuple[str, ...]]]:
        """What calls of a function give for a parameter, and where; of `self`, the objects."""
        function = scope.function
        assert isinstance(function, _DEFINED)
        made = self._classes.get(function)
        if variable in _OWN:
            heirs = {one.name for one in self._heirs(made)}
            yield from ((seen, (n,)) for n in self.program.holding(heirs, _name(seen.function)))
            return
        names = self._called(function)
        yield from self._defaults(function, variable)
        taken = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        place = taken.index(variable) - (made is not None) if variable in taken else len(taken)
        for caller in (self.outside, *(s for _, _, s in self.scopes)):
            for node in own_nodes(caller.function or self.program.tree):
                if (
                    isinstance(node, ast.Call)
                    and (args := self.program.given_by(node, names)) is not None
                ):
                    named = (k.value for k in node.keywords if k.arg == variable)
                    for value in (*args[max(place, 0) :][:1], *named):
                        if given := path_of(value):
                            yield caller, given
                if isinstance(node, ast.Assign) and _gives(function, variable):
                    if isinstance(node.value, ast.Call) and last_name(node.value.func) in names:
                        targets = (n for one in node.targets for n in all_in(one))
                        yield from ((caller, (n.id,)) for n in targets if isinstance(n, ast.Name))

    def _defaults(
        self, function: Function, variable: str
    ) -> Iterator[tuple[Scope, tuple[str, ...]]]:
        """What a parameter is where a call leaves it out."""
        taken = function.args
        args = [*taken.posonlyargs, *taken.args]
        pairs = [*zip(reversed(args), reversed(taken.defaults), strict=False)]
        pairs += [(a, d) for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d]
        for parameter, default in pairs:
            if parameter.arg == variable and (given := path_of(default)):
                yield self.outside, given

    def _kept_from(self, scope: Scope, attribute: str) -> tuple[Scope, str] | None:
        """The `__init__` that keeps a parameter as an attribute of its object, and that."""
        made = self._classes.get(scope.function or self.program.tree)
        for _, _, begun in self.scopes:
            if _name(begun.function) != "__init__" or begun.function is None:
                continue
            if self._classes.get(begun.function) is not made:
                continue
            for node in own_nodes(begun.function):
                match node:
                    case ast.Assign(
                        targets=[ast.Attribute(ast.Name("self"), attr)], value=ast.Name(name)
                    ) if (f".{attr}" == attribute and name in begun.parameters):
                        return begun, name
        return None

    def _called(self, function: Function | None) -> frozenset[str]:
        """What calls of a function say: its name, or the classes that it begins objects of."""
        made = self._classes.get(function or self.program.tree)
        if made is None or _name(function) != "__init__":
            return frozenset({_name(function)})
        return frozenset(one.name for one in self._heirs(made))

    def _heirs(self, made: ast.ClassDef | None) -> list[ast.ClassDef]:
        """A class, and those that derive from it."""
        found = [made] if made is not None else []
        every = list(dict.fromkeys(self._classes.values()))
        for one in found:  # grows
            derived = (c for c in every if one.name in map(last_name, c.bases))
            found += (c for c in derived if c not in found)
        return found

    @cached_property
    def _classes(self) -> dict[ast.AST, ast.ClassDef]:
        """The classes of methods."""
        made = (node for node in all_in(self.program.tree) if isinstance(node, ast.ClassDef))
        return {method: one for one in made for method in one.body if isinstance(method, _DEFINED)}

    def _is_heir(self, span: _Span, path: tuple[str, ...], effect: Effect) -> bool:
        """Whether an effect is on a new object of which the class above has made the rest.

        def __init__(self):
            super().__init__()          # which compiles with `self.rate`
            self.rate = 0.1
        """
        above = self._classes.get(span.scope.function or self.program.tree)
        own = self._classes.get(effect.scope.function or self.program.tree)
        if path[0] not in _OWN or own is above or own not in self._heirs(above):
            return False
        parallel = zip(path[1:], effect.path[1:], strict=False)
        nodes = own_nodes(effect.scope.function or self.program.tree)
        made = [node for node in nodes if last_name(node) == "__init__"]
        first = min((self._positions.span(node)[0] for node in made), default=len(self.text))
        after = self._positions.offset(effect.line, effect.column) > first
        return after and all(may_be_one(a, b) for a, b in parallel)

    def _is_kept(self, span: _Span, path: tuple[str, ...], effect: Effect) -> bool:
        """Whether an effect is on an array that an object, or a function in another, has got.

        holder = Holder(y)          or          def outer():
        holder.bump()                               kept = y
                                                    def bump(): kept[:6] += 3
        """
        scope, changed, room = effect.scope, effect.path[0], _name(effect.scope.function)
        if len(effect.path) == 1 or path[0] in ("self", *self.program.imported):
            return False
        own = span.scope.own - span.scope.parameters if span.scope.function is not None else ()
        objects = self.program.holding({path[0]}, _name(span.scope.function), own=own, stored=True)
        if scope is span.scope or scope.function is None:
            return changed in objects - {path[0]}
        called = "|".join(map(re.escape, objects))
        if effect.on_parameter and re.search(rf"(?<![\w.])(?:{called})\(", span.code):
            return True
        if "self" in scope.parameters and changed in self.program.holding({"self"}, room, True):
            return re.search(rf"(?<![\w.])(?:{called})\.{room}\(", span.code) is not None
        around = scope.owner(changed)
        if around is None or around is scope.function:
            return False
        outside = {*self.program.holding({path[0]}, ""), *_parameters(around)}
        return changed in self.program.holding(outside, _name(around), within=True)

    def _held(self, variable: str, scope: Scope) -> frozenset[str]:
        """The variables that may hold the same; of what is imported, nobody has a part."""
        if variable in self.program.imported:
            return frozenset({variable})
        own = scope.own - scope.parameters if scope.function is not None else ()
        return self.program.holding({variable}, _name(scope.function), own=own)


def _parameters(function: Function) -> set[str]:
    return {one.arg for one in all_in(function.args) if isinstance(one, ast.arg)}


def _leaves_arrays(effect: Effect, path: tuple[str, ...]) -> bool:
    """Whether it only adds to a list, or sets an attribute of what a call gives."""
    if effect.path[0] == GIVEN:
        return effect.path[1].startswith(".")
    return effect.path[0] != path[0] and _grows(effect)


def _is_of_number(effect: Effect, path: tuple[str, ...]) -> bool:
    """Whether it only computes with a number that a function gets: `filters *= width`."""
    node = effect.node
    by_itself = effect.path[0] != path[0] and effect.on_parameter
    return (
        by_itself
        and isinstance(node, ast.AugAssign)
        and (isinstance(node.op, (ast.Mult, ast.Sub)) or changes_number(node))
    )


def _grows(effect: Effect) -> bool:
    """Whether a list gets more elements."""
    match effect.node:
        case ast.Call(func=ast.Attribute(attr="append" | "extend" | "insert")):
            return True
    return False


def _is_property(function: Function) -> bool:
    made = getattr(function, "decorator_list", [])
    return any(last_name(one) in ("property", "cached_property") for one in made)


def _given(path: tuple[str, ...], others: Iterable[str]) -> str:
    """A pattern for arguments that are a part of a path, or of what other variables hold."""
    entry = r"\[[^\]\n]*\]"
    parts = (re.escape(part) if part.startswith(".") else entry for part in path[1:])
    own = re.escape(path[0]) + "".join(f"(?:{part}" for part in parts) + ")?" * (len(path) - 1)
    held = [rf"{re.escape(name)}(?:\.\w+|{entry})*" for name in sorted(others) if name != path[0]]
    # what these builtins give holds nothing of what they get
    before = r"(?<!\bprint\()(?<!\blen\()(?:(?<=[(,=*:{])|(?<=[^\w\])]\[))"  # or in a list
    return rf"{before}\s*(?:{'|'.join([own, *held])})\s*[,)\]}}]"


def _name(function: Function | None) -> str:
    return getattr(function, "name", "")


def _gives(function: Function, name: str) -> bool:
    """Whether a function gives a variable back."""
    returns = (n for n in own_nodes(function) if isinstance(n, ast.Return) and n.value)
    return any(isinstance(n, ast.Name) and n.id == name for one in returns for n in all_in(one))


def _is_given_to(effect: Effect) -> bool:
    """Whether a function has got what it changes, or goes through what it has got."""
    if effect.on_parameter or effect.path[0] not in effect.scope.own:
        return effect.on_parameter
    loops = [n for n in own_nodes(effect.scope.function or effect.node) if isinstance(n, _ROUNDS)]
    drawn = (n for n in loops if effect.path[0] in {one.id for one in _names(n.target)})
    return any(one.id in effect.scope.parameters for n in drawn for one in _names(n.iter))


def _names(node: ast.AST) -> Iterator[ast.Name]:
    return (one for one in all_in(node) if isinstance(one, ast.Name))
