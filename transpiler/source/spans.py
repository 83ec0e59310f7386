"""Where in its text each node of a parsed file stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, get_origin

import libcst as cst
from libcst._nodes.internal import CodegenState

Span = tuple[int, int]

_BRACKETED = frozenset({cst.Tuple, cst.GeneratorExp})


class _Span:
    """Notes where the text of a node begins and ends while it is printed."""

    __slots__ = ("first", "last", "node", "start", "state")

    def __init__(
        self,
        state: Printed,
        node: cst.CSTNode,
        first: cst.CSTNode | None,
        last: cst.CSTNode | None,
    ) -> None:
        self.state = state
        self.node = node
        self.first = first
        self.last = last

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(self, *error: object) -> None:
        node, spans = self.node, self.state.spans
        if type(node) in _BRACKETED and node.lpar:  # type: ignore[attr-defined]
            return  # its parentheses are part of what it is
        start = self.start if self.first is None else spans[id(self.first)][0]
        end = self.state.offset if self.last is None else spans[id(self.last)][1]
        spans[id(node)] = (start, end)


class Printed(CodegenState):
    """Prints nodes with LibCST's own code, only to see between which characters each stands.

    LibCST's PositionProvider says the same in lines and columns at ten times the price.
    """

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.tokens = [""]  # LibCST asks whether anything was printed
        self.offset = 0
        self.spans: dict[int, Span] = {}
        self._starts: list[int] = []

    def add_token(self, value: str) -> None:
        self.offset += len(value)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.offset += len(token)

    def pop_trailing_newline(self) -> None:
        """Called for a file whose last line has no newline; there are no tokens to drop."""
        self.offset -= len(self.default_newline)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
        key = id(node)
        if key not in self.spans:
            self.spans[key] = (start, self.offset)

    def record_syntactic_position(  # type: ignore[override]
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> _Span:
        return _Span(self, node, start_node, end_node)


_TOKENS = frozenset({cst.Name, cst.Integer, cst.Float, cst.SimpleString})

#: How the most frequent nodes are printed: fields by their names, tokens as they are, `<` and `>`
#: around what counts as the node's own text, `|` where the indentation of the line stands.
_LAYOUTS: dict[type, str] = {
    cst.Name: "lpar < value > rpar",
    cst.Integer: "lpar < value > rpar",
    cst.Float: "lpar < value > rpar",
    cst.SimpleString: "lpar < value > rpar",
    cst.ConcatenatedString: "lpar < left whitespace_between right > rpar",
    cst.Attribute: "lpar < value dot attr > rpar",
    cst.Call: "lpar < func whitespace_after_func ( whitespace_before_args args ) > rpar",
    cst.Arg: "< star whitespace_after_star keyword equal value > comma whitespace_after_arg",
    cst.Subscript: "lpar < value whitespace_after_value lbracket slice rbracket > rpar",
    cst.SubscriptElement: "< slice > comma",
    cst.Index: "< star whitespace_after_star value >",
    cst.List: "lpar < lbracket elements rbracket > rpar",
    cst.Element: "< value > comma",
    cst.Dict: "lpar < lbrace elements rbrace > rpar",
    cst.DictElement: "< key whitespace_before_colon : whitespace_after_colon value > comma",
    cst.BinaryOperation: "lpar < left operator right > rpar",
    cst.BooleanOperation: "lpar < left operator right > rpar",
    cst.Comparison: "lpar < left comparisons > rpar",
    cst.ComparisonTarget: "< operator comparator >",
    cst.LeftParen: "( whitespace_after",
    cst.RightParen: "< whitespace_before ) >",
    cst.LeftSquareBracket: "[ whitespace_after",
    cst.RightSquareBracket: "whitespace_before ]",
    cst.LeftCurlyBrace: "{ whitespace_after",
    cst.RightCurlyBrace: "whitespace_before }",
    cst.Comma: "whitespace_before < , > whitespace_after",
    cst.Dot: "whitespace_before < . > whitespace_after",
    cst.AssignEqual: "whitespace_before < = > whitespace_after",
    cst.Comment: "value",
    cst.TrailingWhitespace: "whitespace comment newline",
    cst.Expr: "< value > semicolon",
    cst.Assign: "< targets value > semicolon",
    cst.AssignTarget: "< target > whitespace_before_equal = whitespace_after_equal",
    cst.Return: "< return whitespace_after_return value > semicolon",
    cst.SimpleStatementLine: "leading_lines | < body > trailing_whitespace",
    cst.Decorator: "leading_lines | < @ whitespace_after_at decorator > trailing_whitespace",
    cst.Else: "leading_lines | < else whitespace_before_colon : body >",
    cst.For: "leading_lines | < asynchronous for whitespace_after_for target whitespace_before_in"
    " in whitespace_after_in iter whitespace_before_colon : body orelse >",
    cst.FunctionDef: "leading_lines decorators lines_after_decorators | < asynchronous def"
    " whitespace_after_def name whitespace_after_name type_parameters"
    " whitespace_after_type_parameters ( whitespace_before_params params ) returns"
    " whitespace_before_colon : body >",
    cst.Annotation: "whitespace_before_indicator -> whitespace_after_indicator < annotation >",
    cst.ClassDef: "leading_lines decorators lines_after_decorators | < class"
    " whitespace_after_class name whitespace_after_name type_parameters"
    " whitespace_after_type_parameters lpar bases keywords rpar whitespace_before_colon : body >",
    cst.Parameters: "< posonly_params posonly_ind params star_arg kwonly_params star_kwarg >",
    cst.Raise: "< raise whitespace_after_raise exc cause > semicolon",
    cst.ImportFrom: "< from whitespace_after_from relative module whitespace_before_import import"
    " whitespace_after_import lpar names rpar > semicolon",
    cst.ImportStar: "< * >",
    cst.ImportAlias: "< name asname > comma",
    cst.AsName: "whitespace_before_as as whitespace_after_as name",
    cst.UnaryOperation: "lpar < operator expression > rpar",
    cst.IfExp: "lpar < body whitespace_before_if if whitespace_after_if test"
    " whitespace_before_else else whitespace_after_else orelse > rpar",
    cst.FormattedString: "lpar < start parts end > rpar",
    cst.FormattedStringText: "value",
    cst.IsNot: "whitespace_before is whitespace_between not whitespace_after",
    cst.NotIn: "whitespace_before not whitespace_between in whitespace_after",
    cst.NotEqual: "whitespace_before value whitespace_after",
    cst.Minus: "- whitespace_after",
    cst.Not: "not whitespace_after",
    cst.Module: "header body footer",
}
_OPERATORS = (
    (cst.Add, cst.Subtract, cst.Multiply, cst.Divide, cst.FloorDivide, cst.Modulo, cst.Power),
    (cst.Equal, cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual),
    (cst.Is, cst.In, cst.And, cst.Or),
)
_LAYOUTS |= {
    kind: f"whitespace_before {'_' * len(kind()._get_token())} whitespace_after"
    for kinds in _OPERATORS
    for kind in kinds
}
_IF = "leading_lines | < {} whitespace_before_test test whitespace_after_test : body orelse >"
_LAYOUTS[cst.If] = _IF.format("if")

#: Nodes that end where the last of some fields ends, before the newline behind it.
_ENDS: dict[type, tuple[str, ...]] = {
    cst.If: ("orelse", "body"),
    cst.For: ("orelse", "body"),
    cst.Else: ("body",),
    cst.SimpleStatementLine: ("body",),
    cst.FunctionDef: ("body",),
    cst.ClassDef: ("body",),
    cst.ImportFrom: ("rpar", "names"),
}

#: What measures a node that begins at an offset; gives the offset behind it.
_Measure = Callable[["Measured", Any, int], int]


def _compiled(kind: type, layout: str) -> _Measure:
    """The function that measures nodes of one kind: its layout, step by step, as Python code."""
    types = {field.name: field.type for field in dataclasses.fields(kind)}
    lines = ["def measure(self, node, offset):", " spans = self.spans"]
    for part in layout.split():
        if part == "<":
            lines.append(" start = offset")
        elif part == ">":
            end = "self._end(node, offset)" if kind in _ENDS else "offset"
            lines.append(f" spans[id(node)] = (start, {end})")
        elif part == "|":
            lines.append(" offset += self._indent")
        elif part not in types:
            lines.append(f" offset += {len(part)}")
        else:
            lines.append(f" field = node.{part}")
            lines += _steps(kind, part, types[part])
    known: dict[str, Any] = {
        "Whitespace": cst.SimpleWhitespace,
        "absent": (type(None), cst.MaybeSentinel),
        "elif_": _measure_elif,
        "measures": _MEASURES,
        "tokens": _TOKENS,
    }
    exec("\n".join([*lines, " return offset"]), known)
    measure: _Measure = known["measure"]
    return measure


def _steps(kind: type, part: str, declared: object) -> Iterator[str]:
    """The lines that measure what a field holds, by what it may hold."""
    if declared is str:
        yield " offset += len(field)"
    elif get_origin(declared) is Sequence:
        yield " for inner in field: offset = measures[type(inner)](self, inner, offset)"
    elif part.startswith("whitespace"):
        yield " if type(field) is Whitespace: offset += len(field.value)"
        yield " elif type(field) not in absent: "
        yield "  offset = measures[type(field)](self, field, offset)"
    else:
        yield " kind = type(field)"
        yield " if kind in tokens and not field.lpar:"
        yield "  spans[id(field)] = (offset, offset := offset + len(field.value))"
        yield " elif kind is str: offset += len(field)"
        yield " elif kind is tuple or kind is list:"
        yield "  for inner in field: offset = measures[type(inner)](self, inner, offset)"
        if kind is cst.If and part == "orelse":
            yield f" elif kind.__name__ == {cst.If.__name__!r}: offset = elif_(self, field, offset)"
        yield " elif kind not in absent: offset = measures[kind](self, field, offset)"


class _Measures(dict[type, _Measure]):
    """What measures the nodes of each kind, compiled at the first one of a kind."""

    def __missing__(self, kind: type) -> _Measure:
        layout = _LAYOUTS.get(kind)
        known = _SPECIAL.get(kind, Measured._as_printed)
        self[kind] = known if layout is None else _compiled(kind, layout)
        return self[kind]


_MEASURES = _Measures()


def _measure_elif(measured: Measured, node: cst.If, offset: int) -> int:
    return _of(cst.If, _IF.format("elif"))(measured, node, offset)


_of = cache(_compiled)


class Measured:
    """Walks through a file as LibCST prints it, and notes where each node's own text stands.

    Nodes without a layout, which are rare, are printed by LibCST itself.
    """

    def __init__(self, module: cst.Module) -> None:
        self._printed = Printed(module)
        self._indent = 0
        self._newline = len(module.default_newline)
        self.spans = self._printed.spans
        self.length = self._node(module, 0)
        if self.length and not module.has_trailing_newline:
            self.length -= self._newline
        elif not self.length and module.has_trailing_newline:
            self.length = self._newline

    def _node(self, node: Any, offset: int) -> int:
        """Measure a node that begins at an offset; gives the offset behind it."""
        return _MEASURES[type(node)](self, node, offset)

    def _end(self, node: Any, offset: int) -> int:
        """Where the text of a node ends whose last part reaches to an offset."""
        for name in _ENDS[type(node)]:
            last = getattr(node, name)
            if last is not None:
                return self.spans[id(last[-1] if isinstance(last, (tuple, list)) else last)][1]
        return offset

    def _as_printed(self, node: Any, offset: int) -> int:
        self._printed.offset = offset
        node._codegen(self._printed)
        return self._printed.offset

    def _tuple(self, node: cst.Tuple, offset: int) -> int:
        """Parentheses are part of what a tuple is."""
        end = _of(cst.Tuple, _TUPLE)(self, node, offset)
        if node.lpar:
            self.spans[id(node)] = (offset, end)
        return end

    def _block(self, node: cst.IndentedBlock, offset: int) -> int:
        indent = self._printed.default_indent if node.indent is None else node.indent
        offset = self._node(node.header, offset)
        self._printed.increase_indent(indent)
        self._indent += len(indent)
        for statement in node.body:
            offset = self._node(statement, offset)
        self.spans[id(node)] = (self.spans[id(node.body[0])][0], self.spans[id(node.body[-1])][1])
        for line in node.footer:
            offset = self._node(line, offset)
        self._printed.decrease_indent()
        self._indent -= len(indent)
        return offset

    def _param(self, node: cst.Param, offset: int) -> int:
        """Its own text is its name; the indicator of its annotation is a colon."""
        offset = _of(cst.Param, _PARAM)(self, node, offset)
        if node.annotation is not None:
            offset = _of(cst.Annotation, _COLON)(self, node.annotation, offset)
        return _of(cst.Param, _DEFAULT)(self, node, offset)

    def _field(self, node: cst.FormattedStringExpression, offset: int) -> int:
        """One `{expression!r:>8}` of an f-string."""
        offset = _of(cst.FormattedStringExpression, _REPLACED)(self, node, offset)
        if node.conversion is not None:
            offset += 1 + len(node.conversion)
        if node.format_spec is not None:
            offset += 1
            for part in node.format_spec:
                offset = self._node(part, offset)
        return offset + 1

    def _broken(self, node: cst.ParenthesizedWhitespace, offset: int) -> int:
        offset = self._node(node.first_line, offset)
        for line in node.empty_lines:
            offset = self._node(line, offset)
        return offset + len(node.last_line.value) + (self._indent if node.indent else 0)

    def _empty(self, node: cst.EmptyLine, offset: int) -> int:
        start = offset + (self._indent if node.indent else 0)
        return _of(cst.EmptyLine, _EMPTY)(self, node, start)

    def _line_end(self, node: cst.Newline, offset: int) -> int:
        return offset + (self._newline if node.value is None else len(node.value))


_TUPLE = "lpar < elements > rpar"
_PARAM = "< star whitespace_after_star name >"
_COLON = "whitespace_before_indicator : whitespace_after_indicator < annotation >"
_DEFAULT = "equal default comma whitespace_after_param"
_REPLACED = "{ whitespace_before_expression expression equal whitespace_after_expression"
_EMPTY = "whitespace comment newline"
_SPECIAL: dict[type, _Measure] = {
    cst.Tuple: Measured._tuple,
    cst.Param: Measured._param,
    cst.FormattedStringExpression: Measured._field,
    cst.IndentedBlock: Measured._block,
    cst.ParenthesizedWhitespace: Measured._broken,
    cst.EmptyLine: Measured._empty,
    cst.Newline: Measured._line_end,
}
