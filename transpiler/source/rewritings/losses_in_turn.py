"""Losses of several outputs that are made in turn, over what is written out: each by itself.

QUANTILES = [0.1, 0.9]
losses = []
for q in QUANTILES:
    losses.append(quantile_loss(q))
model.compile("adam", loss=losses)      model.compile("adam", loss=[quantile_loss(0.1), ...])

So are lambdas that get what the round has as a default, `lambda y, f, q=q: tilted(q, y, f)`, and
a list or dict of functions that only `compile` is given.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy

from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.lexical import comments_in, may_name
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.constant_rounds import (
    replaced_in_round,
    rounds_of,
    source_of,
    used_besides,
)
from transpiler.source.syntax import all_in, program_tree

_GIVES = regex(r"\bloss\s*=\s*(?:[\[{]|list\(|\w+\s*[,)\n])")


def losses_in_turn(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with such losses where `compile` gets them, if it has any.

    `others` gives the texts that import it: what they name stays.
    """
    module = program_tree(text) if ".compile(" in text and _GIVES.search(text) else None
    edits: dict[Span, str] = {}
    touched: list[tuple[int, int]] = []
    for room in all_in(module) if module is not None else ():
        if isinstance(room, (ast.Module, ast.FunctionDef)):
            made_there = _Room(text, room)
            for call, given in made_there.given:
                if isinstance(room, ast.Module) and isinstance(given, ast.Name):
                    if may_name(others(), given.id):
                        continue
                if found := made_there.written(given):
                    edits |= found
                    touched.append((call.lineno, call.end_lineno or 0))
    made = rewritten(text, edits, touched=touched) if edits else None
    return made if made is not None and program_tree(made.text) is not None else None


class _Room:
    """A function, or a module, that compiles models."""

    def __init__(self, text: str, room: ast.Module | ast.FunctionDef) -> None:
        self._text, self._body, self._positions = text, room.body, Positions(text)
        self._nodes = list(own_nodes(room))

    @property
    def given(self) -> Iterator[tuple[ast.Call, ast.expr]]:
        """The calls of `compile`, and the losses that they get."""
        for node in self._nodes:
            match node:
                case ast.Call(func=ast.Attribute(attr="compile"), keywords=keywords):
                    yield from ((node, k.value) for k in keywords if k.arg == "loss")

    def written(self, given: ast.expr) -> dict[Span, str]:
        """The edits that put losses one by one in the place where they are given."""
        statements = self._making(given) if isinstance(given, ast.Name) else []
        made = [s.value for s in statements if isinstance(s, ast.Assign)]
        written_out = isinstance(given, (ast.List, ast.Tuple))
        losses = None if written_out else self._each(made[0] if made else given)
        for loop in statements[1:]:
            empty = ast.unparse(made[0]) in ("[]", "{}")
            losses = self._looped(loop, ast.unparse(given)) if empty else None
        if losses is None:
            return {}
        gone = {self._lines(one): self._comments(one) for one in statements}
        return {**gone, self._positions.span(given): source_of(losses)}

    def _making(self, name: ast.Name) -> list[ast.stmt]:
        """The statements that make what a variable holds, if only `compile` reads it."""
        module = program_tree(self._text)
        assert module is not None
        uses = [n for n in all_in(module) if isinstance(n, ast.Name) and n.id == name.id]
        named = [i for i, one in enumerate(self._body) if _named(one) == name.id]
        if len(named) != 1 or name not in self._nodes:
            return []
        following = self._body[named[0] : named[0] + 2]
        made = [one for one in following if one.lineno <= name.lineno][: len(uses) - 1]
        inside = {n for one in made for n in all_in(one)}
        if len(made) != len(uses) - 1 or not {*uses} <= {*inside, name}:
            return []
        end = made[-1].end_lineno or 0
        later = {n for n in self._nodes if isinstance(n, ast.Name) and not _is_read(n)} - inside
        read = {n.id for n in inside if isinstance(n, ast.Name)}
        changed = any(n.id in read and end < n.lineno <= name.lineno for n in later)
        return [] if changed or not isinstance(made[-1], (ast.Assign, ast.For)) else made

    def _each(self, made: ast.expr) -> ast.expr | None:
        """The list or dict that something makes, with the losses in it one by one."""
        match made:
            case ast.ListComp(elt=one, generators=[over]) if _is_made(one) and not over.ifs:
                return _listed([_in_round(one, row) for row in self._rounds(over)])
            case ast.DictComp(key=key, value=one, generators=[over]) if not over.ifs:
                rows = self._rounds(over) if _is_made(one) else []
                keys = [replaced_in_round(key, row) for row in rows]
                return _keyed(keys, [_in_round(one, row) for row in rows])
            case ast.Call(ast.Name("list"), [ast.Call(ast.Name("map"), [ast.Name() as f, over])]):
                rows = rounds_of(self._text, ast.Name("_"), over)
                return _listed([ast.Call(f, [row["_"]], []) for row in rows])
            case ast.List(elts=losses) if any(map(_is_made, losses)):
                return made
        return None

    def _looped(self, loop: ast.stmt, name: str) -> ast.expr | None:
        """The same of a loop that does nothing but to fill it."""
        if not isinstance(loop, ast.For):
            return None
        own = {n.id for n in all_in(loop.target) if isinstance(n, ast.Name)}
        if loop.orelse or own & used_besides(self._nodes, loop):
            return None
        rows = rounds_of(self._text, loop.target, loop.iter)
        match loop.body:
            case [ast.Expr(ast.Call(ast.Attribute(ast.Name(held), "append"), [one], []))] if (
                _is_made(one) and held == name
            ):
                return _listed([_in_round(one, row) for row in rows])
            case [ast.Assign([ast.Subscript(ast.Name(held), key)], one)] if (
                _is_made(one) and held == name
            ):
                keys = [replaced_in_round(key, row) for row in rows]
                return _keyed(keys, [_in_round(one, row) for row in rows])
        return None

    def _rounds(self, over: ast.comprehension) -> list[dict[str, ast.expr]]:
        return rounds_of(self._text, over.target, over.iter)

    def _comments(self, statement: ast.stmt) -> str:
        """The comments of a statement that goes, in lines of their own."""
        margin, source = " " * statement.col_offset, self._text[slice(*self._lines(statement))]
        return "".join(f"{margin}{comment}\n" for comment in comments_in(source))

    def _lines(self, statement: ast.stmt) -> Span:
        return self._positions.offset(statement.lineno, 0), self._positions.offset(
            (statement.end_lineno or statement.lineno) + 1, 0
        )


def _is_made(loss: ast.expr) -> bool:
    return isinstance(loss, (ast.Call, ast.Lambda))


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _named(statement: ast.stmt) -> str:
    """The variable that a statement gives a value."""
    match statement:
        case ast.Assign(targets=[ast.Name(name)]):
            return name
    return ""


def _listed(losses: list[ast.expr | None]) -> ast.expr | None:
    known = [one for one in losses if one is not None]
    return ast.List(known, ast.Load()) if len(known) == len(losses) > 0 else None


def _keyed(keys: list[ast.expr], losses: list[ast.expr | None]) -> ast.expr | None:
    listed = _listed(losses)
    return ast.Dict([*keys], listed.elts) if isinstance(listed, ast.List) else None


def _in_round(loss: ast.expr, row: dict[str, ast.expr]) -> ast.expr | None:
    """A loss as it is in one round; a lambda reads what it is when the model is trained."""
    if not isinstance(loss, ast.Lambda):
        own = any(isinstance(inner, (ast.Lambda, ast.comprehension)) for inner in all_in(loss))
        return None if own else replaced_in_round(loss, row)
    taken = loss.args
    names = {a.arg for a in all_in(taken) if isinstance(a, ast.arg)}
    read = {n.id for n in all_in(loss.body) if isinstance(n, ast.Name)}
    plain = not (taken.posonlyargs or taken.kwonlyargs or taken.vararg or taken.kwarg)
    if not plain or len(names) - len(taken.defaults) != 2 or read & row.keys() - names:
        return None
    defaults = dict(zip((a.arg for a in taken.args[2:]), taken.defaults, strict=True))
    given = {name: replaced_in_round(value, row) for name, value in defaults.items()}
    if not all(isinstance(value, ast.Constant) for value in given.values()):
        return None
    made = deepcopy(loss)
    made.args.args, made.args.defaults = made.args.args[:2], []
    made.body = replaced_in_round(loss.body, given)
    return made
