"""Which keywords the calls of a function or method pass, in the texts of a project.

def train(x, **options):            train(x, epochs=3)          FIT = {"epochs": 2, "verbose": 0}
    ...                             train(x, **FIT)             runner.train(x, batch_size=8)

A call counts that may be of the method, where nothing shows what it is called on.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from transpiler.record import record
from transpiler.source.given_options import Program, together
from transpiler.source.syntax import all_in, parts_of, program_tree


@record(frozen=True, slots=True)
class Place:
    """The function and the class around a node, if any."""

    function: ast.FunctionDef | None = None
    owner: str = ""


#: The other texts of a project that import one; or, given a pattern, those that have something of
#: it, and import one of these, or one that does.
Others: TypeAlias = Callable[[str], Iterable[str]]


class Calls:
    """The calls of a text."""

    def __init__(self, text: str, module: ast.Module, imports: bool = False) -> None:
        self.module = module
        self._program = Program(text, module)
        self._imports = imports  #: that what it calls stands in another file
        self._nodes = [*_placed(module)]
        self._bases = {
            n.name: {_last(base) for base in n.bases}
            for n, _ in self._nodes
            if isinstance(n, ast.ClassDef)
        }
        self._texts: Sequence[Calls] = (self,)  #: those of the project that are known together

    def known_with(self, texts: Sequence[Calls]) -> None:
        """Look for classes and functions in these texts, too."""
        self._texts = texts

    def of(self, name: str, owner: str) -> Iterator[tuple[ast.Call, Place]]:
        """The calls of a function, or of a method of a class."""
        for node, place in self._nodes:
            if isinstance(node, ast.Call) and _last(node.func) == name:
                if owner and isinstance(node.func, ast.Attribute):
                    if self._may_be(node.func.value, owner, place):
                        yield node, place
                elif not owner and (self._imports or isinstance(node.func, ast.Name)):
                    yield node, place

    def inherited(self) -> set[str]:
        """The classes that others inherit from."""
        return set[str]().union(*self._bases.values())

    def hands_on(self, name: str) -> bool:
        """Whether a function or class is read without being called."""
        called = {id(node.func) for node, _ in self._nodes if isinstance(node, ast.Call)}
        return any(
            isinstance(node, (ast.Name, ast.Attribute))
            and isinstance(node.ctx, ast.Load)
            and _last(node) == name
            and id(node) not in called
            for node, _ in self._nodes
        )

    def defines_again(self, name: str) -> bool:
        """Whether a text has several functions or classes of a name."""
        made = (n.name for n, _ in self._nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef)))
        return sum(one == name for one in made) > 1

    def keys(self, node: ast.expr) -> frozenset[str] | None:
        """The keys of a dict that a call unpacks."""
        return self._program.keys(node)

    def _may_be(self, receiver: ast.expr, owner: str, place: Place, depth: int = 5) -> bool:
        """Whether an object may be of a class."""
        match receiver:
            case ast.Constant():
                return False
            case ast.Call(func=func):
                name = _last(func)
                if isinstance(func, ast.Attribute) and self._may_give_itself(owner, name):
                    if self._may_be(func.value, owner, place, depth):
                        return True  # `Trainer().compile().fit(x, y)`
                return self._is_kind(name, owner) or name == "super" or self._gives(name, owner)
            case ast.Name(id="self") if place.owner:
                return self._is_kind(place.owner, owner) or self._is_kind(owner, place.owner)
            case ast.Name() | ast.Attribute():
                stored = [*self._stored(_last(receiver), type(receiver))]
                return not stored or any(
                    value is None or depth == 0 or self._may_be(value, owner, place, depth - 1)
                    for value in stored
                )
        return True

    def _may_give_itself(self, owner: str, name: str) -> bool:
        """Whether a method of a class may give its object, as far as the text has the class."""
        methods = [
            node
            for node, place in self._nodes
            if place.owner == owner and isinstance(node, ast.FunctionDef) and node.name == name
        ]
        given = [
            node.value
            for method in methods
            for node in all_in(method)
            if isinstance(node, ast.Return) and node.value is not None
        ]
        return self._imports or any(_starts_at_self(value) for value in given)

    def _is_kind(self, name: str, owner: str) -> bool:
        """Whether a class is another one, or inherits from it."""
        bases = set[str]().union(*(text._bases.get(name, ()) for text in self._texts)) - {name}
        return name == owner or any(self._is_kind(base, owner) for base in bases)

    def _gives(self, name: str, owner: str) -> bool:
        """Whether a function of the texts names a class: it may give one of its kind."""
        made = {n for text in self._texts for n in text._bases}
        kinds = {owner, *(n for n in made if self._is_kind(n, owner))}
        return any(
            isinstance(node, (ast.Name, ast.Attribute)) and _last(node) in kinds
            for text in self._texts
            for node, place in text._nodes
            if place.function is not None and place.function.name == name
        )

    def _stored(self, name: str, kind: type[ast.expr]) -> Iterator[ast.expr | None]:
        """What variables or attributes of a name get; None where that is no plain assignment."""
        for node, _ in self._nodes:
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        if isinstance(target, kind) and _last(target) == name:
                            yield value
                        elif isinstance(target, (ast.Tuple, ast.List)):
                            inside = (t for t in target.elts if isinstance(t, kind))
                            yield from (None for t in inside if _last(t) == name)
                case ast.AnnAssign(target=target, value=value) if isinstance(target, kind):
                    if _last(target) == name:
                        yield value
                case ast.For(target=target) | ast.comprehension(target=target):
                    inner = (t for t in all_in(target) if isinstance(t, kind))
                    yield from (None for t in inner if _last(t) == name)
                case ast.arg(arg=arg) if kind is ast.Name and arg == name:
                    yield None


@record(frozen=True, slots=True)
class CallsIn:
    """The calls in a text and in the others of its project that may call what it defines."""

    of_functions: Sequence[Calls]
    of_methods: Sequence[Calls]  #: with those that import what inherits from its classes


def calls_in(text: str, module: ast.Module, others: Others, methods: Sequence[str]) -> CallsIn:
    """The calls, each text with the classes and functions of all of them."""
    near = [Calls(text, module), *_imported(others(""))]
    named = "|".join(map(re.escape, methods))
    every = [*near, *(_imported(others(rf"\.(?:{named})\(")) if methods else ())]
    for one in every:
        one.known_with(every)
    return CallsIn(near, every)


def _imported(texts: Iterable[str]) -> Iterator[Calls]:
    for text in texts:
        if (module := program_tree(text)) is not None:
            yield Calls(text, module, imports=True)


def _starts_at_self(value: ast.expr) -> bool:
    """Whether an expression is an object itself, or what one of its methods gives."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
    return isinstance(value, ast.Name) and value.id == "self"


@record(frozen=True, slots=True)
class Given:
    """What calls pass by keyword: all that some do, and what surely each does."""

    some: frozenset[str]
    each: frozenset[str]
    positional: frozenset[int | None]  #: how many by position, or None: nothing without any call


def keywords_given(
    texts: Sequence[Calls], name: str, owner: str = "", seen: frozenset[str] = frozenset()
) -> Given | None:
    """What all calls of a function, or of a method, pass; None where that is not known."""
    some: list[frozenset[str] | None] = []
    each: list[frozenset[str]] = []
    positional: set[int | None] = set()
    for text in texts:
        for call, place in text.of(name, owner):
            found = [_keys(texts, text, keyword, place, seen) for keyword in call.keywords]
            if _NEVER in found:
                continue
            some += found
            each.append(frozenset(k.arg for k in call.keywords if k.arg is not None))
            unpacks = any(isinstance(argument, ast.Starred) for argument in call.args)
            positional.add(None if unpacks else len(call.args))
    keys = together(some)
    sure = each[0].intersection(*each[1:]) if each else frozenset[str]()
    return None if keys is None else Given(keys, sure, frozenset(positional))


#: Stands for the keywords of a function that nobody calls, and that hands them on.
_NEVER = frozenset({"**"})


def _keys(
    texts: Sequence[Calls], text: Calls, given: ast.keyword, place: Place, seen: frozenset[str]
) -> frozenset[str] | None:
    """The keywords that an argument stands for; `**kwargs` of a function for those of its calls."""
    if given.arg is not None:
        return frozenset({given.arg})
    function = place.function
    star = None if function is None else function.args.kwarg
    if function is None or star is None or not _is_name(given.value, star.arg):
        return text.keys(given.value)
    if function.name in seen:
        return frozenset()
    found = keywords_given(texts, function.name, place.owner, seen | {function.name})
    if found is not None and not found.positional:
        return _NEVER
    return None if found is None else found.some - parameters(function)


def leaves_out(text: str, owner: str, method: str, parameter: str) -> bool:
    """Whether some call of a method in a text leaves one of its parameters to its default."""
    module = program_tree(text)
    if module is None:
        return False
    defined = (f for o, f in functions_of(module) if (o, f.name) == (owner, method))
    names = [a.arg for f in defined for a in f.args.args][1:]
    place = names.index(parameter) if parameter in names else len(names)
    return any(
        len(call.args) <= place
        and not any(isinstance(argument, ast.Starred) for argument in call.args)
        and not any(keyword.arg in (parameter, None) for keyword in call.keywords)
        for call, _ in Calls(text, module).of(method, owner)
    )


def functions_of(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions and methods of a file, each with the name of its class."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            yield from ((node.name, n) for n in node.body if isinstance(n, ast.FunctionDef))


def parameters(function: ast.FunctionDef) -> frozenset[str]:
    """The names of the parameters that can be given by keyword."""
    return frozenset(a.arg for a in (*function.args.args, *function.args.kwonlyargs))


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _last(node: ast.expr) -> str:
    """The name of a function or class, whatever it is read of."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _placed(module: ast.Module) -> Iterator[tuple[ast.AST, Place]]:
    """All nodes, each with the function and the class around it."""
    pending: list[tuple[ast.AST, Place]] = [(module, Place())]
    while pending:
        node, place = pending.pop()
        yield node, place
        if isinstance(node, ast.FunctionDef):
            place = Place(node, place.owner)
        elif isinstance(node, ast.ClassDef):
            place = Place(None, node.name)
        pending += [(child, place) for child in parts_of(node)]
