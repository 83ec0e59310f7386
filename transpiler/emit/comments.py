"""Where the comments of a function go: with their statements, to wherever those are written.

A statement that is written in `__init__` only, or in `forward` only, has its comments there. One
that is written in both has them in `forward`, but for those between the brackets of a constructor,
those that speak of construction, and the heading of a section, which heads both. The comments of a
statement that is written nowhere go to the next statement of its block that is; those of imports
stay outside of the class.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

import libcst as cst

from transpiler.emit.edits import Edit, apply, replaces
from transpiler.interpret.region import Region
from transpiler.ir import tokens
from transpiler.ir.code import Comments, Construct, For, Line, Node, While
from transpiler.passes.liveness import walk
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.suites import suites
from transpiler.source.tree import Tree

#: What exports of notebooks write above the code of each cell: that is where it stays.
_CELL = regex(r"# In ?\[[\d ]*\]:|# ?%%.*|# COMMAND -+|# <codecell>")
_CONSTRUCTION = regex(r"instantiat|initiali[sz]|regulari[sz]", re.IGNORECASE)


@record(slots=True)
class Spot:
    """A statement, or an element of a Sequential's list; comments are numbers in the file."""

    start: int
    suite: tuple[int, int]  #: the offsets between which its block lies
    above: tuple[int, ...] = ()
    inside: tuple[int, ...] = ()
    behind: tuple[int, ...] = ()
    blank: bool = False  #: whether a blank line is above it
    first: bool = False  #: whether it begins its block
    element: bool = False  #: of a list
    imports: bool = False  #: whether it does nothing else

    def takes(self, offset: int) -> bool:
        """Whether it comes later than what stands there, in the same block."""
        return self.start > offset and self.suite[0] <= offset < self.suite[1]


@record(slots=True)
class Placed:
    """The comments of one statement that is written."""

    above: list[str] = field(default_factory=list)
    behind: str = ""
    blank: bool = False

    def add(self, above: Sequence[str], behind: Sequence[str], blank: bool) -> None:
        """More comments, behind those that are there."""
        self.above += above
        self.blank = self.blank or blank
        if behind and not self.behind:
            self.behind, behind = behind[0], behind[1:]
        self.above += behind

    def over(self, own: Comments) -> Comments:
        """Together with those that a node brings along itself."""
        blank = ("",) if self.blank else ()
        return Comments((*blank, *self.above, *own.leading), self.behind or own.trailing)


class Script:
    """The statements of one function body, or of the module, with the comments of each."""

    def __init__(
        self, tree: Tree, node: cst.CSTNode, region: Region, helpers: Sequence[cst.CSTNode]
    ) -> None:
        """`helpers` are the functions whose statements stand where they are called."""
        self.tree = tree
        self.nested: list[tuple[int, int]] = []  #: definitions, which have comments of their own
        self.offsets = [offset for offset, _ in tree.comments]
        self.parts = sorted(region.elements.items())
        self.cells = {n for n, (_, text) in enumerate(tree.comments) if _CELL.fullmatch(text)}
        self.placed = {*self.cells}  #: comments that a class of this function carries, or none
        spots = (spot for one in (node, *helpers) for spot in self._of(one))
        self.spots = sorted(spots, key=lambda s: s.start)
        self.owners = {n: s for s in self.spots for n in (*s.above, *s.inside, *s.behind)}
        self.span = (0, len(tree.text)) if isinstance(node, cst.Module) else tree.span(node)

    def texts(self, numbers: Sequence[int]) -> list[str]:
        """What some comments say."""
        return [self.tree.comments[n][1] for n in numbers]

    def unplaced(self) -> list[int]:
        """The comments that no class carries."""
        numbers = range(bisect_left(self.offsets, self.span[0]), self._before(self.span[1]))
        apart = {
            n for start, end in self.nested for n in range(self._before(start), self._before(end))
        }
        return [n for n in numbers if n not in self.placed | apart]

    def keep(self, start: int, end: int) -> None:
        """The comments at the ends of some lines of code stay where they are."""
        for number in range(self._before(start), self._before(end)):
            offset = self.offsets[number]
            if self.tree.text[self.tree.line_start(offset) : offset].strip():
                self.placed.add(number)

    def _before(self, offset: int) -> int:
        return bisect_left(self.offsets, offset)

    def _of(self, node: cst.CSTNode) -> Iterator[Spot]:
        if isinstance(node, cst.Module):
            yield from self._block(node.body, 0)
        elif isinstance(node, (cst.FunctionDef, cst.For, cst.While, cst.If, cst.With, cst.Try)):
            yield from self._nested(node)

    def _nested(self, node: cst.CSTNode) -> Iterator[Spot]:
        previous = self.tree.span(node)[0]
        for suite in suites(node):
            yield from self._block(suite.body, previous)
            previous = self.tree.span(suite.body[-1])[1]

    def _block(self, statements: Sequence[cst.CSTNode], start: int) -> Iterator[Spot]:
        if not statements:
            return
        suite = start, self.tree.span(statements[-1])[1] + 1
        for number, statement in enumerate(statements):
            spot = self._spot(statement, suite)
            spot.first = number == 0
            yield spot
            if isinstance(statement, cst.SimpleStatementLine):
                yield from self._elements(spot, self.tree.span(statement)[1])
            elif isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                self.nested.append(self.tree.span(statement))
            else:
                yield from self._nested(statement)
                yield from self._otherwise(statement, suite)

    def _otherwise(self, node: cst.CSTNode, suite: tuple[int, int]) -> Iterator[Spot]:
        rest = node.orelse if isinstance(node, cst.If) else None
        while isinstance(rest, cst.If):
            yield self._spot(rest, suite)
            rest = rest.orelse

    def _spot(self, node: cst.CSTNode, suite: tuple[int, int]) -> Spot:
        start, end = self.tree.span(node)
        lines = getattr(node, "leading_lines", ())
        here = self._before(start)
        above = range(here - sum(line.comment is not None for line in lines), here)
        blank = any(line.comment is None for line in lines) and self.cells.isdisjoint(above)
        spot = Spot(start, suite, tuple(above), blank=blank, imports=_imports(node))
        if isinstance(node, cst.SimpleStatementLine):
            spot.inside = tuple(range(here, self._before(end)))
            if node.trailing_whitespace.comment is not None:
                spot.behind = (self._before(end),)
        elif isinstance(node, (cst.For, cst.While, cst.If)):
            head = self.tree.span(node.iter if isinstance(node, cst.For) else node.test)[1]
            spot.inside = tuple(range(here, self._before(head)))
            if getattr(getattr(node.body, "header", None), "comment", None) is not None:
                spot.behind = (self._before(head),)
        return spot

    def _elements(self, spot: Spot, end: int) -> Iterator[Spot]:
        """The elements of a list in a statement, which take their comments from it."""
        parts = [p for p in self.parts if spot.start <= p[0] < end]
        found = [Spot(start, (spot.start, end), element=True) for start, _ in parts]
        if not found:
            return
        left = []
        for number in spot.inside:
            offset = self.offsets[number]
            later = next((i for i, p in enumerate(parts) if offset < p[1]), len(parts))
            line = self.tree.line_start(offset)
            if later < len(parts) and parts[later][0] <= offset:
                found[later].inside += (number,)
            elif later and line <= parts[later - 1][1]:
                found[later - 1].behind += (number,)
            elif later < len(parts):
                found[later].above += (number,)
            else:
                left.append(number)
        spot.inside = tuple(left)
        yield from found


class Arrangement:
    """Which statement of `__init__` and of `forward` carries which comments of the source."""

    def __init__(
        self, init: list[Node], forward: list[Node], script: Script, staying: frozenset[int]
    ) -> None:
        self.script = script
        self.staying = staying
        self.placed: dict[int, Placed] = {}
        self.changed = False  #: whether comments were put in after the class was written
        self.made, self.called = _first(init), _first(forward)
        self.constructs = sorted(_constructions(init))
        for spot in script.spots:
            self._arrange(spot)

    def of(self, node: Node) -> Comments:
        """All comments of a statement."""
        placed = self.placed.get(id(node))
        return node.comments if placed is None else placed.over(node.comments)

    def _arrange(self, spot: Spot) -> None:
        made, called = self.made.get(spot.start), self.called.get(spot.start)
        above, inside, behind = map(self._fresh, (spot.above, spot.inside, spot.behind))
        blank = spot.blank and spot.start not in self.staying
        if spot.start in self.staying:
            above, behind = (), ()
        if made is None or called is None:
            node = made or called
            if node is not None:
                self._put(node, (*above, *inside), behind, blank)
            return
        builds = any(_CONSTRUCTION.search(text) for text in self.script.texts(above))
        both = bool(above) and self._heads_section(spot)
        self._put(made, (*(above if builds or both else ()), *inside), (), blank)
        self._put(called, above if both or not builds else (), behind, blank)

    def _fresh(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(n for n in numbers if n not in self.script.placed)

    def _put(
        self, node: Node, above: Sequence[int], behind: Sequence[int], blank: bool = False
    ) -> None:
        self.script.placed.update(above, behind)
        placed = self.placed.setdefault(id(node), Placed())
        placed.add(self.script.texts(above), self.script.texts(behind), blank)

    def _heads_section(self, spot: Spot) -> bool:
        """Whether a comment is the heading of a paragraph in which several layers are made."""
        if not (spot.blank or spot.first):
            return False
        end = next(
            (
                s.start
                for s in self.script.spots
                if s.start > spot.start and s.suite == spot.suite and s.blank
            ),
            spot.suite[1],
        )
        return bisect_left(self.constructs, end) - bisect_left(self.constructs, spot.start) > 1

    def after(self, offset: int, in_forward: bool) -> int | None:
        """Where the next statement of a block starts that is written."""
        later = [s.start for s in self.script.spots if s.takes(offset)]
        called = next((start for start in later if start in self.called), None)
        if in_forward and called is not None:
            return called
        return next((start for start in later if start in self.called or start in self.made), None)

    def take(self, number: int, start: int, blank: bool) -> None:
        """Put the comment of a statement that is gone above another one."""
        node = self.called.get(start) or self.made[start]
        self.changed = True
        self.script.placed.add(number)
        placed = self.placed.setdefault(id(node), Placed())
        placed.above.insert(0, self.script.tree.comments[number][1])
        placed.blank = placed.blank or blank


def _constructions(nodes: list[Node]) -> Iterator[int]:
    """Where the layers come from that are made, and the loops that make several."""
    for node in walk(nodes):
        looped = isinstance(node, (For, While)) and any(_constructions(node.body))
        if looped or isinstance(node, Construct):
            yield from node.origins


def _first(nodes: list[Node]) -> dict[int, Node]:
    """The first statement that comes from each statement of the source."""
    found: dict[int, Node] = {}
    for silent in (False, True):
        for node in walk(nodes):
            if (isinstance(node, Line) and node.text.startswith(tokens.SIZE)) is silent:
                for origin in node.origins:
                    found.setdefault(origin, node)
    return found


def carry(
    script: Script, arrangements: list[Arrangement], region: Region, edits: list[Edit]
) -> tuple[list[Edit], list[str]]:
    """Bring the comments of statements that are gone to the next one of their block that is left.

    Comments of tensors go to `forward` if they can. `edits` are what takes statements away. Gives
    the edits for those that go to statements of the file, and the comments that found no place.
    """
    tree = script.tree
    replaced = replaces(edits)
    numbers = [
        n
        for n in script.unplaced()
        if replaced(script.offsets[n]) and not _carried(edits, *tree.comments[n])
    ]
    if not numbers:
        return [], []
    gone = replaces([e for e in edits if not e.text])
    kept = [s for s in script.spots if not s.element and not gone(s.start)]
    tensors = _tensor_statements(region)
    lines: dict[int, list[str]] = {}
    homeless: list[str] = []
    for number in reversed(numbers):
        offset, text = tree.comments[number]
        owner = script.owners.get(number)
        place = offset if owner is None else owner.start
        of_tensors = owner is not None and owner.start in tensors
        found = [
            (start, arrangement)
            for arrangement in arrangements
            if (start := arrangement.after(place, of_tensors)) is not None
        ]
        start, home = min(found, key=lambda pair: pair[0], default=(len(tree.text), None))
        stays = next((s for s in kept if s.takes(place)), None)
        of_file = owner is not None and owner.imports and stays is not None
        if home is not None and not of_file and (stays is None or start <= stays.start):
            home.take(number, start, owner is not None and owner.blank)
        elif stays is not None:
            lines.setdefault(stays.start, []).insert(0, text)
        else:
            homeless.insert(0, text)
    return [_above(script, start, texts) for start, texts in lines.items()], homeless


def _imports(node: cst.CSTNode) -> bool:
    """Whether a statement, or all in one with blocks, only imports."""
    if isinstance(node, cst.SimpleStatementLine):
        return all(isinstance(small, (cst.Import, cst.ImportFrom)) for small in node.body)
    if not isinstance(node, (cst.If, cst.Try)):
        return False
    return all(_imports(inner) for suite in suites(node) for inner in suite.body)


def _carried(edits: list[Edit], offset: int, text: str) -> bool:
    """Whether the edit that replaces a comment has it in its own text."""
    return any(text in e.text for e in edits if e.text and e.start <= offset < e.end)


def _tensor_statements(region: Region) -> set[int]:
    """Where the statements start that say something of tensors, and nothing of layers."""
    nodes = region.graph_statements.values()
    return {region.tree.span(n)[0] for n in nodes if id(n) not in region.layer_statements}


def _above(script: Script, start: int, texts: list[str]) -> Edit:
    """The edit that puts comments above a statement, and above those that it has."""
    tree = script.tree
    spot = next(s for s in script.spots if s.start == start)
    line = tree.line_start(script.offsets[spot.above[0]] if spot.above else start)
    pad = tree.text[tree.line_start(start) : start]
    return Edit(line, line, "".join(f"{pad}{text}\n" for text in texts))


def without_doubles(script: Script, start: int) -> list[Edit]:
    """Edits that take the comments off a statement whose class carries them now."""
    tree = script.tree
    found: list[Edit] = []
    for spot in script.spots:
        if spot.start == start:
            for number in script.placed & {*spot.above, *spot.behind}:
                offset, text = tree.comments[number]
                first, last = tree.line_start(offset), tree.line_end(offset)
                if number in spot.behind:
                    first = len(tree.text[first:offset].rstrip()) + first
                    last = offset + len(text)
                found.append(Edit(first, last, ""))
    return found


def restored(tree: Tree, edits: list[Edit], elsewhere: list[Edit]) -> list[Edit]:
    """Edits for the comments that the others would lose: each to the next line that is left.

    Without those of what has come to other files.
    """
    moved = replaces(elsewhere)
    missing = Counter(text for offset, text in tree.comments if not moved(offset))
    missing -= Counter(comments_in(apply(tree.text, edits)))
    found: list[Edit] = []
    if not +missing:
        return found
    replaced = replaces(edits)
    for offset, text in reversed(tree.comments):
        if missing[text] and replaced(offset) and not moved(offset) and not _PRAGMA.match(text):
            missing[text] -= 1
            spot = _next_line(tree, edits, offset)
            pad = _pad(tree, offset, spot, replaced)
            found.insert(0, Edit(spot, spot, f"{pad}{text}\n"))
    return found


def _pad(tree: Tree, offset: int, spot: int, replaced: Callable[[int], bool]) -> str:
    """The blanks in front of a comment that goes to a line: those of the line below it.

    Behind all that is left of its block, those of the line above.
    """
    rest = tree.text[spot:].lstrip("\n")
    below = rest[: len(rest) - len(rest.lstrip(" \t"))]
    start = tree.line_start(offset)
    level = offset - start
    while start and len(below) < level:
        start = tree.line_start(start - 1)
        line = tree.text[start : tree.line_end(start)]
        above = line[: len(line) - len(line.lstrip())]
        if line.strip() and not replaced(start + len(above)):
            return above if len(below) < len(above) <= level else below
        if line.strip():
            level = min(level, len(above))
    return below


#: Remarks for tools on a line that is gone.
_PRAGMA = regex(r"#\s*(noqa|type:\s*ignore|pylint:|pyright:|mypy:)")


def _next_line(tree: Tree, edits: list[Edit], offset: int) -> int:
    first = offset
    while True:
        over = [e for e in edits if e.start <= offset < e.end]
        if not over:
            return offset
        offset = max(e.end for e in over)
        if tree.line_start(offset) != offset and offset < len(tree.text):
            offset = tree.line_start(min(e.start for e in over))
            return offset if offset < first else tree.line_start(first)
