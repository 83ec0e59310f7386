"""Statements around calls of models, which may be of several ones, as one text."""

from __future__ import annotations

import re
from itertools import chain

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import fold
from transpiler.emit.training.hoisting import out_of_loops, placed
from transpiler.emit.training.lines import block, edit_with, named
from transpiler.emit.training.ready import lines_by_mark
from transpiler.emit.training.shared import Before, Trained
from transpiler.emit.units import FilePlan
from transpiler.ir import tokens
from transpiler.record import replace
from transpiler.regex import regex

_CALL = regex(tokens.ANY_CALL)
_PICKED = regex(tokens.ANY_PICKED)
_DATA = regex(rf"([ ]*)({tokens.ANY_DATA})\n(\n?)")


def put_calls(draft: Draft, trained: list[Trained]) -> None:
    """The edits of models, with the data that they need, and what the calls of others become."""
    become = {span: text for found in trained for span, text in found.inlined.items()}
    chosen = {token: text for found in trained for token, text in found.chosen.items()}
    made = [one for found in trained for ready in found.ready for one in ready.made]
    data = lines_by_mark(made)
    moved = out_of_loops(made, data)
    hoisted: dict[cst.CSTNode, list[str]] = {}
    for loop, mark in moved:
        hoisted.setdefault(loop, []).extend(data[mark])
    data |= {mark: () for _, mark in moved}

    def with_calls(text: str) -> str:
        while tokens.CALL in text:
            text = _CALL.sub(put, text)
        return _PICKED.sub(lambda m: chosen[m[0]], text) if chosen else text

    def put(match: re.Match[str]) -> str:
        start, end = int(match.group(1)), int(match.group(2))
        return become.get((start, end), draft.tree.text[start:end])

    def put_data(match: re.Match[str]) -> str:
        indent, mark, blank = match.groups()
        if not data[mark]:
            return ""
        return f"{block(list(data[mark]), len(indent))}\n{blank}"

    for loop, needed in hoisted.items():
        lines = [with_names(draft, with_calls(line)) for line in needed]
        draft.edits.append(placed(draft.tree, loop, lines))
    for found in trained:
        spaced = {end for ready in found.ready for end in ready.shared.spaced}
        for edit in found.edits:
            text = edit.text
            if text.startswith("\n") and len(draft.tree.text[: edit.start].rstrip()) in spaced:
                text = text[1:]
            if tokens.DATA in text:
                margin = " " * (edit.start - draft.tree.line_start(edit.start))
                text = _DATA.sub(put_data, margin + text).removeprefix(margin)
            draft.edits.append(edit_with_names(draft, Edit(edit.start, edit.end, with_calls(text))))
        for one in found.before:
            lines = [line for mark in one.lines for line in data.get(mark, (mark,))]
            lines = lines[1:] if lines[:1] == [""] else lines
            lines = [with_names(draft, with_calls(line)) for line in lines]
            draft.before.append(replace(one, lines=lines))


def with_names(draft: Draft, text: str) -> str:
    """A line with the names of the layers that it speaks of, whichever model has them."""
    return named(text, _attributes(draft))


def edit_with_names(draft: Draft, edit: Edit) -> Edit:
    """An edit with the names of the layers that it speaks of, whichever model has them."""
    return edit_with(draft.tree, _attributes(draft), edit)


def _attributes(draft: Draft) -> dict[str, str]:
    """What the tokens of all modules stand for, those of models of other files too."""
    homes = {id(t.training.home.file): t.training.home.file for t in draft.planned.trained}
    plans = [file.planned for file in homes.values() if file is not draft.file]
    plans += [one for found in draft.planned.trained for one in plans_of_parts(draft, found)]
    written = chain(draft.planned.written, *(planned.written for planned in plans))
    return {token: name for _, made in written for token, name in made.attrs.items()}


def plans_of_parts(draft: Draft, found: Trained) -> list[FilePlan]:
    """Those of the other files in which parts of the model are built."""
    regions = (built.model.region for built in found.training.weights.parts)
    homes = {id(r.file): r.file for r in regions if r is not None and r.file is not draft.file}
    return [home.planned for home in homes.values()]


def compose_statements(draft: Draft) -> None:
    """Each statement with its calls becomes one edit, behind the lines that they need."""
    by_statement: dict[int, list[Before]] = {}
    for one in draft.before:
        by_statement.setdefault(id(one.statement), []).append(one)
    for needed in by_statement.values():
        _compose(draft, sorted(needed, key=lambda one: one.call_end))


def _joined(text: str) -> str:
    """A statement on one line, if it has neither comments nor strings over several lines."""
    if "#" in text or '"""' in text or "'''" in text:
        return text
    text = re.sub(r"([(\[{])\n\s*", r"\1", text)
    text = re.sub(r",?\n\s*([)\]}])", r"\1", text)
    return re.sub(r"\n\s*", " ", text)


def _is_within(edit: Edit, start: int, end: int) -> bool:
    """Whether an edit changes, or inserts into, a statement."""
    inserts = edit.start == edit.end
    return start < edit.start < end if inserts else start <= edit.start < edit.end <= end


def _compose(draft: Draft, needed: list[Before]) -> None:
    start, end = draft.tree.span(needed[0].statement)
    lines = [line for one in needed for line in one.lines]
    indent = start - draft.tree.line_start(start)
    inner = [e for e in draft.edits if _is_within(e, start, end)]
    if id(needed[0].statement) in draft.rewritten:
        text = f"{block(lines, indent)}\n" if lines else ""  # another model's call is all of it
        draft.edits.append(Edit(start - indent, start - indent, text))
        return
    gone = {id(edit) for edit in inner}
    draft.edits = [edit for edit in draft.edits if id(edit) not in gone]
    shifted = [Edit(e.start - start, e.end - start, e.text) for e in inner]
    text = apply(draft.tree.text[start:end], shifted)
    if any(one.joined for one in needed):
        text = _joined(text)
    if "\n" not in text:
        text = fold(text, indent).lstrip(" ")
    if lines:
        text = f"{block(lines, indent).lstrip(' ')}\n{' ' * indent}{text}"
    draft.edits.append(Edit(start, end, text))
