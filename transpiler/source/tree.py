"""One parsed file: its LibCST tree, and where in the text each node stands."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable
from functools import cached_property

import libcst as cst

from transpiler.source.lexical import (
    blanked_file,
    long_strings,
    names_in,
    placed_comments,
    words_in,
)
from transpiler.source.parsing import parse
from transpiler.source.rebound import rebound
from transpiler.source.spans import Measured


class Tree:
    """The tree of one file. Raises `libcst.ParserSyntaxError` where the text is not Python 3."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.module = parse(text)
        measured = Measured(self.module)
        if measured.length != len(text):
            raise ValueError("the parsed file does not print as the text that was read")
        self._spans = measured.spans
        self._made: list[cst.CSTNode] = []  #: kept, as the places are found by identity
        self._names: dict[int, set[str]] = {}
        self._reserved: frozenset[str] = frozenset()
        lengths = map(len, text.split("\n"))
        self._lines = [0, *itertools.accumulate(length + 1 for length in lengths)][:-1]

    @cached_property
    def blanked(self) -> str:
        """The text with strings and comments made blank."""
        return blanked_file(self.text)

    @cached_property
    def rebound(self) -> frozenset[str]:
        """The variables that change when functions which read them may have run."""
        return rebound(self.text, self.blanked)

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of the text that could be names, those in strings and comments too."""
        return frozenset(words_in(self.text)) | self._reserved

    def reserve(self, names: frozenset[str]) -> None:
        """Let some names count as words of the text."""
        self._reserved = names

    @cached_property
    def comments(self) -> list[tuple[int, str]]:
        """All comments, in order, each with its offset."""
        return placed_comments(self.text)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets of a node's own text, without comments and white space around it."""
        return self._spans[id(node)]

    def has_span(self, node: cst.CSTNode) -> bool:
        """Whether a node has text of its own that is known."""
        return id(node) in self._spans

    def source(self, node: cst.CSTNode) -> str:
        """A node's own text, as the user wrote it."""
        start, end = self._spans[id(node)]
        return self.text[start:end]

    def code(self, node: cst.CSTNode) -> str:
        """A node's own text with strings and comments made blank."""
        start, end = self._spans[id(node)]
        return self.blanked[start:end]

    def names(self, node: cst.CSTNode) -> set[str]:
        """The names in a node, outside of strings and comments."""
        found = self._names.get(id(node))
        if found is None:
            found = self._names[id(node)] = names_in(self.code(node))
        return found

    def stand_in(self, node: cst.CSTNode, original: cst.CSTNode) -> None:
        """Let a node that was made stand where one of the file does."""
        self._spans[id(node)] = self._spans[id(original)]
        self._made.append(node)

    def place(self, node: cst.CSTNode) -> tuple[int, int]:
        """The line and column of a node, both from 1."""
        return self.line_column(self._spans[id(node)][0])

    def places(self, nodes: Iterable[cst.CSTNode]) -> set[tuple[int, int]]:
        """The same of those nodes that are of this file."""
        return {self.place(node) for node in nodes if self.has_span(node)}

    def line_column(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, both from 1."""
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def line_start(self, offset: int) -> int:
        """The offset at which the line of an offset starts."""
        return self._lines[bisect.bisect_right(self._lines, offset) - 1]

    def comment_line(self, offset: int) -> int:
        """Where the line starts above which a comment on an offset can stand.

        That is not within a string, nor where a line goes on behind a backslash.
        """
        start = self.line_start(offset)
        while start:
            strings = (first for first, last in self.long_strings if first < start < last)
            if (string := next(strings, None)) is not None:
                start = self.line_start(string)
            elif self.text[max(start - 3, 0) : start].rstrip("\r\n").endswith("\\"):
                start = self.line_start(start - 1)
            else:
                return start
        return start

    @cached_property
    def long_strings(self) -> list[tuple[int, int]]:
        """The places of the strings that go over several lines."""
        return long_strings(self.text)

    def line_end(self, offset: int) -> int:
        """The offset just after the newline that ends the line of an offset."""
        line = bisect.bisect_right(self._lines, offset)
        return self._lines[line] if line < len(self._lines) else len(self.text)
