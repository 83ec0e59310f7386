"""Under which keys a program puts something into dicts that it has by another name.

for options in CONFIGS.values():
    options["loss"] = "mae"              # "loss"

def ease(settings):
    settings.update(rate=0.5)            # "rate"

What such a dict was written out with under that key may be something else by now.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property

from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.effects import ANY, GIVEN, Effect, Scope, effects_of
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_PUTS = frozenset({"update", "setdefault", "pop", "__setitem__", "setitem"})
#: Where nothing like it is in a text, nothing is put under a key.
_MAY_PUT = regex(
    rf"[\"']\][^\n]*=|[\"']\] in\b|\.(?:{'|'.join(sorted(_PUTS))})\(|\bsetitem\("
    r"|\bdel\b[^\n]*[\"']\]"
)
_CALLS = regex(rf"\.(?:{'|'.join(sorted(_PUTS))})\(|\bsetitem\(")
_PLACES = regex(r"\[ *-?\d+ *\] *=(?!=) *[\"']")
#: What gives a new dict.
_MAKERS = frozenset({"dict", "OrderedDict", "defaultdict", "deepcopy", "copy"})


def may_be_put(text: str, key: object) -> bool:
    """Whether a text has something that looks like it: most have not, and need no parsing."""
    if isinstance(key, int):
        return _may_fill_places(text)
    return f'"{key}"]' in text or f"'{key}']" in text or _may_call(text)


@remembered
def _may_fill_places(text: str) -> bool:
    return _PLACES.search(text) is not None


@remembered
def _may_call(text: str) -> bool:
    return _CALLS.search(text) is not None


@remembered
def keys_by_others(text: str) -> frozenset[object]:
    """The keys; of lists, the places that get a text."""
    module = program_tree(text) if _MAY_PUT.search(text) else None
    if module is None:
        return frozenset()
    effects, _ = effects_of(text)
    made = _Made(module)
    return frozenset(k for e in effects for k in _keys(e) if not made.is_direct(e))


@remembered
def opened_by_others(text: str) -> frozenset[str]:
    """The variables in which dicts lie that get something by another name, under whatever key.

    settings = CONFIGS[number]           # "CONFIGS"
    settings.update(overrides)
    """
    module = program_tree(text) if _MAY_OPEN.search(text) else None
    if module is None:
        return frozenset()
    made = _Made(module)
    effects = (e for e in effects_of(text)[0] if _has_any_key(e) and not made.is_direct(e))
    return frozenset(name for effect in effects for name in made.taken_from(effect))


#: A key that isn't written out, or more than one.
_MAY_OPEN = regex(r"\[[^\]\n]*[A-Za-z_][^\n]*=|\.(?:update|__setitem__|setdefault)\(|\|=")


def _has_any_key(effect: Effect) -> bool:
    match effect.node:
        case ast.Subscript(slice=key):
            return not isinstance(key, (ast.Constant, ast.Slice))
        case ast.AugAssign(op=ast.BitOr()):
            return True
        case ast.Assign(value=ast.Attribute(attr="update" | "__setitem__")):
            return True
        case ast.Call(func=ast.Attribute(attr="update"), args=args, keywords=keywords):
            whole = any(keyword.arg is None for keyword in keywords)
            return whole or any(not isinstance(given, ast.Dict) for given in args)
        case ast.Call(func=ast.Attribute(attr="__setitem__" | "setdefault"), args=[key, *_]):
            return not isinstance(key, ast.Constant)
    return False


def _keys(effect: Effect) -> Iterator[object]:
    """The keys under which a place puts something."""
    match effect.node:
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            yield key
        case ast.Assign(targets=targets, value=ast.Constant(value=str())):
            for target in targets:
                match target:
                    case ast.Subscript(slice=ast.Constant(value=int(place))):
                        yield place
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=args) if (
            name in _PUTS
        ):
            yield from (k.arg for k in effect.node.keywords if k.arg is not None)
            for given in args:
                match given:
                    case ast.Constant(value=str(key)):
                        yield key
                    case ast.Dict(keys=keys):
                        yield from (k.value for k in keys if isinstance(k, ast.Constant))


class _Made:
    """Which variables hold nothing but dicts that are made where they get them.

    What stands in classes is another matter: it may run at any time.
    """

    def __init__(self, module: ast.Module) -> None:
        self._module = module
        self._others: dict[ast.AST, set[str]] = {}
        bodies = (one for made in nodes_of_kind(module, ast.ClassDef) for one in made.body)
        self._in_classes = {n for one in bodies for n in all_in(one)}

    def taken_from(self, effect: Effect) -> Iterator[str]:
        """The variables out of which that may be taken on which an effect is."""
        name, *parts = effect.path
        function = effect.scope.owner(name)
        if parts:  # in what lies in it
            yield name
        seen, pending = set[str](), [*self._sources(name, function, bool(parts))]
        if name == "self" and parts:
            pending += self._fields(effect.scope, parts[0])
        elif function is not None and name in effect.scope.parameters:
            pending += self._given_to(getattr(function, "name", ""))
        while pending:
            one = pending.pop()
            if one not in seen:
                seen.add(one)
                yield one
                pending += self._sources(one, function, True)

    def _sources(self, name: str, function: ast.AST | None, inside: bool) -> Iterator[str]:
        """The variables in what another one gets, or in what a function gives it.

        A new dict is none of what it was made of, but `inside` of it that may lie.
        """
        for room in (function, self._module) if function is not None else (self._module,):
            for node in own_nodes(room):
                if isinstance(node, (ast.For, ast.comprehension)):
                    pairs: Iterable[tuple[ast.AST, ast.expr | None]] = [(node.target, node.iter)]
                else:
                    pairs = _bindings(node)
                for target, value in pairs:
                    if value is None or name not in _named(target):
                        continue
                    if inside or not _is_new(value):
                        names = _named(value)
                        yield from names
                        for called in names & self._returns.keys():
                            yield from self._returns[called]

    @cached_property
    def _returns(self) -> dict[str, set[str]]:
        """The variables in what functions give."""
        found: dict[str, set[str]] = {}
        for function in nodes_of_kind(self._module, ast.FunctionDef):
            given = (n.value for n in own_nodes(function) if isinstance(n, (ast.Return, ast.Yield)))
            names = (_named(value) for value in given if value is not None)
            found[function.name] = set[str]().union(*names)
        return found

    def _given_to(self, function: str) -> Iterator[str]:
        """The variables in what calls give a function, or another one that gets it: `map`."""
        for call in nodes_of_kind(self._module, ast.Call):
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if function in {n for one in (call.func, *given) for n in _named(one)}:
                for one in given:
                    yield from _named(one)

    def _fields(self, scope: Scope, attribute: str) -> Iterator[str]:
        """The variables that a class of data gets for an attribute of its objects."""
        name = attribute.removeprefix(".")
        for made in nodes_of_kind(self._module, ast.ClassDef):
            fields = [
                one.target.id
                for one in made.body
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
            ]
            if name in fields and any(one is scope.function for one in made.body):
                yield from self._given_to(made.name)

    def is_direct(self, effect: Effect) -> bool:
        """Whether an effect is on such a variable: who changes that in a function is known, too."""
        name, *parts = effect.path
        if name == GIVEN or ANY in parts[:-1] or effect.node in self._in_classes:
            return False
        scope: Scope | None = effect.scope
        while scope is not None and name not in scope.own:
            scope = scope.outer
        if scope is not None and name in scope.parameters:
            return False
        room = self._module if scope is None or scope.function is None else scope.function
        return name not in self._other_names(room)

    def _other_names(self, room: ast.AST) -> set[str]:
        """The variables of a function or the module that get anything else."""
        if room not in self._others:
            found = self._others[room] = set[str]()
            for node in own_nodes(room):
                for target, value in _bindings(node):
                    for name in all_in(target):
                        if isinstance(name, ast.Name):
                            if name is not target or value is None or not _is_new(value):
                                found.add(name.id)
        return self._others[room]


def _named(node: ast.AST) -> set[str]:
    return {one.id for one in all_in(node) if isinstance(one, ast.Name)}


def _bindings(node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr | None]]:
    """What gets a value in a node, and which one; None of what is taken out of something."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets if not _is_part(target))
        case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield from () if _is_part(target) else ((target, value),)
        case ast.For(target=target) | ast.comprehension(target=target):
            yield target, None
        case ast.withitem(optional_vars=ast.expr() as target):
            yield target, None


def _is_part(target: ast.expr) -> bool:
    return isinstance(target, (ast.Attribute, ast.Subscript))


def _is_new(value: ast.expr) -> bool:
    match value:
        case ast.Dict() | ast.DictComp() | ast.List() | ast.ListComp():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _MAKERS
    return False
