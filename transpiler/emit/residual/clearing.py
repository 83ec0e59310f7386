"""The edits that take statements out, suite by suite."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.emit.edits import Edit, Outdent
from transpiler.emit.residual.removal import Kept, Removal, is_kept
from transpiler.regex import regex
from transpiler.source.lexical import comments_in, long_strings
from transpiler.source.suites import (
    bodies,
    is_docstring,
    is_one,
    is_plain_try,
    leaf_statements,
    statement_lines,
)


def suite_edits(
    removal: Removal,
    body: list[cst.CSTNode],
    kept: Kept,
) -> bool:
    """Edits of one suite; whether anything of it stays."""
    stays = False
    for statement in body:
        stays = _statement_edits(removal, statement, kept) or stays
    return stays


def _statement_edits(removal: Removal, statement: cst.CSTNode, kept: Kept) -> bool:
    """Edits of one statement; the model is made below what stays of those that complete it."""
    made = removal.replacements.get(id(statement))
    if made is None or isinstance(statement, cst.SimpleStatementLine):
        return _own_edits(removal, statement, kept)
    inner = Kept()
    if not _own_edits(removal, statement, inner):
        kept.edits += made
        kept.text += made[0].text + "\n"
        return True
    start, _ = removal.tree.span(statement)
    _, below = statement_lines(removal.tree, statement)
    ends = "" if removal.tree.text[:below].endswith("\n") else "\n"
    line = f"{ends}{' ' * (start - removal.tree.line_start(start))}{made[0].text}\n"
    kept.edits += [*inner.edits, Edit(below, below, line)]
    kept.text += inner.text + line
    return True


def _own_edits(removal: Removal, statement: cst.CSTNode, kept: Kept) -> bool:
    if (
        isinstance(statement, cst.If)
        and id(statement) in removal.region.resolved
        and not _is_main(removal, statement)
    ):
        return decided_branch(removal, statement, kept)
    nested = bodies(statement)
    if nested and not is_one(statement, removal.is_module):
        inners = [Kept() for _ in nested]
        alive = [
            suite_edits(removal, list(suite), inner)
            for suite, inner in zip(nested, inners, strict=True)
        ]
        runs = alive[:1] if is_plain_try(statement) else alive
        if not any(runs) and not isinstance(statement, cst.ClassDef):
            remove(removal, statement, kept)
            return False
        kept.text += _header(removal, statement)
        for suite, lives, inner in zip(nested, alive, inners, strict=True):
            kept.text += inner.text
            kept.edits += inner.edits if lives else [emptied_suite(removal, suite)]
        return True
    if removal.decisions.get(id(statement)) in ("drop", "jump"):
        remove(removal, statement, kept)
        return False
    edits = removal.replacements.get(id(statement), [])
    kept.edits += edits
    start, end = statement_lines(removal.tree, statement)
    kept.text += removal.tree.text[start:end]
    return True


def _header(removal: Removal, statement: cst.CSTNode) -> str:
    start, _ = removal.tree.span(statement)
    first, _ = statement_lines(removal.tree, statement)
    return removal.tree.text[first : removal.tree.line_end(start)]


def decided_branch(
    removal: Removal,
    statement: cst.If,
    kept: Kept,
) -> bool:
    """A branch that is decided when converting: what is taken of it stands in its place."""
    undecided = _undecided(statement, removal.region.resolved)
    if undecided is not None:
        return _from_undecided(removal, statement, undecided, kept)
    taken = _taken(statement, removal.region.resolved)
    inner = Kept()
    alive = taken is not None and suite_edits(removal, list(taken.body), inner)
    if not alive or taken is None:
        remove(removal, statement, kept)
        return False
    _, last = statement_lines(removal.tree, statement)
    body_first, _ = statement_lines(removal.tree, taken.body[0])
    _, body_last = statement_lines(removal.tree, taken.body[-1])
    head, _ = removal.tree.span(statement)
    if body_last < last:
        kept.edits.append(Edit(body_last, last, ""))
    trains = {id(call.statement) for call in removal.region.training.values()}
    if any(id(leaf) in trains for leaf in leaf_statements(list(taken.body))):
        # what trains is written with the margin that it has
        if taken is not statement.body:
            test = removal.tree.source(statement.test)
            test = test if test.isidentifier() else f"({test})"
            below = removal.tree.line_end(removal.tree.span(statement.test)[1])
            kept.edits.append(Edit(head, below, f"if not {test}:\n"))
            kept.edits.append(Edit(below, body_first, ""))
        kept.edits += inner.edits
        kept.text += _header(removal, statement) + inner.text
        return True
    kept.edits.append(Edit(removal.tree.line_start(head), body_first, ""))
    margin = head - removal.tree.line_start(head)
    inside = removal.tree.span(taken.body[0])[0]
    first_of_line = removal.tree.line_start(inside)
    depth = inside - first_of_line - margin
    further = {e.start: e for e in inner.edits if isinstance(e, Outdent)}
    others = [e for e in inner.edits if not isinstance(e, Outdent)]
    untouched = [(e.start, e.end) for e in others if not e.text]
    untouched += _texts(removal.tree.text[:body_last], body_first)
    position = body_first
    while position < body_last:
        below = removal.tree.line_end(position)
        line = removal.tree.text[position:below]
        if line.strip() and not any(a <= position < b for a, b in untouched):
            margin = len(line) - len(line.lstrip())
            known = further.get(position, Outdent(position, position, "", inside - first_of_line))
            end = min(known.end + depth, position + margin)
            kept.edits.append(Outdent(position, end, "", known.column))
        position = below
    kept.edits += others
    kept.text += inner.text
    return True


def _texts(text: str, start: int) -> list[tuple[int, int]]:
    """Where strings go over several lines from an offset on, which would be others if moved.

    Those that say what a function or class does may be.
    """
    found = []
    for first, last in long_strings(text[start:]):
        before = text[start : start + first].rstrip()
        if not _SAYS.search(before[before.rfind("\n") + 1 :]):
            found.append((start + first + 1, start + last))
    return found


#: The last line of the head of a function or class.
_SAYS = regex(r"^\s*(?:(?:async\s+)?def\b|class\b|\)).*:$")


def running(body: list[cst.CSTNode], resolved: dict[int, bool]) -> Iterator[cst.CSTNode]:
    """The simple statements of a suite, without branches that are known not to run."""
    for statement in body:
        if isinstance(statement, cst.If) and id(statement) in resolved:
            if (undecided := _undecided(statement, resolved)) is not None:
                yield from leaf_statements([undecided])
            elif (taken := _taken(statement, resolved)) is not None:
                yield from running(list(taken.body), resolved)
        elif nested := bodies(statement):
            for suite in nested:
                yield from running(list(suite), resolved)
        else:
            yield statement


def outdented(removal: Removal, body: list[cst.CSTNode]) -> dict[int, int]:
    """By how much the statements move to the left that branches hold which are decided."""
    found: dict[int, int] = {}
    trains = {id(call.statement) for call in removal.region.training.values()}
    pending = [(statement, 0) for statement in body]
    while pending:
        statement, moved = pending.pop()
        if moved:
            found[id(statement)] = moved
        taken = None
        if isinstance(statement, cst.If) and id(statement) in removal.region.resolved:
            if not _is_main(removal, statement) and not _undecided(
                statement, removal.region.resolved
            ):
                taken = _taken(statement, removal.region.resolved)
        if taken is None:
            pending += [(inner, moved) for suite in bodies(statement) for inner in suite]
        elif not any(id(leaf) in trains for leaf in leaf_statements(list(taken.body))):
            columns = [
                start - removal.tree.line_start(start)
                for start, _ in map(removal.tree.span, (taken.body[0], statement))
            ]
            pending += [(inner, moved + columns[0] - columns[1]) for inner in taken.body]
        else:
            pending += [(inner, moved) for inner in taken.body]
    return found


def emptied_suite(removal: Removal, suite: list[cst.CSTNode]) -> Edit:
    """A suite of which nothing stays, in a statement of which something does."""
    start, _ = removal.tree.span(suite[0])
    first, _ = statement_lines(removal.tree, suite[0])
    _, last = statement_lines(removal.tree, suite[-1])
    pad = removal.tree.text[removal.tree.line_start(start) : start]
    said = comments_in(removal.tree.text[first:last])
    return Edit(first, last, "".join(f"{pad}{line}\n" for line in (*said, "pass")))


def remove(removal: Removal, statement: cst.CSTNode, kept: Kept) -> None:
    start, end = statement_lines(removal.tree, statement)
    text = removal.tree.text
    if not removal.is_module:
        while start > 0:
            above = removal.tree.line_start(start - 1)
            if text[above:start].strip():
                break
            start = above
    before_blank = (start >= 1 and text[:start].endswith(("\n\n", "\r\n\r\n"))) or start == 0
    while before_blank and end < len(text):
        line = text[end : removal.tree.line_end(end)]
        if line.strip() or not line:
            break
        end = removal.tree.line_end(end)
    kept.edits.append(Edit(start, end, ""))


def close_up(
    removal: Removal,
    kept: Kept,
) -> None:
    """No blank lines at the start of a function of which the beginning has moved."""
    stays = [s for s in removal.body if is_kept(removal, s)]
    if not stays or stays[0] is removal.body[0] or is_docstring(stays[0]):
        return
    first, _ = statement_lines(removal.tree, stays[0])
    start = first
    while start > 0:
        above = removal.tree.line_start(start - 1)
        if removal.tree.text[above:start].strip():
            break
        start = above
    if start < first:
        kept.edits.append(Edit(start, first, ""))


def _is_main(removal: Removal, node: cst.If) -> bool:
    return "__name__" in removal.tree.source(node.test)


def _undecided(statement: cst.If, resolved: dict[int, bool]) -> cst.If | None:
    """The first `elif` that is not decided, where all before it surely don't hold."""
    rest: cst.If | cst.Else | None = statement
    while isinstance(rest, cst.If):
        if id(rest) not in resolved:
            return rest
        if resolved[id(rest)]:
            return None
        rest = rest.orelse
    return None


def _from_undecided(removal: Removal, statement: cst.If, rest: cst.If, kept: Kept) -> bool:
    """`if False: ... elif test:` is `if test:`."""
    inner = Kept()
    if not suite_edits(removal, [rest], inner):
        remove(removal, statement, kept)
        return False
    start, _ = removal.tree.span(rest)
    keyword = start if removal.tree.text.startswith("elif", start) else start - len("el")
    kept.edits.append(Edit(removal.tree.span(statement)[0], keyword + len("el"), ""))
    kept.edits += inner.edits
    kept.text += inner.text
    return True


def _taken(statement: cst.If, resolved: dict[int, bool]) -> cst.BaseSuite | None:
    """The suite of a decided branch that runs, None where none does."""
    rest: cst.If | cst.Else | None = statement
    while rest is not None:
        if isinstance(rest, cst.Else):
            return rest.body
        if resolved.get(id(rest), True):
            return rest.body
        rest = rest.orelse
    return None
