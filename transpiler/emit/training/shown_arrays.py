"""What an argument surely holds that only the run evaluates: arrays in a list, tuple or dict.

def pairs(k):                               batch = pairs(8)
    return [left[:k], right[:k]]            train_on_batch(model, batch[0], batch[1], ...)
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from transpiler.interpret.bindings import calls_giving
from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Function, Namespace, Static, UserClass, Value
from transpiler.ir.pipeline import Element, Leaf
from transpiler.source.changed_inside import is_declared
from transpiler.source.made_batches import Maker, either
from transpiler.source.occurrences import Occurrences
from transpiler.source.plain_functions import imported_function
from transpiler.source.suites import returns_of

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter
    from transpiler.emit.training.shared import Room

_DEPTH = 4  #: of functions whose parameters are arguments of other functions


def shown(writer: ModelWriter, node: cst.BaseExpression) -> Element | None:
    """What an expression of a room holds; an array, or None, where it isn't seen to be more."""
    room = writer.room
    return _Shown(writer.shared.file, room.node, room.owner).at(node)


def note_weighed(file: FileContext, rooms: Sequence[Room]) -> None:
    """Note which calls of `fit` validate on triples: arrays, targets and weights."""
    for room in rooms:
        for call in room.calls:
            given = call.given.get("validation_data")
            if given is None or given.node is None or not isinstance(given.value, Static):
                continue
            if not given.value.expr.known:
                held = _Shown(file, room.node, room.owner).at(given.node)
                call.validates_weighed = isinstance(held, tuple) and len(held) == 3


class _Shown(Maker):
    """A function or the module as a whole, which knows what stands around it, too."""

    def __init__(
        self,
        file: FileContext,
        room: cst.FunctionDef | cst.Lambda | cst.Module,
        owner: str = "",
        around: tuple[cst.CSTNode, ...] = (),
        modules: dict[int, _Shown] | None = None,
    ) -> None:
        super().__init__(room, {}, around)
        self.modules = {} if modules is None else modules  #: those that are read, by their files
        self.file = file
        self.owner = owner
        self.classes: dict[str, UserClass] = {}  #: whose objects its variables hold

    def outside(self, name: str) -> Element | None:
        """An argument of the calls of a function, or what the module has under a name, once."""
        text = self.file.tree.text
        if isinstance(self.room, cst.Module) or is_declared(name, text):
            return Leaf()
        if name in _parameters(self.room):
            calls = calls_giving(self.file.tree, self.room, name) or []
            if len(self.around) > _DEPTH:
                return Leaf()
            return either([self._of_caller(caller, given) for caller, given, _ in calls])
        binds = [place for place in Occurrences(text).of(name) if place.binds and not place.local]
        return self._module().held.get(name, Leaf()) if len(binds) == 1 else Leaf()

    def _of_caller(self, caller: cst.CSTNode, given: cst.BaseExpression) -> Element | None:
        if not isinstance(caller, (cst.FunctionDef, cst.Module)) or caller in self.around:
            return None
        return _Shown(self.file, caller, "", self.around, self.modules).at(given)

    def _module(self) -> _Shown:
        """The module, read to its end, or to where it calls what asks for it."""
        if id(self.file) not in self.modules:
            module = _Shown(self.file, self.file.tree.module, modules=self.modules)
            self.modules[id(self.file)] = module
            module.given(cst.Return)
        return self.modules[id(self.file)]

    def put(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        """Variables may hold objects of the program, too."""
        super().put(target, value)
        if isinstance(target, cst.Name):
            made = self._callee(value.func) if isinstance(value, cst.Call) else None
            self.classes.pop(target.value, None)
            if isinstance(made, UserClass):
                self.classes[target.value] = made

    def called(self, call: cst.Call) -> Maker | None:
        """The function of the program, or the method, also of another file."""
        found = self._callee(call.func)
        if found is None and not _is_held(call.func, self.held):
            plain = imported_function(self.file.tree.module, self.file.path, call.func)
            return None if plain is None else Maker(*plain, self.around)
        if not isinstance(found, Function) or found.node in self.around:
            return None
        made = found.node
        if isinstance(made, cst.FunctionDef) and (made.decorators or not returns_of(made)):
            return None
        home = found.file or self.file
        return _Shown(home, made, found.owner, self.around, self.modules)

    def _callee(self, node: cst.BaseExpression) -> Value | None:
        """A function or class of the program."""
        match node:
            case cst.Name(value=name):
                return None if name in self.held else self.file.globals.get(name)
            case cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)) if self.owner:
                return self.file.class_methods.get(self.owner, {}).get(name)
            case cst.Attribute(value=held, attr=cst.Name(name)):
                if isinstance(module := self._callee(held), Namespace):
                    return module.items.get(name)
                if (made := self._class_of(held)) is not None:
                    home: FileContext = made.file or self.file
                    return home.class_methods.get(made.name, {}).get(name)
        return None

    def _class_of(self, node: cst.BaseExpression) -> UserClass | None:
        """The class of an object that a variable holds, or that is made there."""
        made: Value | None = None
        match node:
            case cst.Call(func=function):
                made = self._callee(function)
            case cst.Name(value=name):
                inside = name in self.held or isinstance(self.room, cst.Module)
                made = (self if inside else self._module()).classes.get(name)
        return made if isinstance(made, UserClass) else None


def _is_held(node: cst.BaseExpression, held: Container[str]) -> bool:
    """Whether it is a variable, or of the object in one."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name) and node.value in held


def _parameters(function: cst.FunctionDef | cst.Lambda) -> Sequence[str]:
    declared = function.params
    return [p.name.value for p in (*declared.params, *declared.kwonly_params)]
