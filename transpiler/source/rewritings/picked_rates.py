"""Learning rates that an `if` statement picks: one expression does.

if args.decay:                                     lr = ExponentialDecay(0.1, 100, 0.9) \
    lr = ExponentialDecay(0.1, 100, 0.9)                if args.decay else 0.1
else:
    lr = 0.1

Where the schedule is made of the rate whose name it gets, it gets a name of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_SCHEDULES = frozenset(
    {"ExponentialDecay", "InverseTimeDecay", "PolynomialDecay", "CosineDecay"}
    | {"CosineDecayRestarts", "PiecewiseConstantDecay"}
)
_MADE = regex(rf"=\s*(?:\w+\.)*(?:{'|'.join(sorted(_SCHEDULES))})\(")


def rates_in_one(text: str) -> Rewritten | None:
    """The text with such expressions, if it has such statements."""
    if not _MADE.search(text) or (module := program_tree(text)) is None:
        return None
    edits: dict[Span, str] = {}
    touched: list[tuple[int, int]] = []
    scopes: list[ast.Module | ast.FunctionDef] = [module]
    scopes += (node for node in all_in(module) if isinstance(node, ast.FunctionDef))
    for scope in scopes:
        for body, statement in _statements(scope.body):
            made = _Rates(text, module, scope, body, statement)
            if made.edits:
                edits |= made.edits
                touched.append((statement.lineno, statement.end_lineno or statement.lineno))
    return rewritten(text, edits, touched=touched) if edits else None


def _statements(body: list[ast.stmt]) -> Iterator[tuple[list[ast.stmt], ast.stmt]]:
    """The statements of a scope, each with the block that it stands in."""
    for statement in body:
        yield body, statement
        for block in ("body", "orelse"):
            inner = getattr(statement, block, [])
            further = block == "orelse" and isinstance(statement, ast.If) and len(inner) == 1
            if isinstance(statement, (ast.If, ast.With, ast.For, ast.While)) and not (
                further and isinstance(inner[0], ast.If)  # an `elif` is part of the statement
            ):
                yield from _statements(inner)


class _Rates:
    """One statement that gives a variable a rate, and what stands in its place."""

    def __init__(
        self,
        text: str,
        module: ast.Module,
        scope: ast.Module | ast.FunctionDef,
        body: list[ast.stmt],
        statement: ast.stmt,
    ) -> None:
        self.text, self.positions = text, Positions(text)
        self.edits: dict[Span, str] = {}
        self.name = ""
        self.tests: list[ast.expr] = []
        self.rates: list[ast.expr] = []
        if not self._read(statement) or not any(map(_is_schedule, self.rates)):
            return
        whole = len(self.rates) > len(self.tests)
        own = not whole or any(self.name in _names(part) for part in (*self.tests, *self.rates))
        name = self.name
        if own:
            name = f"{self.name}_schedule"
            taken = {n.id for n in all_in(module) if isinstance(n, ast.Name)}
            if name in taken or not self._rename(scope, body, statement, name):
                self.edits = {}
                return
        elif not self.tests:
            return
        last = self._source(self.rates[-1]) if whole else self.name
        chosen = [
            f"{self._source(rate)} if {self._source(test)} else "
            for rate, test in zip(self.rates, self.tests, strict=False)
        ]
        start, end = self.positions.span(statement)
        lines = [*comments_in(text[start:end]), f"{name} = {''.join(chosen)}{last}"]
        self.edits[start, end] = f"\n{' ' * statement.col_offset}".join(lines)

    def _read(self, statement: ast.stmt) -> bool:
        """Whether each way of a statement gives one variable a value, and nothing else."""
        while isinstance(statement, ast.If):
            if len(statement.body) != 1 or not self._assigns(statement.body[0]):
                return False
            self.tests.append(statement.test)
            if not statement.orelse:
                return True
            if len(statement.orelse) != 1:
                return False
            statement = statement.orelse[0]
        return self._assigns(statement)

    def _assigns(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if self.name in ("", name):
                self.name = name
                self.rates.append(value)
                return True
        return False

    def _source(self, node: ast.expr) -> str:
        source = self.text[slice(*self.positions.span(node))]
        apart = isinstance(node, (ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Tuple))
        bare = "\n" in source and not isinstance(node, ast.Call)
        return f"({source})" if apart or bare else source

    def _rename(
        self,
        scope: ast.Module | ast.FunctionDef,
        body: list[ast.stmt],
        statement: ast.stmt,
        name: str,
    ) -> bool:
        """Give what reads the variable behind the statement the other name, if all is seen.

        In a loop, this must be what gives the variable another value in each round.
        """
        inside = {id(n) for one in body for n in all_in(one)}
        later = {id(n) for one in body[body.index(statement) + 1 :] for n in all_in(one)}
        end = body[-1].end_lineno or 0
        if body is not scope.body and not any(
            isinstance(n, ast.For) and n.body is body and self.name in _names(n.target)
            for n in all_in(scope)
        ):
            return False
        for node in all_in(scope):
            if isinstance(node, (ast.Global, ast.Nonlocal)) and self.name in node.names:
                return False
            functions = (ast.FunctionDef, ast.Lambda, ast.ClassDef)
            if isinstance(node, functions) and node is not scope and self.name in _free(node):
                return False
            if not isinstance(node, ast.Name) or node.id != self.name:
                continue
            if id(node) in later:
                if not isinstance(node.ctx, ast.Load):
                    return False
                self.edits[self.positions.span(node)] = name
            elif id(node) not in inside and node.lineno > end:
                return False
        return True


def _is_schedule(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _SCHEDULES
    return False


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in all_in(node) if isinstance(n, ast.Name)}


def _free(node: ast.AST) -> set[str]:
    """The names that a function or class reads, but for its own parameters."""
    own = {n.arg for n in all_in(node) if isinstance(n, ast.arg)}
    return _names(node) - own
