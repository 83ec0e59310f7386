"""Generator functions of modules that are left to themselves, as those see them that train.

# data.py                                       # train.py
def batches(x, y, size):                        from data import batches
    while True: ...                             model.fit(batches(x, y, 32), steps_per_epoch=10)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import libcst as cst

from transpiler.ir.pipeline import Elsewhere, Generated
from transpiler.source.far_frames import reaches_framework
from transpiler.source.homes import Callee, Home, home_at
from transpiler.source.imported import imported_texts, mentions, real_path
from transpiler.source.lexical import imports_framework
from transpiler.source.made_batches import Maker, generator_given, given_alike
from transpiler.source.occurrences import Occurrences
from transpiler.source.remembered import remembered
from transpiler.source.reused_arrays import reused_array
from transpiler.source.set_outside import set_outside
from transpiler.source.stores import stores_of
from transpiler.source.suites import own_nodes

#: Without one of them there is no generator.
_WORDS = ("yield", "__next__", "return ((", "return (\n")
_DEEPEST = 4  #: of modules that only pass on what others have
#: A class, and the module that has it.
_Class: TypeAlias = "tuple[Home, cst.ClassDef]"


@remembered
def generators_in(path: str) -> dict[str, Elsewhere]:
    """What a module has, or passes on, whose calls give generators, by its names."""
    home = home_at(path) if mentions(path, _WORDS) else None
    if home is None:
        return {}
    names = [name for name in dict.fromkeys(_names(home, 0)) if _may_give(home, name)]
    made = ((name, surely(home, name)) for name in names)
    found = {name: _known(*one) for name, one in made if one is not None}
    return {name: known for name, known in found.items() if known is not None}


def _names(home: Home, depth: int) -> Iterator[str]:
    """The names of a module that may be those of functions and classes."""
    yield from (*home.made, *home.imports)
    for star in home.stars if depth < _DEEPEST else ():
        if (other := home.other(star)) is not None:
            yield from _names(other, depth + 1)


def _may_give(home: Home, name: str) -> bool:
    """Whether a name may be one of them: most functions give none, and most imports have none."""
    made = home.made.get(name)
    if isinstance(made, cst.FunctionDef):
        return bool(own_nodes(made, cst.Yield)) or generator_given(made) is not None
    if made is not None or name not in home.imports:
        return True
    module, wanted = home.imports[name]
    other = home.other(module) if wanted else None
    return other is not None and mentions(other.path, _WORDS)


def surely(home: Home, name: str, depth: int = 0) -> tuple[Home, Callee] | None:
    """The function or class that a module surely has under a name, and the module that makes it."""
    if depth > _DEEPEST or set_outside(home.path).fullmatch(name):
        return None
    binds = [p for p in Occurrences(home.text).of(name) if p.binds and not p.local]
    if len(binds) > 1:
        return None
    if name in home.made:
        return (home, home.made[name]) if binds and not _hidden(home, name) else None
    module, wanted = home.imports.get(name, ("", ""))
    if binds:
        other = home.other(module) if wanted else None
        return surely(other, wanted, depth + 1) if other is not None else None
    others = [other for star in reversed(home.stars) if (other := home.other(star)) is not None]
    having = (
        o for o in others if any(p.binds and not p.local for p in Occurrences(o.text).of(name))
    )
    other = next(having, None)
    return surely(other, name, depth + 1) if other is not None else None


def _hidden(home: Home, name: str) -> bool:
    """Whether a star below a definition may bring something else under its name."""
    made = home.made[name]
    place = next((n for n, one in enumerate(home.module.body) if one is made), -1)
    return any("import *" in home.module.code_for_node(s) for s in home.module.body[place + 1 :])


def _known(home: Home, made: Callee) -> Elsewhere | None:
    """What is known of a function or class."""
    if isinstance(made, cst.FunctionDef):
        given = _yielded(home, made, None) if not made.decorators else None
        return Elsewhere(given) if given is not None else None
    if isinstance(made, cst.ClassDef) and not made.decorators and not made.keywords:
        return _of_objects(home, made)
    return None


def _of_objects(home: Home, made: cst.ClassDef) -> Elsewhere | None:
    """What is known of a class: its objects have methods that make generators, or are iterators."""
    methods = home.methods(made)
    following = methods.get("__next__")
    if following is not None and "__iter__" in methods and not made.bases:
        if following[1].decorators or _may_give_tensors(home):
            return None
        refilled = reused_array(home.module.code_for_node(following[1]), "return")
        element = given_alike(_Far(*following, (home, made), ()), cst.Return)
        return Elsewhere(Generated(element, refilled=refilled))
    parts: dict[str, Elsewhere] = {}
    of_class: dict[str, Elsewhere] = {}
    for name, (where, method) in methods.items():
        stores, plain = stores_of(where.text), all(map(_of_class, method.decorators))
        given_once = plain and stores is not None and not stores.attributes[name]
        given = _yielded(where, method, (home, made)) if given_once else None
        if given is not None:
            parts[name] = Elsewhere(given)
            of_class |= {name: parts[name]} if method.decorators else {}
    return Elsewhere(Elsewhere(None, parts), of_class) if parts else None


def _of_class(mark: cst.Decorator) -> bool:
    """Whether a method with this mark is called on its class, too."""
    match mark.decorator:
        case cst.Name("staticmethod" | "classmethod"):
            return True
    return False


def _yielded(home: Home, made: cst.FunctionDef, owner: _Class | None) -> Generated | None:
    """What a function gives that makes a generator; None of any other one."""
    yields, expression = own_nodes(made, cst.Yield), generator_given(made)
    if made.asynchronous is not None or not (yields or expression) or _may_give_tensors(home):
        return None
    if expression is not None and not yields:
        return Generated(_Far(home, made, owner, ()).in_turn(expression))
    refilled = reused_array(home.module.code_for_node(made), "yield")
    return Generated(given_alike(_Far(home, made, owner, ()), cst.Yield), refilled=refilled)


@remembered
def _may_give_tensors(home: Home) -> bool:
    """Whether a module does something with what others have that are about the framework."""
    about = {
        real_path(str(path))
        for path, text in imported_texts(home.text, home.path)
        if imports_framework(text) or reaches_framework(text, str(path))
    }
    for name, (module, _) in home.imports.items() if about else ():
        behind = {real_path(o.path) for o in (home.other(module), home.module_at(name)) if o}
        if not behind.isdisjoint(about) and not _is_read(home, name):
            about -= behind
    return bool(about)


def _is_read(home: Home, name: str) -> bool:
    return any(not place.binds for place in Occurrences(home.text).of(name))


class _Far(Maker):
    """A function or method of such a module, which may call others, also of other modules."""

    def __init__(
        self,
        home: Home,
        room: cst.FunctionDef,
        owner: _Class | None,
        around: tuple[cst.CSTNode, ...],
    ) -> None:
        super().__init__(room, {}, around)
        self.home = home
        self.owner = owner
        self.parameters = {p.name.value for p in (*room.params.params, *room.params.kwonly_params)}

    def called(
        self, call: cst.Call, kind: type[cst.Yield] | type[cst.Return] = cst.Return
    ) -> Maker | None:
        """The function of the project, or method of the object, that is called, and so gives."""
        found, owner = self._callee(call.func)
        home, made = found or (self.home, None)
        if not isinstance(made, cst.FunctionDef) or made in self.around:
            return None
        marks = [m for m in made.decorators if owner is None or not _of_class(m)]
        return None if marks or not own_nodes(made, kind) else _Far(home, made, owner, self.around)

    def _callee(self, node: cst.BaseExpression) -> tuple[tuple[Home, Callee] | None, _Class | None]:
        match node:
            case cst.Attribute(value=cst.Name("self" | "cls"), attr=cst.Name(name)) if self.owner:
                return self.owner[0].methods(self.owner[1]).get(name), self.owner
            case cst.Attribute(value=cst.Name(held), attr=cst.Name(name)) if self._is_outer(held):
                module = self.home.module_at(held)
                return (surely(module, name) if module is not None else None), None
            case cst.Name(name) if self._is_outer(name):
                return surely(self.home, name), None
        return None, None

    def _is_outer(self, name: str) -> bool:
        """Whether a name is that of the module, as far as the function has been read."""
        return name not in self.held and name not in self.parameters
