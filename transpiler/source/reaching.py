"""Which of the statements that bind a variable the places that read it may see.

history = model.fit(x, y)          # seen by the first `print` alone
print(history.epoch)
if again:
    history = model.fit(x, y)
print(history.epoch)               # sees both
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from transpiler.source.occurrences import Positions
from transpiler.source.rounds import surely_runs
from transpiler.source.syntax import all_in, parts_of, program_tree

#: In place of the statement where nothing in the extent has bound the variable yet.
NOTHING = -1

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SEEN = frozenset[int]


def reaching(
    text: str, name: str, extent: tuple[int, int], also: Iterable[int] = ()
) -> dict[int, frozenset[int]]:
    """For each place that reads a variable in a module or function: what it may see.

    That is the offsets of the names that bind it, or of the statements that are said to do so,
    too. A place that is in a function inside, which may run at any time, is left out.
    """
    module = program_tree(text)
    if module is None:
        return {}
    flow = _Flow(Positions(text), name, frozenset(also), module)
    body: list[ast.stmt] = module.body
    if extent != (0, len(text)):
        functions = (n for n in all_in(module) if isinstance(n, _FUNCTIONS))
        inside = (n for n in functions if extent[0] <= flow.start(n) < extent[1])
        body = next((n.body for n in inside), body)
    flow.block(body, frozenset({NOTHING}))
    return {place: frozenset(seen) for place, seen in flow.seen.items()}


class _Flow:
    """Walks over statements in the order in which they run, with what is bound before each."""

    def __init__(
        self, positions: Positions, name: str, also: frozenset[int], module: ast.Module
    ) -> None:
        self.positions = positions
        self.name = name
        self.also = also
        self.module = module
        self.seen: dict[int, set[int]] = {}
        self.breaks: list[_SEEN] = []
        self.continues: list[_SEEN] = []

    def start(self, node: ast.stmt) -> int:
        """Where a statement begins."""
        return self.positions.span(node)[0]

    def block(self, statements: list[ast.stmt], state: _SEEN) -> _SEEN:
        """What is bound after some statements."""
        for statement in statements:
            state = self._statement(statement, state)
        return state

    def _statement(self, node: ast.stmt, state: _SEEN) -> _SEEN:
        match node:
            case ast.If():
                state = self._simple(node.test, state)
                return self.block(node.body, state) | self.block(node.orelse, state)
            case ast.For() | ast.AsyncFor():
                return self._loop(node, self._simple(node.iter, state), node.target)
            case ast.While():
                return self._loop(node, state, node.test)
            case ast.Try():
                return self._try(node, state)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    state = self._simple(item, state)
                return self.block(node.body, state)
            case ast.Match():
                state = self._simple(node.subject, state)
                return state.union(*(self.block(case.body, state) for case in node.cases))
            case ast.ClassDef():
                return self.block(node.body, state)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for outside in (*node.decorator_list, node.args):
                    state = self._simple(outside, state)
                return state
            case ast.Break():
                self.breaks[-1] |= state
                return frozenset()
            case ast.Continue():
                self.continues[-1] |= state
                return frozenset()
        state = self._simple(node, state)
        if (start := self.start(node)) in self.also:
            state = frozenset({start})
        return frozenset() if isinstance(node, (ast.Return, ast.Raise)) else state

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, state: _SEEN, head: ast.AST) -> _SEEN:
        while True:
            self.breaks.append(frozenset())
            self.continues.append(frozenset())
            inner = self._simple(head, state)
            done = self.block(node.body, inner) | self.continues.pop()
            left = self.breaks.pop()
            if done <= state:
                runs = not isinstance(node, ast.While) and surely_runs(node, self.module)
                return self.block(node.orelse, done if runs else state | inner) | left
            state |= done

    def _try(self, node: ast.Try, state: _SEEN) -> _SEEN:
        bound = frozenset(p for s in node.body for p in self._bound(s))
        failing = state | bound  # it may have failed after any of its statements
        state = self.block(node.orelse, self.block(node.body, state))
        state = state.union(*(self.block(handler.body, failing) for handler in node.handlers))
        return self.block(node.finalbody, state | failing) if node.finalbody else state

    def _bound(self, node: ast.AST) -> Iterator[int]:
        for part in all_in(node):
            if isinstance(part, ast.Name) and part.id == self.name:
                if not isinstance(part.ctx, ast.Load):
                    yield self.positions.offset(part.lineno, part.col_offset)
            elif isinstance(part, ast.stmt) and (start := self.start(part)) in self.also:
                yield start

    def _simple(self, node: ast.AST, state: _SEEN) -> _SEEN:
        """Read and then bind what is in a statement or expression, but for inner functions."""
        pending, bound = [node], list[int]()
        while pending:
            part = pending.pop()
            if isinstance(part, ast.Lambda):
                pending.append(part.args)
                continue
            if isinstance(part, ast.Name) and part.id == self.name:
                place = self.positions.offset(part.lineno, part.col_offset)
                if isinstance(part.ctx, ast.Load):
                    self.seen.setdefault(place, set()).update(state)
                else:
                    bound.append(place)
            pending += parts_of(part)
        return frozenset(bound) if bound else state
