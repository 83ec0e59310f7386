"""The edits of the statements that train a model, and of those that go, with their comments."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.compound import head_edits
from transpiler.emit.training.giving import comments_of_functions
from transpiler.emit.training.lines import begins_loop, block
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Before
from transpiler.source.lexical import comments_in, words_in
from transpiler.source.suites import leaf_statements, statement_lines


def place_statements(writer: ModelWriter) -> None:
    """The edits of all statements of a writer."""
    tree = writer.tree
    carried = _remove_parts(writer)
    for after, lines in writer.appended:
        start, end = tree.span(after)
        indent = start - tree.line_start(start)
        spot = tree.line_end(max(end - 1, start))
        newline = "" if tree.text[:spot].endswith("\n") else "\n"
        writer.edits.append(Edit(spot, spot, f"{newline}{block(lines, indent)}\n"))
    for key, (statement, before, inside) in writer.statements.items():
        if isinstance(statement, (cst.If, cst.For, cst.While)):
            needed = [line for _, lines in sorted(before.items()) for line in lines]
            writer.edits += head_edits(tree, statement, needed, inside, writer.shared.calls)
            continue
        start, end = tree.span(statement)
        indent = start - tree.line_start(start)
        if key in writer.whole:
            writer.made.whole.add(key)
            lost = [*comments_of_functions(writer, statement), *comments_in(tree.source(statement))]
            needed = [line for _, lines in sorted(before.items()) for line in lines]
            lines = [*carried.get(key, []), *lost, *needed, *writer.whole[key]]
            if lines[-1:] == [""] and (behind := _comment_behind(writer, end)):
                lines = [behind.strip(), *lines]
                end += len(behind)
            apart = begins_loop(lines) and _follows_closely(
                writer, start, writer.ready.first_line(lines)
            )
            if lines[-1:] == [""]:
                writer.shared.spaced.add(end)
            text = block(lines, indent).lstrip(" ")
            begin = start - indent if apart else start
            text = f"\n{' ' * indent}{text}" if apart else text
            writer.edits.append(Edit(begin, end, text))
            continue
        for call_end, lines in (before or {end: []}).items():
            writer.made.before.append(Before(statement, call_end, lines))
        writer.edits += [Edit(*span, text) for span, text in inside.items()]


def _comment_behind(writer: ModelWriter, end: int) -> str:
    """The comment behind a statement, with what stands before it; it goes above a loop."""
    line = writer.tree.text[end : writer.tree.line_end(end)].rstrip()
    return line if line.lstrip().startswith("#") else ""


def _follows_closely(writer: ModelWriter, start: int, line: str) -> bool:
    """Whether another statement stands right above, without a blank line; or two comments meet."""
    tree = writer.tree
    begin = tree.line_start(start)
    for first, after in sorted(writer.removed, reverse=True):
        begin = first if after == begin else begin
    above = tree.text[:begin].rstrip(" ")
    last = above.rstrip("\n").rpartition("\n")[2].strip()
    if len(above.rstrip()) in writer.shared.spaced:
        return False  # what becomes of that statement ends with a blank line already
    if last.startswith("#") and not line.startswith("#"):
        return False
    code = tree.blanked[: len(above)].rstrip()  # without a comment behind a colon
    return bool(above) and not above.endswith("\n\n") and not code.endswith(":")


def _remove_parts(writer: ModelWriter) -> dict[int, list[str]]:
    """Take out what only names parts of the training; comments go with what uses them first."""
    tree = writer.tree
    carried: dict[int, list[str]] = {}
    whole = [s for key, (s, _, _) in writer.statements.items() if key in writer.whole]
    whole.sort(key=lambda statement: tree.span(statement)[0])
    for name, part in {id(part): (name, part) for name, part in writer.parts}.values():
        comments = [e.comment.value for e in part.leading_lines if e.comment is not None]
        if isinstance(part, cst.SimpleStatementLine) and part.trailing_whitespace.comment:
            comments.append(part.trailing_whitespace.comment.value)
        comments += [*comments_of_functions(writer, part), *comments_in(tree.source(part))]
        writer.made.gone += leaf_statements([part])
        start = _remove(writer, part)
        later = [s for s in whole if tree.span(s)[0] > start]
        users = [s for s in later if name in words_in(tree.source(s))]
        for user in (users or later)[:1]:
            carried.setdefault(id(user), []).extend(comments)
    return carried


def _remove(writer: ModelWriter, statement: cst.CSTNode) -> int:
    """Take out a statement, and the blank lines that would be too many then; where it stood."""
    start, end = statement_lines(writer.tree, statement)
    text = writer.tree.text
    while end < len(text) and text[:start].endswith("\n\n"):
        line = text[end : writer.tree.line_end(end)]
        if line.strip() or not line:
            break
        end = writer.tree.line_end(end)
    writer.edits.append(Edit(start, end, ""))
    return start
