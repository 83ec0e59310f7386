"""What an argument surely holds that only the run evaluates: arrays in a list, tuple or dict.

def pairs(k):                               batch = pairs(8)
    return [left[:k], right[:k]]            train_on_batch(model, batch[0], batch[1], ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from transpiler.interpret.bindings import calls_giving
from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Static
from transpiler.ir.pipeline import Element, Leaf, Listed
from transpiler.record import record
from transpiler.source.changed_inside import is_declared
from transpiler.source.homes import Callee, Home
from transpiler.source.made_batches import Maker, either, is_list, is_none, present
from transpiler.source.occurrences import Occurrences
from transpiler.source.stores import stores_of
from transpiler.source.suites import own_nodes
from transpiler.source.tree import Tree

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter
    from transpiler.emit.training.shared import Room

_DEPTH = 4  #: of functions whose parameters are arguments of other functions

#: What methods are marked with that are called on their class.
_OF_CLASSES = ("staticmethod", "classmethod")

#: What is read as a whole.
_Room: TypeAlias = "cst.FunctionDef | cst.Lambda | cst.Module"
#: A class, and the module that has it.
_Class: TypeAlias = "tuple[Home, cst.ClassDef]"


def shown(writer: ModelWriter, node: cst.BaseExpression) -> Element | None:
    """What an expression of a room holds; an array, or None, where it isn't seen to be more."""
    return _of_room(writer.shared.file, writer.room, writer.shared.rooms).at(node)


def _of_room(file: FileContext, room: Room, rooms: Sequence[Room]) -> _Shown:
    """What a room holds."""
    home = Home(file.tree.text, file.path, file.tree.module)
    made = home.made.get(room.owner)
    owner = (home, made) if isinstance(made, cst.ClassDef) else None
    of_models = frozenset(id(call.node) for one in rooms for call in one.calls)
    return _Shown(home, room.node, owner, (), _Known(file.tree, of_models))


@record(slots=True)
class _Known:
    """What has been found out about the program so far."""

    tree: Tree  #: of the file that asks
    of_models: frozenset[int]  #: the ids of calls of Keras's methods
    modules: dict[str, _Shown] = field(default_factory=dict)  #: those that are read, by their paths
    #: attributes of classes, by these and their names; such as are asked for are arrays meanwhile
    attributes: dict[tuple[int, str], Element | None] = field(default_factory=dict)


def note_weighed(file: FileContext, rooms: Sequence[Room]) -> None:
    """Note which calls of `fit` validate on triples: arrays, targets and weights."""
    for room in rooms:
        for call in room.calls:
            given = call.given.get("validation_data")
            if given is None or given.node is None or not isinstance(given.value, Static):
                continue
            if not given.value.expr.known:
                held = _of_room(file, room, rooms).at(given.node)
                call.validates_weighed = isinstance(held, tuple) and len(held) == 3


class _Shown(Maker):
    """A function or the module as a whole, which knows what stands around it, too."""

    def __init__(
        self,
        home: Home,
        room: _Room,
        owner: _Class | None,
        around: tuple[cst.CSTNode, ...],
        known: _Known,
    ) -> None:
        super().__init__(room, {}, around)
        self.home = home
        self.owner = owner  #: the class, where it is a method
        self.known = known
        self.made: dict[str, Callee] = {}  #: functions and classes that it has made so far
        self.classes: dict[str, _Class] = {}  #: whose objects its variables hold
        self.flows: dict[str, Element | None] = {}  #: what generators give, by their variables
        self.kept: dict[str, dict[int, Element | None]] = {}  #: what `self` gets, by the targets
        self.empty: set[int] = set()  #: the targets among these that get None

    def outside(self, name: str) -> Element | None:
        """An argument of the calls of a function, or what the module has under a name, once."""
        if isinstance(self.room, cst.Module) or is_declared(name, self.home.text):
            return Leaf()
        if name in _parameters(self.room):
            return self._argument(name)
        found = Occurrences(self.home.text).of(name)
        binds = [place for place in found if place.binds and not place.local]
        return self._module().held.get(name, Leaf()) if len(binds) == 1 else Leaf()

    def _argument(self, name: str) -> Element | None:
        tree = self.known.tree
        if tree.module is not self.home.module or len(self.around) > _DEPTH:
            return Leaf()
        calls = calls_giving(tree, self.room, name, self.known.of_models)
        if not calls:
            return Leaf()
        there = [(caller, given) for caller, given, _ in calls if not is_none(given)]
        return present(
            [self._of_caller(caller, given) for caller, given in there], len(there) < len(calls)
        )

    def _of_caller(self, caller: cst.CSTNode, given: cst.BaseExpression) -> Element | None:
        if not isinstance(caller, (cst.FunctionDef, cst.Module)) or caller in self.around:
            return None
        return _Shown(self.home, caller, None, self.around, self.known).at(given)

    def _module(self) -> _Shown:
        """The module, read to its end, or to where it calls what asks for it."""
        modules = self.known.modules
        if self.home.path not in modules:
            module = _Shown(self.home, self.home.module, None, (), self.known)
            modules[self.home.path] = module
            module.given(cst.Return)
        return modules[self.home.path]

    def define(self, node: Callee) -> None:
        """A function or class by its name."""
        if not isinstance(node, cst.Lambda):
            self.held.pop(node.name.value, None)
            self.made[node.name.value] = node

    def put(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        """Variables may hold objects of the program, too."""
        made = self._made_by(value)
        super().put(target, value)
        if isinstance(value, cst.Name) and value.value == "None":
            self.empty.add(id(target))
        if isinstance(target, cst.Name):
            self.classes.pop(target.value, None)
            self.made.pop(target.value, None)
            self.flows.pop(target.value, None)
            flow = self.called(value, cst.Yield) if isinstance(value, cst.Call) else None
            if flow is not None:
                self.flows[target.value] = either(flow.given(cst.Yield))
            if isinstance(value, cst.Lambda):
                self.made[target.value] = value
            if made is not None:
                self.classes[target.value] = made

    def bind(self, target: cst.BaseExpression, part: Element | None) -> None:
        """Attributes of the object hold something, too."""
        super().bind(target, part)
        match target:
            case cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)):
                self.kept.setdefault(name, {})[id(target)] = part

    def change(self, place: cst.BaseExpression, grows: bool) -> None:
        """`self.columns.append(...)`: a list that an attribute holds."""
        super().change(place, grows)
        match place:
            case cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)):
                self.kept.setdefault(name, {})[-1] = Listed() if grows else None

    def next_of(self, flow: cst.BaseExpression) -> Element | None:
        """What a generator function of the program yields."""
        name = flow.value if isinstance(flow, cst.Name) else ""
        if name in self.flows:
            return self.flows[name]
        outer = not isinstance(self.room, cst.Module) and self._is_outer(name)
        return self._module().flows.get(name, Leaf()) if outer else Leaf()

    def attribute(self, node: cst.Attribute) -> Element | None:
        """What the methods of its class give an attribute of an object."""
        made = self._class_of(node.value)
        if made is None:
            return Leaf()
        found, key = self.known.attributes, (id(made[1]), node.attr.value)
        if key not in found:
            found[key] = Leaf()
            found[key] = self._kept(made, node.attr.value)
        return found[key]

    def _kept(self, made: _Class, name: str) -> Element | None:
        home = made[0]
        where, method = home.methods(made[1]).get(name, (home, None))
        if method is not None:
            read = _Shown(where, method, made, self.around, self.known)
            return either(read.given(cst.Return)) if _is_property(method) else None
        given: dict[int, Element | None] = {}
        empty: set[int] = set()
        for where, method in home.methods(made[1]).values():
            read = _Shown(where, method, made, self.around, self.known)
            read.given(cst.Return)
            given |= read.kept.get(name, {})
            empty |= read.empty
        grown, stores = given.pop(-1, Leaf()), stores_of(home.text)
        if stores is None or stores.attributes[name] != len(given):
            return Leaf()
        parts = [part for target, part in given.items() if target not in empty]
        if grown == Leaf():
            return either(parts) if parts else Leaf()
        return Listed() if is_list(grown) and all(map(is_list, parts)) else None

    def called(
        self, call: cst.Call, kind: type[cst.Yield] | type[cst.Return] = cst.Return
    ) -> Maker | None:
        """The function of the program, or the method, also of another file."""
        found = self._callee(call.func)
        if found is None:
            return None
        home, made, owner = found
        if made in self.around or isinstance(made, cst.ClassDef):
            return None
        if isinstance(made, cst.FunctionDef) and not (_is_plain(made) and own_nodes(made, kind)):
            return None
        return _Shown(home, made, owner, self.around, self.known)

    def _callee(self, node: cst.BaseExpression) -> tuple[Home, Callee, _Class | None] | None:
        """A function or class of the program, and the class where it is a method."""
        match node:
            case cst.Name(value=name) if name in self.made:
                return self.home, self.made[name], None
            case cst.Name(value=name):
                found = self.home.find(name) if self._is_outer(name) else None
                return (*found, None) if found is not None else None
            case cst.Attribute(value=held, attr=cst.Name(name)):
                if isinstance(held, cst.Name) and self._is_outer(held.value):
                    module = self.home.module_at(held.value)
                    found = module.find(name) if module is not None else None
                    if found is not None:
                        return (*found, None)
                if (made := self._class_of(held)) is not None:
                    method = made[0].methods(made[1]).get(name)
                    return (*method, made) if method is not None else None
        return None

    def _is_outer(self, name: str) -> bool:
        """Whether a name is that of the module, as far as it has been read."""
        inside = () if isinstance(self.room, cst.Module) else _parameters(self.room)
        return name not in self.held and name not in inside

    def _class_of(self, node: cst.BaseExpression) -> _Class | None:
        """The class of an object that a variable holds, or that is made there."""
        match node:
            case cst.Name("self"):
                return self.owner
            case cst.Name(value=name):
                inside = not self._is_outer(name) or isinstance(self.room, cst.Module)
                return (self if inside else self._module()).classes.get(name)
        return self._made_by(node)

    def _made_by(self, node: cst.BaseExpression) -> _Class | None:
        """The class of which a call makes an object."""
        found = self._callee(node.func) if isinstance(node, cst.Call) else None
        if found is None or not isinstance(found[1], cst.ClassDef):
            return None
        return found[0], found[1]


def _is_plain(function: cst.FunctionDef) -> bool:
    """Whether a call gives what the text of a function says."""
    marks = [mark.decorator for mark in function.decorators]
    return all(isinstance(m, cst.Name) and m.value in _OF_CLASSES for m in marks)


def _is_property(function: cst.FunctionDef) -> bool:
    """Whether a method is read as an attribute."""
    marks = [mark.decorator for mark in function.decorators]
    return len(marks) == 1 and isinstance(marks[0], cst.Name) and marks[0].value == "property"


def _parameters(function: cst.FunctionDef | cst.Lambda) -> Sequence[str]:
    declared = function.params
    return [p.name.value for p in (*declared.params, *declared.kwonly_params)]
