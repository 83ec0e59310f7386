"""What functions give as batches, as far as their text shows it: arrays in tuples, lists, dicts.

inputs = [images[rows], sizes[rows]]
yield inputs, {"price": prices[rows], "sold": sold[rows]}
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import libcst as cst

from transpiler.ir.pipeline import Element, Leaf
from transpiler.source.suites import assigned_names, own_nodes, returns_of

#: Functions of the program by their names.
Functions: TypeAlias = "Mapping[str, cst.FunctionDef]"

#: Nodes that tell what a function gives, or what its variables hold.
_TELLING = (cst.Yield, cst.Return, cst.Assign, cst.AnnAssign, cst.For, cst.CompFor)
#: What may be an array.
_ARRAYS = (
    *(cst.Name, cst.Attribute, cst.Subscript, cst.Call),
    *(cst.BinaryOperation, cst.UnaryOperation, cst.Comparison),
)


def yielded(function: cst.FunctionDef, others: Functions) -> Element | None:
    """What each `yield` of a function gives; None where that isn't seen, or not the same.

    `others` are the functions that it may call.
    """
    return _same(_Maker(others, (function,)).given(cst.Yield))


def returned(function: cst.FunctionDef, others: Functions) -> Element | None:
    """The same of what each `return` gives."""
    return _same(_Maker(others, (function,)).given(cst.Return))


def _same(given: list[Element | None]) -> Element | None:
    return given[0] if given and all(one == given[0] for one in given) else None


class _Maker:
    """A function that makes batches, read from its first line to its last."""

    def __init__(self, others: Functions, around: tuple[cst.FunctionDef, ...]) -> None:
        self.others = others
        self.around = around  #: itself, and the functions that call it
        self.held: dict[str, Element | None] = {}  #: what its variables hold so far

    def given(self, kind: type[cst.Yield] | type[cst.Return]) -> list[Element | None]:
        """What it gives in each place."""
        found = []
        for node in own_nodes(self.around[0], _TELLING):
            if isinstance(node, kind):
                found.append(self._element(node.value))
            elif isinstance(node, cst.Assign):
                for target in node.targets:
                    self._put(target.target, node.value)
            elif isinstance(node, cst.AnnAssign) and node.value is not None:
                self._put(node.target, node.value)
            elif isinstance(node, (cst.For, cst.CompFor)):
                self.held |= dict.fromkeys(assigned_names(node.target), Leaf())
        return found

    def _put(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        """A variable, several ones, or an entry of a dict gets a value."""
        names = assigned_names(target)
        match target, value:
            case cst.Name(value=name), _:
                self.held[name] = self._element(value)
            case (
                cst.Subscript(
                    value=cst.Name(value=name),
                    slice=[cst.SubscriptElement(cst.Index(cst.SimpleString() as key))],
                ),
                _,
            ):
                held, part = self.held.get(name), self._element(value)
                if isinstance(held, dict):
                    entry = str(ast.literal_eval(key.value))
                    self.held[name] = None if part is None else {**held, entry: part}
            case cst.Tuple() | cst.List(), cst.Tuple() | cst.List():
                if len(target.elements) == len(value.elements):
                    for one, of_it in zip(target.elements, value.elements, strict=True):
                        self._put(one.value, of_it.value)
            case cst.Tuple() | cst.List(), _:
                parts = self._element(value)
                if not isinstance(parts, tuple) or len(parts) != len(names):
                    parts = (Leaf(),) * len(names)
                self.held |= zip(names, parts, strict=True)

    def _element(self, value: cst.BaseExpression | cst.From | None) -> Element | None:
        """What an expression gives."""
        match value:
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                parts = [self._element(one.value) for one in elements]
                found = tuple(part for part in parts if part is not None)
                starred = any(isinstance(one, cst.StarredElement) for one in elements)
                return found if len(found) == len(parts) and not starred else None
            case cst.Dict(elements=entries):
                return self._dict(entries)
            case cst.IfExp(body=body, orelse=orelse):
                return _same([self._element(body), self._element(orelse)])
            case cst.Name(value=name):
                return None if name == "None" else self.held.get(name, Leaf())
            case cst.Call() if (made := self._called(value)) is not None:
                return _same(_Maker(self.others, (made, *self.around)).given(cst.Return))
        return Leaf() if isinstance(value, _ARRAYS) else None

    def _dict(self, entries: Sequence[cst.BaseDictElement]) -> Element | None:
        found: dict[str, Element] = {}
        for entry in entries:
            part = self._element(entry.value)
            key = entry.key if isinstance(entry, cst.DictElement) else None
            if part is None or not isinstance(key, cst.SimpleString):
                return None
            found[str(ast.literal_eval(key.value))] = part
        return found

    def _called(self, call: cst.Call) -> cst.FunctionDef | None:
        """The function of the program, or method of the object, that is called."""
        match call.func:
            case cst.Name(value=name) | cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)):
                made = self.others.get(name)
                plain = made is not None and not made.decorators and returns_of(made)
                return made if plain and made not in self.around else None
        return None
