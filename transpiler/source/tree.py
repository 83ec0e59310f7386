"""One parsed file: its LibCST tree, and where in the text each node stands."""

from __future__ import annotations

import bisect
from functools import cached_property

import libcst as cst
from libcst._nodes.internal import CodegenState

from transpiler.source.lexical import blanked

_BRACKETED = frozenset({cst.Tuple, cst.GeneratorExp})


class _Span:
    """Notes where the text of a node begins and ends while it is printed."""

    __slots__ = ("first", "last", "node", "start", "state")

    def __init__(
        self,
        state: _Offsets,
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


class _Offsets(CodegenState):
    """Prints a tree only to see between which characters each node's own text stands.

    LibCST's PositionProvider says the same in lines and columns at ten times the price.
    """

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.tokens = [""]  # LibCST asks whether anything was printed
        self.offset = 0
        self.spans: dict[int, tuple[int, int]] = {}
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


class Tree:
    """The tree of one file. Raises `libcst.ParserSyntaxError` where the text is not Python 3."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.module = cst.parse_module(text)
        printer = _Offsets(self.module)
        self.module._codegen(printer)
        if printer.offset != len(text):
            raise ValueError("the parsed file does not print as the text that was read")
        self._spans = printer.spans
        self._lines = [0]
        position = text.find("\n")
        while position >= 0:
            self._lines.append(position + 1)
            position = text.find("\n", position + 1)

    @cached_property
    def blanked(self) -> str:
        """The text with strings and comments made blank."""
        return blanked(self.text)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets of a node's own text, without comments and white space around it."""
        return self._spans[id(node)]

    def source(self, node: cst.CSTNode) -> str:
        """A node's own text, as the user wrote it."""
        start, end = self._spans[id(node)]
        return self.text[start:end]

    def place(self, node: cst.CSTNode) -> tuple[int, int]:
        """The line and column of a node, both from 1."""
        return self.line_column(self._spans[id(node)][0])

    def line_column(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, both from 1."""
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def line_start(self, offset: int) -> int:
        """The offset at which the line of an offset starts."""
        return self._lines[bisect.bisect_right(self._lines, offset) - 1]

    def line_end(self, offset: int) -> int:
        """The offset just after the newline that ends the line of an offset."""
        line = bisect.bisect_right(self._lines, offset)
        return self._lines[line] if line < len(self._lines) else len(self.text)
