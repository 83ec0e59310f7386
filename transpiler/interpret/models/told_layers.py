"""Loops that tell layer by layer whether it is trainable: by its name, its place, its kind.

set_trainable = False
for layer in base.layers:
    if layer.name == "block5_conv1":
        set_trainable = True
    layer.trainable = set_trainable

The body is run for each of the layers, with what is surely known of them.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.layers.names import snake_case
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import Framework, Layer, Sequence
from transpiler.ir.expr import UNKNOWN
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.suites import nodes_of

#: The layers of a model in their order; None: its input, which is one of them.
Items = list[Layer | None]

_TRAINABLE = regex(r"\.trainable = ")
_NAMED_INPUT = regex(r"\b(?:Input|InputLayer)\([^()]*(?:\([^()]*\)[^()]*)*\bname\s*=")
_PREFIX = "keras.layers."
#: Layers of which no other kind of layer is one, in either generation of Keras.
_ALONE = frozenset(
    f"{_PREFIX}{name}"
    for name in (
        *("Dense", "Dropout", "Flatten", "Embedding", "Activation", "Reshape", "InputLayer"),
        *("BatchNormalization", "LayerNormalization", "MaxPooling1D", "MaxPooling2D", "LSTM"),
        *("GRU", "Bidirectional", "TimeDistributed", "GlobalAveragePooling2D", "AveragePooling2D"),
    )
)
#: How their convolutions are related is different in the two.
_RELATED = regex(r"keras\.layers\.\w*Conv\w*")


class _Unsure(Exception):
    """Something that is not known of a layer, or that does more than tell what is trainable."""


class _Left(Exception):
    """`break`, or `continue`."""


@record(frozen=True, slots=True)
class Told:
    """What such a loop says."""

    values: tuple[tuple[Layer, bool], ...]  #: in the order of the layers
    names: frozenset[str]  #: the variables that it sets
    begun: frozenset[str]  #: those of them that it reads first, as they were before


def may_tell(region: Region, node: cst.For) -> bool:
    """Whether a loop looks like one that says whether layers are trainable."""
    return _TRAINABLE.search(region.tree.source(node.body)) is not None


def listed_by(region: Region, node: cst.For) -> tuple[cst.BaseExpression, str, str]:
    """What a loop runs over, and its names of a layer and of its number; no name: another loop."""
    match node.target, node.iter:
        case cst.Name(number), cst.Call(cst.Name("range")):
            return _by_number(region, node, number)
        case cst.Name(layer), listed:
            return listed, layer, ""
        case (
            cst.Tuple([cst.Element(cst.Name(number)), cst.Element(cst.Name(layer))]),
            cst.Call(cst.Name("enumerate"), [cst.Arg(listed, keyword=None, star="")]),
        ):
            return listed, layer, number
    return node.iter, "", ""


def _by_number(region: Region, node: cst.For, number: str) -> tuple[cst.BaseExpression, str, str]:
    """The same of `for i in range(3): model.layers[i].trainable = False`."""
    for one in nodes_of(node.body):
        match one:
            case cst.Subscript(
                cst.Attribute(attr=cst.Name("layers")) as listed,
                [cst.SubscriptElement(cst.Index(cst.Name(place)))],
            ) if place == number:  # fmt: skip
                return listed, region.tree.source(one), number
    return node.iter, "", ""


def _turns(region: Region, node: cst.For, count: int, listed: str) -> range:
    """The places of the layers that a loop takes one by one: `for i in range(count - 2)`."""
    match node.iter:
        case cst.Call(cst.Name("range"), args):
            return range(*(_number(region, arg.value, count, listed) for arg in args))
    return range(count)


def _number(region: Region, node: cst.BaseExpression, count: int, listed: str) -> int:
    """A number that is known, maybe by that of the layers."""
    match node:
        case cst.BinaryOperation(left, cst.Subtract(), right):
            return _number(region, left, count, listed) - _number(region, right, count, listed)
        case cst.Call(cst.Name("len"), [cst.Arg(of)]) if region.tree.source(of) == listed:
            return count
    known = constant(evaluate(region, node))
    if not isinstance(known, int):
        raise _Unsure
    return known


def told(region: Region, node: cst.For, items: Items) -> Told | None:
    """What a loop over layers says of them; None where that is not certain."""
    listed, layer, number = listed_by(region, node)
    run = _Run(region, layer, number, items, region.tree.source(listed))
    try:
        run.loop(node)
    except _Unsure:
        return None
    values = tuple((one, run.said[id(one)]) for one in items if one and id(one) in run.said)
    return Told(values, frozenset(run.variables), frozenset(run.begun))


class _Run:
    """One run of a loop over layers."""

    def __init__(self, region: Region, layer: str, number: str, items: Items, listed: str) -> None:
        self.region, self.layer, self.number, self.items = region, layer, number, items
        self.listed = listed
        self.variables: dict[str, Any] = {}
        self.begun: set[str] = set()
        self.said: dict[int, bool] = {}
        self.place = 0
        self.set_here: set[str] = set()

    @property
    def item(self) -> Layer | None:
        """The layer of the turn."""
        return self.items[self.place]

    def loop(self, node: cst.For) -> None:
        """All turns."""
        self.set_here = _set_in(node.body)
        if {self.layer, self.number} & self.set_here:
            raise _Unsure
        for place in _turns(self.region, node, len(self.items), self.listed):
            if place not in range(-len(self.items), len(self.items)):
                raise _Unsure
            self.place = place
            if self._ends(node.body):
                return

    def _ends(self, body: cst.BaseSuite) -> bool:
        """One turn; whether it is the last."""
        try:
            self._block(body)
        except _Left as left:
            return left.args[0] is cst.Break
        return False

    def _block(self, suite: cst.BaseSuite) -> None:
        for statement in suite.body:
            if isinstance(statement, cst.If):
                self._branch(statement)
            elif isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    self._statement(small)
            else:
                raise _Unsure

    def _branch(self, node: cst.If) -> None:
        if self._value(node.test):
            self._block(node.body)
        elif isinstance(node.orelse, cst.If):
            self._branch(node.orelse)
        elif node.orelse is not None:
            self._block(node.orelse.body)

    def _statement(self, small: cst.BaseSmallStatement) -> None:
        match small:
            case cst.Assign([cst.AssignTarget(cst.Name(name))], value):
                self.variables[name] = self._value(value)
            case cst.Assign(
                [cst.AssignTarget(cst.Attribute(one, cst.Name("trainable")))], value
            ) if self._is_layer(one):
                said = self._value(value)
                if not isinstance(said, bool):
                    raise _Unsure
                if self.item is not None:
                    self.said[id(self.item)] = said
            case cst.AugAssign(cst.Name(name) as held, cst.AddAssign(), value):
                self.variables[name] = self._value(held) + self._value(value)
            case cst.Pass():
                pass
            case cst.Break() | cst.Continue():
                raise _Left(type(small))
            case _:
                raise _Unsure

    def _value(self, node: cst.BaseExpression) -> Any:
        """A plain value, or the name of a layer."""
        match node:
            case cst.Name(name) if name in self.variables:
                return self.variables[name]
            case cst.Name(name) if name == self.number:
                return self.place
            case cst.Name(name) if name in self.set_here:
                self.begun.add(name)
            case cst.Attribute(one, cst.Name("name")) if self._is_layer(one):
                return _Name.of(self.region, self.item, self.items)
            case cst.Attribute(one, cst.Name("trainable")) if (
                self._is_layer(one) and self.item is not None and id(self.item) in self.said
            ):
                return self.said[id(self.item)]
            case cst.UnaryOperation(cst.Not(), inner):
                return not self._value(inner)
            case cst.BooleanOperation(left, cst.And(), right):
                return self._value(left) and self._value(right)
            case cst.BooleanOperation(left, cst.Or(), right):
                return self._value(left) or self._value(right)
            case cst.Comparison(left, targets):
                return self._compared(left, targets)
            case cst.Call(cst.Name("isinstance"), [cst.Arg(one), cst.Arg(kind)]) if self._is_layer(
                one
            ):
                return self._is_one(kind)
            case cst.Call(
                cst.Attribute(inner, cst.Name("startswith" | "endswith" as asked)),
                [cst.Arg(part, keyword=None, star="")],
            ):
                return self._begins(self._value(inner), asked, self._value(part))
        if {self.layer, self.number, *self.variables} & _names_in(node):
            raise _Unsure
        known = constant(evaluate(self.region, node))
        if known is UNKNOWN:
            raise _Unsure
        return known

    def _is_layer(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is the layer of the turn."""
        named = isinstance(node, (cst.Name, cst.Subscript))
        return named and self.region.tree.source(node) == self.layer

    def _begins(self, name: Any, asked: str, part: Any) -> bool:
        parts = part if isinstance(part, tuple) else (part,)
        if not isinstance(name, (str, _Name)) or not all(isinstance(p, str) for p in parts):
            raise _Unsure
        if isinstance(name, str):
            return any(getattr(name, asked)(p) for p in parts)
        if asked == "endswith":
            raise _Unsure
        return any(name.has(p, at_start=True) for p in parts)

    def _compared(self, left: cst.BaseExpression, targets: Any) -> bool:
        first = self._value(left)
        for target in targets:
            second = self._value(target.comparator)
            if not _compare(type(target.operator), first, second):
                return False
            first = second
        return True

    def _is_one(self, kind: cst.BaseExpression) -> bool:
        """Whether the layer is of a kind of Keras's."""
        wanted = evaluate(self.region, kind)
        kinds = wanted.items if isinstance(wanted, Sequence) else (wanted,)
        mine = f"{_PREFIX}InputLayer" if self.item is None else self.item.symbol
        own = self.item is not None and self.item.block is not None
        found = False
        for one in kinds:
            if own or not isinstance(one, Framework) or not mine.startswith(_PREFIX):
                raise _Unsure
            apart = one.name in _ALONE or (
                _RELATED.fullmatch(one.name) and not _RELATED.fullmatch(mine)
            )
            if one.name != mine and not apart:
                raise _Unsure
            found = found or one.name == mine
        return found


@record(frozen=True, slots=True)
class _Name:
    """A name that Keras gives a layer: the kind of the layer, and maybe a number."""

    kind: str

    @staticmethod
    def of(region: Region, layer: Layer | None, items: Items) -> str | _Name:
        """The name of a layer, or of the input of a model."""
        if layer is None:
            if _NAMED_INPUT.search(region.tree.text):
                raise _Unsure
            return _Name("input")
        given = layer.arguments.get("name")
        if given is None and layer.block is None and layer.symbol.startswith(_PREFIX):
            return _Name(snake_case(layer.symbol.removeprefix(_PREFIX)))
        name = constant(given) if given is not None else UNKNOWN
        if not isinstance(name, str):
            raise _Unsure
        return name

    def has(self, part: str, at_start: bool = False) -> bool:
        """Whether the name has a part, at its start or anywhere."""
        if self.kind.startswith(part) or (not at_start and part in self.kind):
            return True
        letters = part.strip("_0123456789")
        if letters and letters not in f"{self.kind}_layer":
            return False
        raise _Unsure

    def is_called(self, name: str) -> bool:
        """Whether it is a certain name: surely not, where Keras makes no such one."""
        if name.rstrip("0123456789").removesuffix("_") in (self.kind, f"{self.kind}_layer"):
            raise _Unsure
        return False


_OPERATORS: dict[type, Callable[[Any, Any], bool]] = {
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
    cst.Is: operator.is_,
    cst.IsNot: operator.is_not,
}


def _compare(kind: type, left: Any, right: Any) -> bool:
    """What a comparison gives."""
    if kind in (cst.In, cst.NotIn):
        return _is_in(left, right) is (kind is cst.In)
    if kind in (cst.Equal, cst.NotEqual):
        return _is_equal(left, right) is (kind is cst.Equal)
    if isinstance(left, _Name) or isinstance(right, _Name) or kind not in _OPERATORS:
        raise _Unsure
    try:
        return _OPERATORS[kind](left, right)
    except TypeError as why:
        raise _Unsure from why


def _is_equal(left: Any, right: Any) -> bool:
    if isinstance(right, _Name):
        left, right = right, left
    if isinstance(left, _Name):
        if not isinstance(right, str):
            raise _Unsure
        return left.is_called(right)
    return bool(left == right)


def _is_in(part: Any, whole: Any) -> bool:
    if isinstance(whole, _Name):
        if not isinstance(part, str):
            raise _Unsure
        return whole.has(part)
    if not isinstance(whole, (str, list, tuple, set, dict)) or (
        isinstance(whole, str) and not isinstance(part, str)
    ):
        raise _Unsure
    if isinstance(part, _Name):
        return any(_is_equal(part, one) for one in whole)
    return part in whole


def _set_in(node: cst.CSTNode) -> set[str]:
    """The names that statements of a block set."""
    found = set()
    for one in nodes_of(node):
        match one:
            case cst.AssignTarget(cst.Name(name)) | cst.AugAssign(cst.Name(name)):
                found.add(name)
    return found


def _names_in(node: cst.CSTNode) -> set[str]:
    return {one.value for one in nodes_of(node) if isinstance(one, cst.Name)}


def is_read_besides(region: Region, node: cst.For, names: frozenset[str]) -> bool:
    """Whether anything but such loops reads variables that one sets; they may be begun anew."""
    if not names:
        return False
    text = region.tree.blanked
    loops = [one for one in nodes_of(region.tree.module) if isinstance(one, cst.For)]
    spans = [region.tree.span(one) for one in loops if one is node or may_tell(region, one)]
    mentions = re.finditer(rf"\b(?:{'|'.join(names)})\b", text)
    others = [m.start() for m in mentions if not any(a <= m.start() < b for a, b in spans)]
    return not all(_BEGINNING.match(text, text.rfind("\n", 0, place) + 1) for place in others)


def is_number_kept(region: Region, number: str) -> bool:
    """Whether anything may read the number of a loop behind it: what does not count by itself."""
    if not number:
        return False
    counting = (cst.For, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
    spans = []
    for one in nodes_of(region.tree.module):
        if isinstance(one, counting):
            target = one.target if isinstance(one, cst.For) else one.for_in.target
            if number in {n.value for n in nodes_of(target) if isinstance(n, cst.Name)}:
                spans.append(region.tree.span(one))
    mentions = re.finditer(rf"(?<![\w.]){number}\b", region.tree.blanked)
    return not all(any(a <= m.start() < b for a, b in spans) for m in mentions)


def vanish_beginnings(region: Region, node: cst.For, names: frozenset[str]) -> None:
    """The statements right above a loop go that only give its variables what they begin with."""
    for block in nodes_of(region.tree.module) if names else ():
        body = getattr(block, "body", None)
        if isinstance(body, (list, tuple)) and any(one is node for one in body):
            place = next(n for n, one in enumerate(body) if one is node)
            while place and _begins(body[place - 1], names):
                place -= 1
                region.graph_statements[id(body[place])] = body[place]


def _begins(statement: cst.CSTNode, names: frozenset[str]) -> bool:
    match statement:
        case cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], value)]):
            return name in names and isinstance(value, (cst.Name, cst.Integer))
    return False


#: `unfreeze = False`
_BEGINNING = regex(r"[ \t]*\w+ *= *(?:True|False|\d+) *(?:\n|$)")
