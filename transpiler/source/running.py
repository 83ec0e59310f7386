"""Whether something changes between two runs of what Keras traces once, in the order of a program.

model.compile("sgd", own)       here the trace of before, if any, is dropped
model.fit(x, y)                 here `own` is traced
beta = 5.0                      here what it reads changes
model.fit(x, y)                 here Keras still computes with what was read before

Functions are entered where they are called by name, loops are gone through twice.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import field

from transpiler.record import record, replace
from transpiler.source.effects import Function
from transpiler.source.outer_reads import FUNCTIONS, Functions, Read, nodes_in
from transpiler.source.syntax import all_in, parts_of

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MOST = 500  #: calls that are entered


@record(frozen=True, slots=True)
class _State:
    """What has been traced, and what has changed since; for training and testing apart."""

    traced: frozenset[str] = frozenset()
    changed: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: _State) -> _State:
        """Where either may be the case."""
        return _State(self.traced | other.traced, {**other.changed, **self.changed})


class Running:
    """A program as it runs, as far as one model is concerned that it compiles and trains."""

    def __init__(
        self,
        functions: Functions,
        changes: Mapping[ast.AST, Read],
        compiles: Iterable[ast.AST],
        steps: Mapping[ast.AST, frozenset[str]],
    ) -> None:
        self._functions, self._changes = functions, changes
        self._compiles, self._steps = frozenset(compiles), steps
        self._state = _State()
        self._active: list[tuple[Function, int]] = []
        self._compiled_in: tuple[tuple[Function, int], ...] | None = None
        self._entered: set[Function] = set()
        self._calls = 0
        self._late = ""  #: what changes by itself, at any time
        self._found = ""

    def changed_between(self, by_anyone: bool = True) -> str:
        """What changes between two steps with one trace, "" if nothing does.

        `by_anyone`: functions that the program doesn't call may be called at any time.
        """
        if not self._changes:
            return ""
        self._late = next(filter(None, map(self._left_changed, self._by_others())), "")
        self._run(self._functions.module)
        alone = [f for f in self._functions.all if f not in self._entered]
        for function in alone:
            self._state = _State()
            self._enter(function)
        for function in alone if by_anyone else ():
            self._late = self._late or self._left_changed(function)
        return self._found or self._late

    def _by_others(self) -> list[Function]:
        """Functions that others call, when they want to: Keras, or who takes what they yield."""
        nodes = [*all_in(self._functions.module)]
        called = {node.func for node in nodes if isinstance(node, ast.Call)}
        given = {
            function
            for node in nodes
            if isinstance(node, (ast.Name, ast.Attribute)) and node not in called
            if isinstance(node.ctx, ast.Load)
            for function in self._functions.called(node)
        }
        return [f for f in self._functions.all if f in given or _is_called_by_keras(f)]

    def _left_changed(self, function: Function) -> str:
        """What a function leaves changed that was traced before."""
        before, compiled_in = self._state, self._compiled_in
        self._state, self._compiled_in = _State(frozenset({"train", "test"})), None
        found, entered = self._found, {*self._entered}
        self._enter(function)
        left = next(iter(self._state.changed.values()), "")
        self._state, self._compiled_in, self._found = before, compiled_in, found
        self._entered = entered
        return left

    def _enter(self, function: Function) -> None:
        self._calls += 1
        if self._calls > _MOST:
            self._late = self._late or str(next(iter(self._changes.values())))
            return
        if any(function is active for active, _ in self._active):
            return
        self._entered.add(function)
        self._active.append((function, self._calls))
        body = [function.body] if isinstance(function, ast.Lambda) else function.body
        for node in body:
            self._run(node)
        self._active.pop()

    def _run(self, node: ast.AST) -> None:
        if isinstance(node, FUNCTIONS):
            outside = [*getattr(node, "decorator_list", []), *node.args.defaults]
            self._all(outside)
        elif isinstance(node, (ast.If, ast.IfExp)):
            self._run(node.test)
            body = node.body if isinstance(node.body, list) else [node.body]
            orelse = node.orelse if isinstance(node.orelse, list) else [node.orelse]
            self._either(body, orelse)
        elif isinstance(node, _LOOPS):
            self._loop(node)
        elif isinstance(node, _COMPREHENSIONS):
            for _ in range(2):
                self._all(parts_of(node))
        elif isinstance(node, ast.Try):
            self._all(node.body)
            for handler in node.handlers:
                self._either(handler.body, [])
            self._all([*node.orelse, *node.finalbody])
        elif isinstance(node, ast.Match):
            self._run(node.subject)
            for case in node.cases:
                self._either(case.body, [])
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            self._all([node.value, *targets])
        else:
            self._all(parts_of(node))
        self._happen(node)

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self._run(node)

    def _either(self, body: Iterable[ast.AST], orelse: Iterable[ast.AST]) -> None:
        before = self._state
        self._all(body)
        after, self._state = self._state, before
        self._all(orelse)
        self._state = self._state | after

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        head = [node.test] if isinstance(node, ast.While) else [node.iter]
        targets = [] if isinstance(node, ast.While) else [node.target]
        self._all(head)
        before = self._state
        for _ in range(2):
            self._all([*targets, *node.body])
        self._state = self._state | before
        self._all(node.orelse)

    def _happen(self, node: ast.AST) -> None:
        """What a node does, after all that is evaluated for it."""
        if node in self._compiles:
            self._state, self._compiled_in = _State(), tuple(self._active)
        if node in self._steps:
            self._step(self._steps[node])
        elif (read := self._changes.get(node)) is not None and self._is_now(read):
            changed = dict.fromkeys(self._state.traced, str(read))
            self._state = replace(self._state, changed={**self._state.changed, **changed})
        elif isinstance(node, ast.Call):
            for function in self._called(node.func):
                self._enter(function)

    def _step(self, kinds: frozenset[str]) -> None:
        for kind in sorted(kinds):
            self._found = self._found or self._state.changed.get(kind, "") or self._late
        self._state = replace(self._state, traced=self._state.traced | kinds)

    def _is_now(self, read: Read) -> bool:
        """Whether a variable is the one that was traced: each call of a function has its own."""
        if not isinstance(read.owner, FUNCTIONS) or self._compiled_in is None:
            return True
        running = next((a for a in reversed(self._active) if a[0] is read.owner), None)
        return running is None or running in self._compiled_in

    def _called(self, func: ast.AST) -> list[Function]:
        return [f for f in self._functions.called(func) if not _is_called_by_keras(f)]


def _is_called_by_keras(function: Function) -> bool:
    """Whether it is a lambda, a generator, or a method that nobody calls by its name."""
    if isinstance(function, ast.Lambda) or _yields(function):
        return True
    name = function.name
    return name.startswith("on_") or (name.startswith("__") and name != "__init__")


def _yields(function: Function) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes_in(function))
