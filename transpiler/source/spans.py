"""Where in its text each node of a parsed file stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

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


_SEQUENCES = frozenset({tuple, list})
_TOKENS = frozenset({cst.Name, cst.Integer, cst.Float, cst.SimpleString})
_START, _END, _INDENT = -1, -2, -3

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
_IF = "leading_lines | < {} whitespace_before_test test whitespace_after_test : body orelse >"

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


def _compiled(kind: type, layout: str) -> tuple[str | int, ...]:
    """The parts of a layout: names of fields, lengths of tokens, marks."""
    marks = {"<": _START, ">": _END, "|": _INDENT}
    fields = {field.name for field in dataclasses.fields(kind)}
    return tuple(
        marks[part] if part in marks else part if part in fields else len(part)
        for part in layout.split()
    )


_PARTS = {kind: _compiled(kind, layout) for kind, layout in _LAYOUTS.items()}
_PARTS |= {
    kind: ("whitespace_before", len(kind()._get_token()), "whitespace_after")
    for kinds in _OPERATORS
    for kind in kinds
}
_PARTS[cst.If] = _compiled(cst.If, _IF.format("if"))
_ELIF = _compiled(cst.If, _IF.format("elif"))


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
        kind = type(node)
        parts = _PARTS.get(kind)
        if parts is not None:
            return self._parts(node, parts, offset)
        special = _SPECIAL.get(kind)
        return self._as_printed(node, offset) if special is None else special(self, node, offset)

    def _parts(self, node: Any, parts: tuple[str | int, ...], offset: int) -> int:
        start = offset
        for part in parts:
            if isinstance(part, int):
                if part >= 0:
                    offset += part
                elif part == _START:
                    start = offset
                elif part == _END:
                    self.spans[id(node)] = (start, self._end(node, offset))
                else:
                    offset += self._indent
                continue
            field = getattr(node, part)
            kind = type(field)
            if kind is cst.SimpleWhitespace:
                offset += len(field.value)
            elif kind in _TOKENS and not field.lpar:
                self.spans[id(field)] = (offset, offset := offset + len(field.value))
            elif kind is str:
                offset += len(field)
            elif kind in _SEQUENCES:
                for inner in field:
                    offset = self._node(inner, offset)
            elif kind is cst.If and part == "orelse":
                offset = self._parts(field, _ELIF, offset)
            elif field is not None and kind is not cst.MaybeSentinel:
                offset = self._node(field, offset)
        return offset

    def _end(self, node: Any, offset: int) -> int:
        """Where the text of a node ends whose last part reaches to an offset."""
        for name in _ENDS.get(type(node), ()):
            last = getattr(node, name)
            if last is not None:
                return self.spans[id(last[-1] if type(last) in _SEQUENCES else last)][1]
        return offset

    def _as_printed(self, node: Any, offset: int) -> int:
        self._printed.offset = offset
        node._codegen(self._printed)
        return self._printed.offset

    def _tuple(self, node: cst.Tuple, offset: int) -> int:
        """Parentheses are part of what a tuple is."""
        end = self._parts(node, _TUPLE, offset)
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
        offset = self._parts(node, _PARAM, offset)
        if node.annotation is not None:
            offset = self._parts(node.annotation, _COLON, offset)
        return self._parts(node, _DEFAULT, offset)

    def _field(self, node: cst.FormattedStringExpression, offset: int) -> int:
        """One `{expression!r:>8}` of an f-string."""
        offset = self._parts(node, _REPLACED, offset)
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
        return self._parts(node, _EMPTY, offset + (self._indent if node.indent else 0))

    def _line_end(self, node: cst.Newline, offset: int) -> int:
        return offset + (self._newline if node.value is None else len(node.value))


_TUPLE = _compiled(cst.Tuple, "lpar < elements > rpar")
_PARAM = _compiled(cst.Param, "< star whitespace_after_star name >")
_COLON = _compiled(
    cst.Annotation, "whitespace_before_indicator : whitespace_after_indicator < annotation >"
)
_DEFAULT = _compiled(cst.Param, "equal default comma whitespace_after_param")
_REPLACED = _compiled(
    cst.FormattedStringExpression,
    "{ whitespace_before_expression expression equal whitespace_after_expression",
)
_EMPTY = _compiled(cst.EmptyLine, "whitespace comment newline")
_SPECIAL: dict[type, Callable[[Measured, Any, int], int]] = {
    cst.Tuple: Measured._tuple,
    cst.Param: Measured._param,
    cst.FormattedStringExpression: Measured._field,
    cst.IndentedBlock: Measured._block,
    cst.ParenthesizedWhitespace: Measured._broken,
    cst.EmptyLine: Measured._empty,
    cst.Newline: Measured._line_end,
}
