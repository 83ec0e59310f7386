"""The edits of the statements that train a model, and of those that go, with their comments."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import fold
from transpiler.emit.training.lines import begins_loop, block
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Placed
from transpiler.source.lexical import comments_in, words_in
from transpiler.source.suites import statement_lines


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
        start, end = tree.span(statement)
        indent = start - tree.line_start(start)
        if key in writer.whole:
            lost = comments_in(tree.source(statement))
            lines = [*carried.get(key, []), *lost, *before, *writer.whole[key]]
            apart = begins_loop(lines) and _follows_closely(writer, start, lines[0])
            text = block(lines, indent).lstrip(" ")
            begin = start - indent if apart else start
            text = f"\n{' ' * indent}{text}" if apart else text
            _put(writer, key, Edit(begin, end, text), whole=True)
            continue
        former = writer.shared.placed.get(key)
        if former is not None and not former.whole:
            inside = {**former.inside, **inside}
            before = [*former.before, *(line for line in before if line not in former.before)]
        source = tree.text[start:end]
        shifted = [Edit(s - start, e - start, t) for (s, e), t in inside.items()]
        others = [e for e in writer.edits if start <= e.start < e.end <= end]
        shifted += [Edit(e.start - start, e.end - start, e.text) for e in others]
        text = apply(source, shifted)
        if "\n" not in text:
            text = fold(text, indent).lstrip(" ")
        head = block(before, indent).lstrip(" ")
        joined = f"{head}\n{' ' * indent}{text}" if before else text
        _put(writer, key, Edit(start, end, joined), whole=False)


def _put(writer: ModelWriter, key: int, edit: Edit, whole: bool) -> None:
    """Place the edit of a statement; calls of another model in it are written there already."""
    mine = [call for call in writer.part.calls if id(call.statement) == key]
    _, before, inside = writer.statements[key]
    former = writer.shared.placed.get(key)
    if former is not None:
        if former.whole:  # what it is made of has calls of this model in it
            text = former.edit.text
            for span, new in inside.items():
                old = writer.tree.text[slice(*span)]
                if old not in text:
                    writer.training.problem = (mine[0], "it is part of a call of another model")
                text = text.replace(old, new)
            edit, whole = Edit(former.edit.start, former.edit.end, text), True
        elif whole and former.before:
            writer.training.problem = (mine[0], "a call of another model is part of it")
        former.edits.remove(former.edit)
        writer.made.sharing |= {id(call.node) for call in former.calls}
        former.made.sharing |= {id(call.node) for call in mine}
        mine = [*former.calls, *mine]
        inside, before = {**former.inside, **inside}, [*former.before, *before]
    writer.edits.append(edit)
    writer.shared.placed[key] = Placed(writer.made, writer.edits, edit, mine, whole, inside, before)


def _follows_closely(writer: ModelWriter, start: int, line: str) -> bool:
    """Whether another statement stands right above, without a blank line; or two comments meet."""
    tree = writer.tree
    begin = tree.line_start(start)
    for first, after in sorted(writer.removed, reverse=True):
        begin = first if after == begin else begin
    above = tree.text[:begin].rstrip(" ")
    last = above.rstrip("\n").rpartition("\n")[2].strip()
    for key, lines in writer.whole.items():
        end = tree.span(writer.statements[key][0])[1]
        if lines[-1:] == [""] and end == len(above.rstrip()):
            return False  # that statement ends with a blank line already
    if last.startswith("#") and not line.startswith("#"):
        return False
    return bool(above) and not above.endswith("\n\n") and not last.endswith(":")


def _remove_parts(writer: ModelWriter) -> dict[int, list[str]]:
    """Take out what only names parts of the training; comments go with what uses them first."""
    tree = writer.tree
    carried: dict[int, list[str]] = {}
    whole = [s for key, (s, _, _) in writer.statements.items() if key in writer.whole]
    whole.sort(key=lambda statement: tree.span(statement)[0])
    for name, part in writer.parts:
        comments = [e.comment.value for e in part.leading_lines if e.comment is not None]
        if part.trailing_whitespace.comment is not None:
            comments.append(part.trailing_whitespace.comment.value)
        comments += comments_in(tree.source(part))
        writer.made.gone.append(part)
        start = _remove(writer, part)
        later = [s for s in whole if tree.span(s)[0] > start]
        users = [s for s in later if name in words_in(tree.source(s))]
        for user in (users or later)[:1]:
            carried.setdefault(id(user), []).extend(comments)
    return carried


def _remove(writer: ModelWriter, statement: cst.SimpleStatementLine) -> int:
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
