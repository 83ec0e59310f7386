"""Constant tensors that functions of tensors read: they are arrays, which become tensors there.

weights = K.constant([1.0, 2.0])                        weights = [1.0, 2.0]
scale = tf.constant(counts.sum() / counts)              scale = np.array(counts.sum() / counts)
def loss(y_true, y_pred):                               def loss(y_true, y_pred):
    return K.mean(K.abs(y_true - y_pred) * weights)         return K.mean(... * weights)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.draws import whole_names
from transpiler.source.far_kinds import FRAMEWORKS
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

_MAKES = regex(r"^[ \t]*\w+ = (?:\w+\.)*(?:constant|variable|Variable|convert_to_tensor)\(", 8)
_MAKERS = regex(
    r"(?:tensorflow|tf_keras|keras)\.(?:(?:[\w.]+\.)?(?:backend|ops)\.(?:constant|variable"
    r"|convert_to_tensor)|constant|Variable|convert_to_tensor)"
)
_FLOATS = regex(r"(?:\w+\.)*(?:floatx\(\)|float(?:32|64)?)|['\"]float(?:32|64)?['\"]")
#: What else a maker may be told that says nothing about the numbers.
_NAMES = frozenset({"name", "trainable", "shape"})
#: What changes or asks for a variable, rather than computing something of it.
_ACTS = regex(
    r"set_value|get_value|batch_set_value|update\w*|assign\w*|isinstance|len|print|append"
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def plain_constants(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with such constants as arrays, if it has any."""
    module = program_tree(text) if _MAKES.search(text) else None
    if module is None:
        return None
    program, edits = _Program(text, module), dict[Span, str]()
    for room in all_in(module):
        if isinstance(room, (ast.Module, ast.FunctionDef)):
            edits |= dict(program.edits(room))
    made = rewritten(text, edits) if edits else None
    if made is None or program_tree(made.text) is None:
        return None
    names = {text[start:end] for start, end in program.named}
    if any(re.search(rf"\b{name}\b", other) for name in names for other in others()):
        return None
    return made


class _Program:
    """A program as far as it tells what reads its constants."""

    def __init__(self, text: str, module: ast.Module) -> None:
        self._text, self._module, self._positions = text, module, Positions(text)
        self._names = whole_names(module)
        nodes = [*all_in(module)]
        self._around = {id(part): n for n in nodes for part in parts_of(n)}
        self._uses = [n for n in nodes if isinstance(n, ast.Name)]
        self._bound = {n.arg for n in nodes if isinstance(n, ast.arg)}
        self._bound |= {n for one in nodes if isinstance(one, (ast.Global, ast.Nonlocal))
                        for n in one.names}  # fmt: skip
        self._numpy = next((n for n, whole in self._names.items() if whole == "numpy"), "")
        self.named: list[Span] = []

    def edits(self, room: ast.Module | ast.FunctionDef) -> Iterator[tuple[Span, str]]:
        """What is written in the place of what makes the constants of a function or the module."""
        for statement in own_nodes(room):
            match statement:
                case ast.Assign(targets=[ast.Name(name) as target], value=ast.Call() as call):
                    value = self._value(call, room)
                    uses = self._uses_of(target, statement, room) if value is not None else None
                    if value is not None and uses:
                        self.named.append(self._positions.span(target))
                        yield self._positions.span(call), value
                        for cast in filter(None, map(self._cast_of, uses)):
                            yield self._positions.span(cast), name

    def _value(self, call: ast.Call, room: ast.AST) -> str | None:
        """The source of the array or number that a constant holds."""
        first, dot, rest = ast.unparse(call.func).partition(".")
        whole = f"{self._names.get(first, '')}{dot}{rest}"
        if whole.partition(".")[0] not in FRAMEWORKS or not _MAKERS.fullmatch(whole):
            return None
        values = [k.value for k in call.keywords if k.arg in ("value", "x", "initial_value")]
        values = [*call.args[:1], *values]
        types = [*call.args[1:], *(k.value for k in call.keywords if k.arg == "dtype")]
        if len(values) != 1 or len(types) > 1:
            return None
        if any(not _FLOATS.fullmatch(ast.unparse(one)) for one in types):
            return None
        if {k.arg for k in call.keywords} - {"value", "x", "initial_value", "dtype", *_NAMES}:
            return None
        if any(k.arg == "shape" for k in call.keywords):
            return None
        (value,), single = values, any("32" in ast.unparse(one) for one in types)
        source = self._text[slice(*self._positions.span(value))]
        match value:
            case ast.List() | ast.Tuple() | ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
                whole_numbers = any(_is_whole(n) for n in all_in(value))
                return None if whole_numbers and not types and "backend" not in whole else source
            case ast.Call(func=func) if self._numpy and _root(func) == self._numpy and not single:
                return source
            case ast.Name() if not isinstance(room, ast.Module):
                return None  # what a function gets is followed by itself
        told = ', dtype="float32"' if single else ""
        return f"{self._numpy}.array({source}{told})" if self._numpy else None

    def _uses_of(
        self, target: ast.Name, statement: ast.Assign, room: ast.Module | ast.FunctionDef
    ) -> list[ast.Name]:
        """Where functions compute with the variable; nothing if others read or change it, too."""
        own, inside = {id(n) for n in own_nodes(room)}, {id(n) for n in all_in(room)}
        uses = [n for n in self._uses if n.id == target.id and n is not target]
        before = [n for n in uses if id(n) in own and n.lineno <= statement.lineno]
        uses = [n for n in uses if n not in before]
        if target.id in self._bound or (before and self._is_repeated(statement)):
            return []
        plain = all(
            isinstance(n.ctx, ast.Load) and id(n) in inside - own and self._is_computed_with(n)
            for n in uses
        )
        return uses if plain else []

    def _is_repeated(self, node: ast.AST) -> bool:
        """Whether a statement stands in a loop."""
        around = self._around.get(id(node))
        while around is not None and not isinstance(around, (ast.Module, *_FUNCTIONS)):
            if isinstance(around, (ast.For, ast.While)):
                return True
            around = self._around.get(id(around))
        return False

    def _cast_of(self, use: ast.Name) -> ast.Call | None:
        """What makes floats of it, `tf.cast(weights, y_pred.dtype)`: these it becomes anyway."""
        match self._around[id(use)]:
            case ast.Call(func=func, args=[first, kind], keywords=[]) as call if first is use:
                name = getattr(func, "attr", getattr(func, "id", ""))
                told = ast.unparse(kind)
                if name == "cast" and (_FLOATS.fullmatch(told) or told.endswith(".dtype")):
                    return call
        return None

    def _is_computed_with(self, node: ast.Name) -> bool:
        match around := self._around[id(node)]:
            case ast.BinOp() | ast.UnaryOp():
                return True
            case ast.keyword():
                call = self._around[id(around)]
                return isinstance(call, ast.Call) and self._is_of_framework(call.func)
            case ast.Call(func=func):
                return func is not node and self._is_of_framework(func)
        return False

    def _is_of_framework(self, func: ast.expr) -> bool:
        whole = self._names.get(_root(func), "")
        name = getattr(func, "attr", getattr(func, "id", ""))
        return whole.partition(".")[0] in FRAMEWORKS and not _ACTS.fullmatch(name)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_whole(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int
