"""What functions give as batches, as far as their text shows it: arrays in tuples, lists, dicts.

inputs = [images[rows], sizes[rows]]
yield inputs, {"price": prices[rows], "sold": sold[rows]}

columns = [table[name].values for name in names]     # of which nobody sees how many there are
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import libcst as cst

from transpiler.ir.pipeline import Columns, Element, Leaf, Listed
from transpiler.source.changed_inside import METHODS
from transpiler.source.children import children_of
from transpiler.source.suites import own_nodes

#: Functions of the program by their names.
Functions: TypeAlias = "Mapping[str, cst.FunctionDef]"

#: Functions of numpy that cut an array into a list of some.
_SPLITTING = frozenset({"split", "array_split", "hsplit", "vsplit", "dsplit"})
#: What may be an array.
_ARRAYS = (
    *(cst.Name, cst.Attribute, cst.Subscript, cst.Call),
    *(cst.BinaryOperation, cst.UnaryOperation, cst.Comparison),
)


def yielded(function: cst.FunctionDef, others: Functions) -> Element | None:
    """What each `yield` of a function gives; None where that isn't seen, or not the same.

    `others` are the functions that it may call.
    """
    return given_alike(Maker(function, others), cst.Yield)


def returned(function: cst.FunctionDef, others: Functions) -> Element | None:
    """The same of what each `return` gives."""
    return given_alike(Maker(function, others), cst.Return)


def generator_given(function: cst.FunctionDef) -> cst.GeneratorExp | None:
    """The generator expression of tuples that a function gives; Keras takes no others.

    return ((images[rows], labels[rows]) for rows in batches)
    """
    match own_nodes(function, cst.Return):
        case [cst.Return(value=cst.GeneratorExp(elt=cst.Tuple()) as made)]:
            return made
    return None


def given_alike(made: Maker, kind: type[cst.Yield] | type[cst.Return]) -> Element | None:
    """What each place of what is read gives; None where that isn't seen, or not the same."""
    return _same(made.given(kind))


def returned_or_part(function: cst.FunctionDef, others: Functions) -> tuple[Element | None, bool]:
    """The same, and whether some places give but the first part of it.

    if self.to_fit:
        return images, labels
    return images
    """
    given = Maker(function, others).given(cst.Return)
    whole = next((one for one in given if isinstance(one, tuple)), None)
    if whole is None or len(whole) < 2 or isinstance(whole[0], tuple):
        return _same(given), False
    return _same([whole if one == whole[0] else one for one in given]), whole[0] in given


def _same(given: Sequence[Element | None]) -> Element | None:
    return given[0] if given and all(one == given[0] for one in given) else None


def either(given: Sequence[Element | None]) -> Element | None:
    """The same of several; of lists of arrays that differ in their lengths, a list of some."""
    same = _same(given)
    return Listed() if same is None and given and all(map(is_list, given)) else same


def present(given: Sequence[Element | None], absent: bool) -> Element | None:
    """The same of several where it may be `absent` as well: who finds None does without it."""
    found = either(given)
    return None if absent and isinstance(found, Leaf) else found


def is_none(node: cst.CSTNode) -> bool:
    """Whether an expression is `None` itself."""
    return isinstance(node, cst.Name) and node.value == "None"


def is_list(element: Element | None) -> bool:
    """Whether it is a list or tuple of nothing but arrays."""
    if isinstance(element, tuple):
        return all(isinstance(part, Leaf) for part in element)
    return isinstance(element, Listed)


def _leaves(branch: cst.If | cst.Else | None) -> bool:
    """Whether nothing comes behind a branch, whichever of its ways is taken."""
    if isinstance(branch, cst.If):
        return _ends(branch.body) and _leaves(branch.orelse)
    return branch is not None and _ends(branch.body)


def _ends(suite: cst.BaseSuite) -> bool:
    """Whether a suite ends the function or the round of a loop."""
    line = suite.body[-1] if suite.body else None
    last = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else line
    return isinstance(last, (cst.Return, cst.Raise, cst.Continue))


def _has(held: Element | None, part: Element) -> bool:
    """Whether a tuple or dict is another one, or has it somewhere inside."""
    inside = held.values() if isinstance(held, dict) else held if isinstance(held, tuple) else ()
    return held is part or any(_has(one, part) for one in inside)


class Maker:
    """A function that makes batches, or the module, read from its first line to its last."""

    def __init__(
        self,
        room: cst.FunctionDef | cst.Lambda | cst.Module,
        others: Functions,
        around: tuple[cst.CSTNode, ...] = (),
    ) -> None:
        self.room: cst.FunctionDef | cst.Lambda | cst.Module = room
        self.others = others
        self.around = (room, *around)  #: itself, and the functions that call it
        self.held: dict[str, Element | None] = {}  #: what its variables hold so far
        self.absent: set[str] = set()  #: those among them that hold `None`
        self.wanted: cst.BaseExpression | None = None  #: an expression of which it is asked
        self.met: list[Element | None] = []  #: what it holds where it is met

    def given(self, kind: type[cst.Yield] | type[cst.Return]) -> list[Element | None]:
        """What it gives in each place."""
        found: list[Element | None] = []
        if isinstance(self.room, cst.Lambda):
            return [self._element(self.room.body)]
        body = self.room if isinstance(self.room, cst.Module) else self.room.body
        self._read(body, kind, found)
        return found

    def at(self, node: cst.BaseExpression) -> Element | None:
        """What an expression in it holds."""
        self.wanted = node
        self.given(cst.Return)
        return either(self.met) if self.met else None

    def in_turn(self, made: cst.GeneratorExp) -> Element | None:
        """What a generator expression, which it ends with, gives each time."""
        self.given(cst.Return)
        loop: cst.CompFor | None = made.for_in
        while loop is not None:
            self.bind(loop.target, self.each(loop.iter))
            loop = loop.inner_for_in
        return self._element(made.elt)

    def outside(self, name: str) -> Element | None:
        """What a variable is that it has not bound: an array, perhaps."""
        return Leaf()

    def _read(
        self,
        node: cst.CSTNode,
        kind: type[cst.Yield] | type[cst.Return],
        found: list[Element | None],
    ) -> None:
        """Follow the variables through a statement; functions in it are left out."""
        if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            self.define(node)
            return
        if node is self.wanted:
            self.met.append(self._element(self.wanted))
        if isinstance(node, cst.If):
            self._branch(node, kind, found)
            return
        if isinstance(node, (cst.For, cst.CompFor)):
            self.bind(node.target, self.each(node.iter))
        if isinstance(node, (cst.For, cst.While)):  # a round begins with what the last one left
            self._read(node.body, kind, found)
        for child in children_of(node):
            self._read(child, kind, found)
        match node:
            case cst.Yield() | cst.Return() if isinstance(node, kind):
                found += self._given(node.value)
            case cst.Assign(targets=targets, value=value):
                for target in targets:
                    self.put(target.target, value)
            case cst.AnnAssign(target=place, value=cst.BaseExpression() as value):
                self.put(place, value)
            case cst.AugAssign(target=place, value=value):
                self._add(place, value)
            case cst.Call(func=cst.Attribute(value=place, attr=cst.Name(method))):
                if method in METHODS:
                    self._change(place, method, [argument.value for argument in node.args])

    def _branch(
        self,
        node: cst.If,
        kind: type[cst.Yield] | type[cst.Return],
        found: list[Element | None],
    ) -> None:
        """Behind a branch, a variable is known where both ways leave the same in it."""
        self._read(node.test, kind, found)
        before, absent = dict(self.held), set(self.absent)
        self._read(node.body, kind, found)
        chosen, self.held = self.held, before
        unset, self.absent = self.absent, absent
        if node.orelse is not None:
            self._read(node.orelse, kind, found)
        if _leaves(node.orelse):
            self.held, self.absent = chosen, unset
        elif not _ends(node.body):
            for name in chosen.keys() | self.held.keys():
                either_way = ((chosen, unset), (self.held, self.absent))
                there = [held.get(name, Leaf()) for held, gone in either_way if name not in gone]
                self.held[name] = present(there, len(there) < 2)
            self.absent &= unset

    def _add(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        """`images /= 255`: an array stays one; a tuple or list gets longer."""
        part = self._element(value)
        added = isinstance(value, (cst.Integer, cst.Float)) or part == Leaf()
        held = self.held.get(target.value, Leaf()) if isinstance(target, cst.Name) else Leaf()
        if isinstance(target, cst.Name) and is_list(held) and is_list(part):
            self._forget(target)
            self.held[target.value] = Listed()
        elif not added or held != Leaf():
            self._forget(target)

    def _change(
        self, place: cst.BaseExpression, method: str, arguments: list[cst.BaseExpression]
    ) -> None:
        """`columns.append(table[name])`: a list of arrays stays one, of whatever length."""
        parts = [self._element(one) for one in arguments]
        fits = {"append": parts == [Leaf()], "extend": len(parts) == 1 and is_list(parts[0])}
        fits["insert"] = parts[1:] == [Leaf()]
        self.change(place, fits.get(method, False))

    def change(self, place: cst.BaseExpression, grows: bool) -> None:
        """A list or dict is changed; `grows` where a list of arrays gets more of them."""
        held = self.held.get(place.value) if isinstance(place, cst.Name) else None
        self._forget(place)
        if isinstance(place, cst.Name) and is_list(held) and grows:
            self.held[place.value] = Listed()

    def _forget(self, place: cst.BaseExpression) -> None:
        """Nothing is known any more of a variable, and of what holds the same list or dict."""
        while isinstance(place, (cst.Subscript, cst.Attribute)):
            place = place.value
        if isinstance(place, cst.Name):
            changed = self.held.get(place.value)
            self.held[place.value] = None
            for name, held in self.held.items():
                if isinstance(changed, (tuple, dict)) and _has(held, changed):
                    self.held[name] = None

    def define(self, node: cst.FunctionDef | cst.Lambda | cst.ClassDef) -> None:
        """A function or class stands there."""

    def put(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        """A variable, several ones, or an entry of a dict gets a value."""
        match target, value:
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
                    self._forget(target)
                    self.held[name] = None if part is None else {**held, entry: part}
            case cst.Subscript(value=cst.Name(value=name)), _:
                held, part = self.held.get(name), self._element(value)
                plain = isinstance(held, tuple) and all(one == Leaf() for one in (*held, part))
                if isinstance(held, dict) and all(one == Leaf() for one in (*held.values(), part)):
                    self._forget(target)
                    self.held[name] = Columns()
                elif isinstance(held, (tuple, dict)) and not plain:
                    self._forget(target)
            case cst.Tuple() | cst.List(), cst.Tuple() | cst.List():
                if len(target.elements) == len(value.elements):
                    for one, of_it in zip(target.elements, value.elements, strict=True):
                        self.put(one.value, of_it.value)
            case _:
                self.bind(target, self._element(value))
                if isinstance(target, cst.Name) and is_none(value):
                    self.absent.add(target.value)

    def each(self, iterable: cst.BaseExpression) -> Element | None:
        """What a loop gets of something in each of its rounds: an array, perhaps."""
        match iterable:
            case cst.Call(func=cst.Name("enumerate"), args=[cst.Arg(value=inner), *_]):
                return Leaf(), self.each(inner) or Leaf()
            case cst.Call(func=cst.Name("zip"), args=arguments):
                return tuple(self.each(one.value) or Leaf() for one in arguments)
            case cst.Call() if (made := self.called(iterable, cst.Yield)) is not None:
                return either(made.given(cst.Yield))
        held = self._element(iterable)
        return either(held) if isinstance(held, tuple) and held else Leaf()

    def bind(self, target: cst.BaseExpression, part: Element | None) -> None:
        """A variable, or several ones, hold what is known of a value, or its parts."""
        match target:
            case cst.Name(value=name):
                self.held[name] = part
                self.absent.discard(name)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                parts = part if isinstance(part, tuple) else ()
                parts = parts if len(parts) == len(elements) else (Leaf(),) * len(elements)
                for element, one in zip(elements, parts, strict=True):
                    self.bind(element.value, one)

    def _given(self, value: cst.BaseExpression | cst.From | None) -> list[Element | None]:
        """What is given in one place, or in those of the function that is called there."""
        made = self.called(value) if isinstance(value, cst.Call) else None
        return [self._element(value)] if made is None else made.given(cst.Return)

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
            case cst.Attribute():
                return self.attribute(value)
            case cst.Subscript(value=held, slice=[cst.SubscriptElement(cst.Index(key))]):
                return self._entry(self._element(held), key)
            case cst.Subscript(value=held, slice=[cst.SubscriptElement(cst.Slice())]):
                return Listed() if is_list(self._element(held)) else Leaf()
            case cst.IfExp(body=body, orelse=orelse):
                there = [self._element(one) for one in (body, orelse) if not is_none(one)]
                return present(there, len(there) < 2)
            case cst.Name(value=name):
                return None if name == "None" else self._variable(name)
            case cst.Call(func=cst.Name("dict" | "OrderedDict"), args=arguments):
                return self._dict_of(arguments)
            case cst.Call(func=cst.Name("list" | "tuple"), args=[cst.Arg(star="")]):
                return Listed()
            case cst.Call(func=cst.Attribute(value=cst.Name("np" | "numpy"), attr=cst.Name(name))):
                return Listed() if name in _SPLITTING else Leaf()
            case cst.Call() if self.called(value) is not None:
                return either(self._given(value))
            case cst.Call(
                func=cst.Name("shuffle") | cst.Attribute(attr=cst.Name("shuffle")), args=arguments
            ):  # of scikit-learn, which gives as many arrays as it gets
                plain = [one for one in arguments if one.keyword is None]
                return tuple(Leaf() for _ in plain) if len(plain) > 1 else Leaf()
            case cst.Call(func=cst.Name("next"), args=[cst.Arg(value=flow), *_]):
                return self.next_of(flow)
            case cst.Call(func=cst.Attribute(value=flow, attr=cst.Name("__next__"))):
                return self.next_of(flow)
            case cst.ListComp(elt=made):
                return Listed() if self._element(made) == Leaf() else None
            case cst.DictComp(value=made):
                return Columns() if self._element(made) == Leaf() else None
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                parts = [self._element(left), self._element(right)]
                if any(map(is_list, parts)):
                    return Listed() if all(map(is_list, parts)) else None
        return Leaf() if isinstance(value, _ARRAYS) else None

    def next_of(self, flow: cst.BaseExpression) -> Element | None:
        """What a generator gives next: an array, perhaps."""
        return Leaf()

    def attribute(self, node: cst.Attribute) -> Element | None:
        """What an attribute holds: an array, perhaps."""
        return Leaf()

    def _entry(self, held: Element | None, key: cst.BaseExpression) -> Element | None:
        """`splits[0]`, `data["train"]`: a part of what is known; of an array, an array."""
        match held, key:
            case tuple(), cst.Integer(value=place) if int(place, 0) < len(held):
                return held[int(place, 0)]
            case dict(), cst.SimpleString() if str(ast.literal_eval(key.value)) in held:
                return held[str(ast.literal_eval(key.value))]
            case Leaf() | Columns() | Listed(), _:
                return Leaf()
        if isinstance(held, dict):
            held = tuple(held.values())
        return either(held) if isinstance(held, tuple) and held else Leaf()

    def _variable(self, name: str) -> Element | None:
        return self.held[name] if name in self.held else self.outside(name)

    def _dict(self, entries: Sequence[cst.BaseDictElement]) -> Element | None:
        found: dict[str, Element] = {}
        for entry in entries:
            part = self._element(entry.value)
            key = entry.key if isinstance(entry, cst.DictElement) else None
            if part is None or not isinstance(key, cst.SimpleString):
                return None
            found[str(ast.literal_eval(key.value))] = part
        return found

    def _dict_of(self, arguments: Sequence[cst.Arg]) -> Element | None:
        """What `dict(table)` gives, or `dict(age=ages, kind=kinds)`."""
        found: dict[str, Element] = {}
        for one in arguments:
            part = self._element(one.value)
            if one.keyword is None or part is None:
                return Columns() if not found and len(arguments) == 1 and not one.star else None
            found[one.keyword.value] = part
        return found

    def called(
        self, call: cst.Call, kind: type[cst.Yield] | type[cst.Return] = cst.Return
    ) -> Maker | None:
        """The function of the program, or method of the object, that is called, and so gives."""
        match call.func:
            case cst.Name(value=name) | cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)):
                made = self.others.get(name)
                plain = made is not None and not made.decorators and own_nodes(made, kind)
                if made is not None and plain and made not in self.around:
                    return Maker(made, self.others, self.around)
        return None
