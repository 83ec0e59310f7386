"""One parsed file: its LibCST tree, and where in the text each node stands."""

from __future__ import annotations

import bisect
import contextlib
from collections.abc import Iterator

import libcst as cst
from libcst._nodes.internal import CodegenState


class _Offsets(CodegenState):
    """Prints a tree and notes between which characters each node's own text stands.

    LibCST's PositionProvider says the same in lines and columns at seven times the price.
    """

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.offset = 0
        self.spans: dict[int, tuple[int, int]] = {}
        self._starts: dict[int, int] = {}

    def add_token(self, value: str) -> None:
        self.offset += len(value)
        self.tokens.append(value)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.offset += len(token)
        self.tokens.extend(self.indent_tokens)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts[id(node)] = self.offset

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.spans.setdefault(id(node), (self._starts[id(node)], self.offset))

    @contextlib.contextmanager
    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Iterator[None]:
        start = self.offset
        yield
        if isinstance(node, (cst.Tuple, cst.GeneratorExp)) and node.lpar:
            return  # its parentheses are part of what it is
        first = start if start_node is None else self.spans[id(start_node)][0]
        last = self.offset if end_node is None else self.spans[id(end_node)][1]
        self.spans[id(node)] = (first, last)


class Tree:
    """The tree of one file. Raises `libcst.ParserSyntaxError` where the text is not Python 3."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.module = cst.parse_module(text)
        printer = _Offsets(self.module)
        self.module._codegen(printer)
        if "".join(printer.tokens) != text:
            raise ValueError("the parsed file does not print as the text that was read")
        self._spans = printer.spans
        self._lines = [0]
        position = text.find("\n")
        while position >= 0:
            self._lines.append(position + 1)
            position = text.find("\n", position + 1)

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
