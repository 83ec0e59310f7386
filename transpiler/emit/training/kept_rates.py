"""Learning rates that a program keeps, which in Keras go on to be what the optimizer has.

rate = model.optimizer.learning_rate     # Keras's variable, where a number stands in torch
model.optimizer.learning_rate = 0.01
print(float(rate))                       # 0.01
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from transpiler.emit.training.shared import Part, Shared
from transpiler.ir.tensor import Unsupported
from transpiler.lower.rates import RATES, reads_rate, setting
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.reaching import reaching
from transpiler.source.syntax import all_in, parts_of, program_tree
from transpiler.source.tree import Tree

#: What changes a rate, at any time: assignments and the callbacks of Keras.
_CHANGES = regex(
    r"\.optimizer\.(?:lr|learning_rate)\s*(?:[-+*/]{0,2}=(?!=)|\.assign)|\bset_value\("
    r"|\b(?:LearningRateScheduler|ReduceLROnPlateau)\b"
)
#: Methods and functions that keep what they get.
_KEEPING = frozenset({"append", "appendleft", "insert", "add", "setdefault", "setattr"})
_MAKING = frozenset({"dict", "list", "tuple", "deque"})
_QUESTIONS = frozenset({"hasattr", "isinstance", "callable", "getattr", "type"})
_PASSING = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.BoolOp, ast.keyword)
_LOOPS = (ast.For, ast.While, ast.AsyncFor)
_UNKNOWN = ""


def refuse_kept_rates(shared: Shared, part: Part) -> None:
    """Refuse a room that keeps the rate of its model, and reads that behind a change."""
    extent = shared.extent(part.room)
    reads = reads_rate(shared.tree, extent, part.variable, part.optimizer)
    if not reads:
        return
    code = shared.tree.blanked
    sets = [m.start() for m in setting(part.variable, part.optimizer).finditer(code, *extent)]
    if _CHANGES.search(code):
        fits = (c for c in part.calls if "callbacks" in c.given)
        sets += [shared.tree.span(c.node)[0] for c in fits]
    rate = _Rate(shared.tree, extent, sets)
    rate.check(reads, lasting=extent != (0, len(shared.tree.text)))


def refuse_kept_in_method(
    tree: Tree, extent: tuple[int, int], owners: Iterable[str], setters: Iterable[str]
) -> None:
    """The same of a method of a callback; `setters` are methods that change the rate."""
    code, reads, sets = tree.blanked, list[tuple[int, int]](), list[int]()
    for owner in owners:
        reads += reads_rate(tree, extent, owner)
        sets += [m.start() for m in setting(owner).finditer(code, *extent)]
    if not reads:
        return
    for name in setters:
        calls = re.compile(rf"\bself\.{name}\(").finditer(code, *extent)
        sets += [m.start() for m in calls]
    _Rate(tree, extent, sets).check(reads, lasting=True)


class _Rate:
    """The rate of one model in a room, or in a method."""

    def __init__(self, tree: Tree, extent: tuple[int, int], sets: Iterable[int]) -> None:
        self._tree = tree
        self._extent = extent
        self._positions = Positions(tree.text)
        module = program_tree(tree.text)
        self._nodes = [] if module is None else list(all_in(module))
        self._parents = {c: n for n in self._nodes for c in parts_of(n)}
        self._sets = {self._statement_at(place) for place in sets}

    def check(self, reads: Iterable[tuple[int, int]], lasting: bool) -> None:
        """Refuse what is kept too long; `lasting` where a room is run again and again."""
        known = set(reads)
        found = [
            n
            for n in self._nodes
            if isinstance(n, ast.Attribute) and n.attr in RATES and self._span(n) in known
        ]
        for node in found:
            holder = self._holder(node)
            if isinstance(holder, ast.Name):
                self._refuse_questions(holder)
            if holder is not None and self._is_stale(node, holder, lasting):
                raise Unsupported(
                    f"`{self._tree.text[slice(*self._span(node))]}` is kept, which changes in "
                    "Keras where the learning rate is set: float() makes it a number"
                )

    def _refuse_questions(self, holder: ast.Name) -> None:
        """Refuse what asks a variable for more than the number that it is here."""
        seen = reaching(self._tree.text, holder.id, self._extent)
        for read in self._reads(holder.id):
            if self._span(holder)[0] not in seen.get(self._span(read)[0], ()):
                continue
            around = self._parents[read]
            asks = isinstance(around, ast.Attribute)
            if isinstance(around, ast.Call) and isinstance(around.func, ast.Name):
                asks = around.func.id in _QUESTIONS
            if asks:
                said = self._tree.text[slice(*self._span(read))]
                raise Unsupported(
                    f"`{said}` is asked for more than its value, which is a number here"
                )

    def _is_stale(self, node: ast.expr, holder: ast.expr | str, lasting: bool) -> bool:
        """Whether what keeps a rate may be read behind a change."""
        changed = bool(self._sets) and (lasting or self._changes_later(node))
        changed = changed or (lasting and _CHANGES.search(self._tree.blanked) is not None)
        match holder:
            case ast.Name(id=name):
                bound = self._span(holder)[0]
                before = reaching(self._tree.text, name, self._extent)
                after = reaching(self._tree.text, name, self._extent, self._sets)
                places = {p for p, seen in before.items() if bound in seen}
                if any(after.get(p, frozenset()) & self._sets for p in places):
                    return True
                return changed and any(
                    self._holder(one) is not None or self._is_later(one)
                    for one in self._reads(name)
                    if self._span(one)[0] in places
                )
            case ast.Attribute(value=ast.Name("self"), attr=name):
                return changed and not self._is_read_at_once(holder, name)
        return changed

    def _is_read_at_once(self, holder: ast.expr, name: str) -> bool:
        """Whether an attribute is read in the lines behind its assignment alone."""
        first = self._statement(holder)
        block = next((b for b in _blocks(self._parents[first]) if first in b), list[ast.stmt]())
        behind = block[block.index(first) + 1 :] if block else []
        starts = [self._span(one)[0] for one in behind]
        until = next((n for n, start in enumerate(starts) if self._holds_set(behind[n])), None)
        plain = behind[:until]
        inside = {id(n) for one in plain for n in all_in(one)}
        reads = [
            n
            for n in self._nodes
            if isinstance(n, ast.Attribute) and n.attr == name and isinstance(n.ctx, ast.Load)
        ]
        return all(id(n) in inside and self._holder(n) is None for n in reads)

    def _holds_set(self, statement: ast.stmt) -> bool:
        start, end = self._span(statement)
        return any(start <= place < end for place in self._sets)

    def _holder(self, node: ast.expr) -> ast.expr | str | None:
        """What keeps an expression; "" where that is not known, None where nothing does."""
        inner: ast.AST = node
        while (outer := self._parents.get(inner)) is not None:
            match outer:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name) as func):
                    if inner is func or name not in _KEEPING | _MAKING:
                        return None
                    if name in _KEEPING:
                        return _UNKNOWN
                case ast.Assign(targets=[target], value=value):
                    alone = value is node and isinstance(target, (ast.Name, ast.Attribute))
                    return (target if alone else _UNKNOWN) if value is inner else None
                case ast.Assign(value=value):
                    return _UNKNOWN if value is inner else None
                case ast.AnnAssign(target=target):
                    return target if outer.value is node else _UNKNOWN
                case ast.NamedExpr():
                    return _UNKNOWN
                case ast.IfExp(test=test) if test is inner:
                    return None
                case ast.IfExp() | ast.ListComp() | ast.DictComp():
                    pass
                case _ if not isinstance(outer, _PASSING):
                    return None
            inner = outer
        return None

    def _reads(self, name: str) -> Iterator[ast.expr]:
        for node in self._nodes:
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                yield node

    def _is_later(self, node: ast.AST) -> bool:
        """Whether it is in a function, which may be called later, that is within the extent."""
        while (outer := self._parents.get(node)) is not None:
            if isinstance(outer, (ast.FunctionDef, ast.Lambda)):
                return self._extent[0] < self._span(outer)[0]
            node = outer
        return False

    def _changes_later(self, node: ast.AST) -> bool:
        """Whether a statement that changes the rate may run behind one."""
        mine = self._span(self._statement(node))[0]
        loops = [self._span(one) for one in self._nodes if isinstance(one, _LOOPS)]
        return any(
            place > mine or any(s <= place < e and s <= mine < e for s, e in loops)
            for place in self._sets
        )

    def _statement(self, node: ast.AST) -> ast.stmt:
        while not isinstance(node, ast.stmt):
            node = self._parents[node]
        return node

    def _statement_at(self, place: int) -> int:
        """Where the innermost statement around a place starts."""
        around = (self._span(n) for n in self._nodes if isinstance(n, ast.stmt))
        return max((start for start, end in around if start <= place < end), default=place)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        return self._positions.span(node)


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        found = getattr(node, name, None)
        if isinstance(found, list):
            yield found
