"""Python values without tensors: constants folded, everything else kept as the user wrote it."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import (
    Choice,
    Framework,
    Function,
    Keyed,
    Layer,
    Mapping,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
)
from transpiler.ir.expr import (
    ADD,
    ATOM,
    BINARY_STRENGTH,
    COMPARE,
    LAMBDA,
    NOT,
    POSTFIX,
    TERNARY,
    TUPLE,
    UNARY,
    UNKNOWN,
    Configured,
    Expr,
    Symbol,
    dict_expr,
    expr,
    index,
    sequence_expr,
)
from transpiler.ir.pipeline import Pipeline
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import quoted_for
from transpiler.source.tree import Tree

_OPERATORS: dict[type, str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//",
    cst.Modulo: "%", cst.Power: "**", cst.MatrixMultiply: "@", cst.LeftShift: "<<",
    cst.RightShift: ">>", cst.BitAnd: "&", cst.BitOr: "|", cst.BitXor: "^",
    cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=",
    cst.GreaterThan: ">", cst.GreaterThanEqual: ">=", cst.In: "in", cst.NotIn: "not in",
    cst.Is: "is", cst.IsNot: "is not", cst.And: "and", cst.Or: "or",
    cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~", cst.Not: "not",
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//", cst.ModuloAssign: "%", cst.PowerAssign: "**",
    cst.MatrixMultiplyAssign: "@", cst.BitAndAssign: "&", cst.BitOrAssign: "|",
    cst.BitXorAssign: "^", cst.LeftShiftAssign: "<<", cst.RightShiftAssign: ">>",
}  # fmt: skip


def operator_text(node: cst.CSTNode) -> str:
    """`+` for an `Add` or `AddAssign` node, and so on."""
    return _OPERATORS[type(node)]


def strength(node: cst.BaseExpression) -> int:
    """How strongly an expression node binds."""
    known = _STRENGTHS.get(type(node), ATOM)
    if known is not _OF_OPERATOR:
        return known
    if isinstance(node, cst.UnaryOperation):
        return NOT if isinstance(node.operator, cst.Not) else UNARY
    assert isinstance(node, (cst.BinaryOperation, cst.BooleanOperation))
    return BINARY_STRENGTH[operator_text(node.operator)]


_OF_OPERATOR = -1  #: how strongly it binds is up to its operator
_STRENGTHS: dict[type, int] = {
    cst.BinaryOperation: _OF_OPERATOR, cst.BooleanOperation: _OF_OPERATOR,
    cst.UnaryOperation: _OF_OPERATOR,
    cst.Call: POSTFIX, cst.Attribute: POSTFIX, cst.Subscript: POSTFIX, cst.Await: POSTFIX,
    cst.Comparison: COMPARE, cst.IfExp: TERNARY, cst.Lambda: LAMBDA, cst.NamedExpr: TUPLE,
    cst.ConcatenatedString: ADD, cst.Yield: TUPLE, cst.GeneratorExp: TUPLE,
}  # fmt: skip

_BLANKS_AT_END = regex(r"\s+\n")
_NEWLINE = regex(r"\n\s*")
_BLANK_BEHIND = regex(r"([(\[{]) ")
_BLANK_BEFORE = regex(r"(?:, | )([)\]}])")


def one_line(text: str) -> str:
    """Source that spans lines, brought to one; comments in it are carried by the statement."""
    if "\n" not in text:
        return text
    if '"""' in text or "'''" in text:
        return text
    if "#" in text:
        text = "\n".join(_without_comment(line) for line in text.split("\n"))
    text = text.replace("\\\n", "\n")
    if " \n" in text:
        text = _BLANKS_AT_END.sub("\n", text)
    text = _NEWLINE.sub(" ", text)
    return _BLANK_BEFORE.sub(r"\1", _BLANK_BEHIND.sub(r"\1", text))


def _without_comment(line: str) -> str:
    quote = ""
    for position, char in enumerate(line):
        if quote:
            if char == quote and line[position - 1] != "\\":
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "#":
            return line[:position].rstrip()
    return line


#: What is said where a data set is used some of whose steps are still to be done.
UNDONE = "a data set is used that is still to be shuffled, repeated or cut: batch it before"


def is_done(made: Expr) -> bool:
    """Whether it is anything but a data set with steps that are still to be done."""
    return not isinstance(made.value, Pipeline) or made.value.is_done


#: What is said where the batches of a generator of images are taken in another way than by `fit`.
ENDLESS = "the batches of a generator go on without end, those of a loader end: use `fit`"


def refuse_data(region: Region, node: cst.BaseExpression, parts: list[Expr]) -> None:
    """Say so where an expression reads a data set that isn't there as Keras has it."""
    held = [part.value for part in parts if isinstance(part.value, Pipeline)]
    if not all(one.is_done for one in held):
        region.file.left_data[id(node)] = (node, UNDONE)
    shown = isinstance(node, (cst.Tuple, cst.List, cst.Dict))
    known = shown or region.tree.source(node).startswith("len(")
    if any(one.is_generator for one in held) and not known:
        region.file.left_data[id(node)] = (node, ENDLESS)


def verbatim(
    region: Region, node: cst.BaseExpression, *parts: Value, value: Any = UNKNOWN
) -> Static:
    """The expression as the user wrote it, but for the parts that are written in another way."""
    exprs = [to_expr(region, part) for part in parts]
    if region.file.data_names:
        refuse_data(region, node, exprs)
    names = frozenset[Any]().union(*(e.names for e in exprs))
    text = rewritten(region.tree, node, region.rewrites)
    written = Expr(one_line(text), value, strength(node), names)
    if not region.running:
        return Static(written)
    running = one_line(rewritten(region.tree, node, {**region.rewrites, **region.running}))
    if running == written.text:
        return Static(written)
    run_names = frozenset[Any]().union(
        *(running_names(p, e) for p, e in zip(parts, exprs, strict=True))
    )
    return Static(written, Expr(running, value, strength(node), run_names))


def running_names(value: Value, written: Expr) -> frozenset[Any]:
    """The names that a value reads in `forward`."""
    if isinstance(value, Static):
        return value.running.names
    if isinstance(value, Sequence) and (
        value.static is None or not value.static.text.isidentifier()
    ):
        return frozenset[Any]().union(
            *(i.running.names if isinstance(i, Static) else written.names for i in value.items)
        )
    return written.names


def rewritten(tree: Tree, node: cst.CSTNode, rewrites: dict[tuple[int, int], str]) -> str:
    """The source of a node with the parts replaced that are written in another way."""
    start, end = tree.span(node)
    if not rewrites:
        return tree.text[start:end]
    inside = sorted(
        ((s, e, t) for (s, e), t in rewrites.items() if s >= start and e <= end),
        key=lambda part: (part[0], -part[1]),
    )
    text, position = "", start
    for s, e, replacement in inside:
        if s < position:
            continue
        text += tree.text[position:s] + quoted_for(tree.text, s, replacement)
        position = e
    return text + tree.text[position:end]


def rewrite(
    region: Region, node: cst.BaseExpression, value: Static, weakest: int = POSTFIX
) -> None:
    """From now on, both programs write this instead of the node's own source."""
    span = region.tree.span(node)
    region.rewrites[span] = value.expr.wrapped(weakest)
    region.written[span] = value.expr, weakest
    if value.run is not None:
        region.running[span] = value.run.wrapped(weakest)


def to_expr(region: Region, value: Value) -> Expr:
    """A value as an expression of `__init__`, with its constant where it is known."""
    if isinstance(value, Static):
        return value.expr
    if isinstance(value, Framework):
        return Expr(value.name, Symbol(value.name))
    if isinstance(value, Unknown):
        raise GiveUp(value.reason or "a value that is not known")
    if isinstance(value, Sequence):
        parts = [to_expr(region, item) for item in value.items]
        display = sequence_expr(parts, value.kind)
        if value.static is not None:
            named = Expr(
                value.static.text, display.value, value.static.strength, value.static.names
            )
            return replace(named, items=_items(region, named, parts))
        return display
    if isinstance(value, Mapping):
        if value.static is None and all(map(_is_plain, value.items.values())):
            return dict_expr({key: to_expr(region, item) for key, item in value.items.items()})
        if value.static is None:
            raise GiveUp("a dict of layers or tensors is used as a plain value")
        known: Any = UNKNOWN
        if any(isinstance(v, PerhapsModel) for v in value.items.values()):
            raise GiveUp("a dict with what may be a model is used as a plain value")
        if not any(isinstance(v, Unknown) for v in value.items.values()):
            parts_known = {k: to_expr(region, v) for k, v in value.items.items()}
            if all(p.known for p in parts_known.values()):
                known = {k: p.value for k, p in parts_known.items()}
        return Expr(value.static.text, known, value.static.strength, value.static.names)
    if isinstance(value, (Choice, Function, Repeated, Keyed)) and value.static is not None:
        known = value if isinstance(value, Function) else UNKNOWN
        return Expr(value.static.text, known, value.static.strength, value.static.names)
    if isinstance(value, Layer):
        return Expr(value.symbol, value)
    if isinstance(value, UserClass):
        return Expr(value.name)
    if isinstance(value, Function) and isinstance(value.node, cst.Lambda):
        return _anonymous(region, value, value.node)
    raise GiveUp("a tensor or model is used where a plain value is expected")


def _is_plain(value: Value) -> bool:
    """Whether it is neither layer nor tensor: functions without a name are none, either."""
    is_lambda = isinstance(value, Function) and isinstance(value.node, cst.Lambda)
    return is_lambda or isinstance(value, (Static, Framework, UserClass))


def _items(region: Region, named: Expr, parts: list[Expr]) -> tuple[Expr, ...]:
    """The elements of a list or tuple: by its name, where what they were made of has changed."""
    return tuple(
        (
            part
            if region.scope.current(part)
            else replace(index(named, place), value=part.value, whole=part.whole)
        )
        for place, part in enumerate(parts)
    )


def _anonymous(region: Region, function: Function, node: cst.Lambda) -> Expr:
    """A lambda that computes with plain values, as the program writes it."""
    mentions: Any = provided("mentions_framework")(region.file, function)
    if mentions and not _makes_object(region, node):
        raise GiveUp("a lambda that calls the framework is used as a plain value")
    taken = {parameter.name.value for parameter in node.params.params}
    read = (region.tree.names(node) - taken) & region.scope.values.keys()
    names = frozenset[Any]().union(*(region.scope.read(name).names for name in read))
    text = one_line(rewritten(region.tree, node, region.rewrites))
    return Expr(text, strength=LAMBDA, names=names)


def _makes_object(region: Region, node: cst.Lambda) -> bool:
    """Whether it makes an object of the program's own, which keeps what it is called with."""
    match node.body:
        case cst.Call(func=cst.Name(value=name), args=arguments):
            made = region.file.globals.get(name)
            read = {n for a in arguments for n in region.tree.names(a)}
            held = [v for v in map(region.file.globals.get, read) if v is not None]
            own = isinstance(made, UserClass) and not made.bases
            return own and all(isinstance(value, Static) for value in held)
    return False


_SIZE_OF = regex(r"(\w+\.shape)\[(\d+)\]")


def shape_slice(parts: Expr, rank: int) -> Expr:
    """`(x.shape[2], x.shape[3])` of a tensor with so many axes as `x.shape[2:]`."""
    found = [_SIZE_OF.fullmatch(part.text) for part in parts.items or ()]
    owners = {match.group(1) for match in found if match is not None}
    axes = [int(match.group(2)) for match in found if match is not None]
    in_order = len(axes) > 1 and axes == list(range(axes[0], axes[0] + len(axes)))
    if len(axes) != len(found) or len(owners) != 1 or not in_order:
        return parts
    end = "" if axes[-1] == rank - 1 else axes[-1] + 1
    text = f"{owners.pop()}[{axes[0] or ''}:{end}]"
    return replace(parts, text=text, strength=POSTFIX)


def to_running(region: Region, value: Value) -> Expr:
    """A value as an expression of `forward`, which reads sizes off the tensors."""
    if isinstance(value, Static):
        return value.running
    if isinstance(value, Sequence) and value.run is not None:
        return value.run
    if isinstance(value, Sequence) and not (value.static and value.static.text.isidentifier()):
        return sequence_expr([to_running(region, i) for i in value.items], value.kind)
    written = to_expr(region, value)
    if isinstance(value, Sequence) and any(isinstance(i, Static) and i.run for i in value.items):
        named = replace(written, items=None)
        return replace(written, items=tuple(index(named, n) for n in range(len(value.items))))
    return written


def constant(value: Value) -> Any:
    """The constant that a value is, or UNKNOWN."""
    if isinstance(value, Static):
        return value.expr.value
    if isinstance(value, Sequence):
        items = [constant(item) for item in value.items]
        return UNKNOWN if any(i is UNKNOWN for i in items) else value.kind(items)
    if isinstance(value, Mapping):
        pairs = {k: constant(v) for k, v in value.items.items()}
        return UNKNOWN if any(v is UNKNOWN for v in pairs.values()) else pairs
    return UNKNOWN


_DECIMAL = regex(r"\d+\.\d*(?:e-?\d+)?|\d+e-?\d+")


@lru_cache(maxsize=1024)
def literal_value(text: str) -> Any:
    """The value of a literal's source."""
    if text.isdigit():
        return int(text) if text[0] != "0" or text == "0" else UNKNOWN
    if text[:1] in "\"'" and text[-1] == text[0] and "\\" not in text and text[0] not in text[1:-1]:
        return text[1:-1]
    if _DECIMAL.fullmatch(text):
        return float(text)
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return UNKNOWN


def const(value: Any) -> Static:
    """A constant."""
    return Static(expr(value))


_COMPARE: dict[str, Any] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
    "is": lambda a, b: (
        a is b or (a == b and isinstance(a, (bool, type(None))) and type(a) is type(b))
    ),
    "is not": lambda a, b: not _COMPARE["is"](a, b),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a ** b if abs(b) < 64 and abs(a) < 1e6 else UNKNOWN,
}


def fold(operator: str, a: Any, b: Any) -> Any:
    """The value of `a operator b`, or UNKNOWN."""
    if a is UNKNOWN or b is UNKNOWN or operator not in _COMPARE:
        return UNKNOWN
    if isinstance(a, (str, list, tuple)) and operator == "*" and not _are_defaults(a, b):
        return UNKNOWN
    try:
        return _COMPARE[operator](a, b)
    except (TypeError, ArithmeticError, ValueError, AttributeError):
        return UNKNOWN


#: So many columns of a table are looked at one by one.
_MOST_COLUMNS = 256


def _are_defaults(a: Any, b: Any) -> bool:
    """`[[0.0]] * 4`: what stands for columns that are empty; sizes stay as they are written."""
    if not isinstance(a, list) or type(b) is not int or not 0 < b <= _MOST_COLUMNS:
        return False
    return len(a) == 1 and (isinstance(a[0], float) or a[0] in ([0], [0.0]))


def fold_bool(operator: str, a: Any, b: Any) -> Any:
    """The value of `a and b` or `a or b`, also where only one side decides; or UNKNOWN."""
    if operator == "and":
        if a is not UNKNOWN and not a:
            return a
        if b is not UNKNOWN and not b and a is UNKNOWN:
            return UNKNOWN if not isinstance(b, bool) else False
        return b if a is not UNKNOWN and b is not UNKNOWN else UNKNOWN
    if a is not UNKNOWN and a:
        return a
    return b if a is not UNKNOWN and b is not UNKNOWN else UNKNOWN


def is_plain(value: Value) -> bool:
    """Whether it is a value of the program's own, or a list or dict of such ones."""
    if isinstance(value, (Sequence, Mapping)):
        items = value.items.values() if isinstance(value, Mapping) else value.items
        return value.static is not None and all(map(is_plain, items))
    return isinstance(value, Static) and not isinstance(value.expr.value, Configured)
