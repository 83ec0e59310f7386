"""The strategy of a file: whether it can go, and what stands in the place of its scopes."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import WIDTH
from transpiler.interpret.strategies import WORLD, Distribution
from transpiler.source.lexical import STRING
from transpiler.source.occurrences import Occurrences
from transpiler.source.suites import statement_lines
from transpiler.source.tree import Tree

_STARTS = (
    "`torchrun --nproc-per-node=gpu` starts a process for each GPU, which all run the whole "
    "program: what it draws at random must be seeded alike in all, and each prints and writes "
    "what the program itself prints and writes"
)


def settle_distribution(draft: Draft) -> None:
    """The strategy goes where all that is asked of it, and all that it trains, is converted."""
    known = draft.file.distribution
    assert known is not None
    trained = draft.planned.trained
    reason = known.problem or _asked_more(draft.tree, known) or _made_often(draft.tree, known)
    if not reason and known.mirrored:
        spread = [m for m in trained if m.spread and m.training.problem is None]
        if not spread or any(m.training.problem for m in trained):
            reason = "not all models of the file are trained here"
    start, end = draft.tree.span(known.statement.body[0])
    if not reason:
        draft.edits += [_mark(draft.tree, scope) for scope in known.scopes.values()]
        if known.mirrored:
            draft.edits.append(Edit(start, end, "init_distributed()"))
            draft.helpers.add("init_distributed")
            draft.say(ASSUMED, known.node, _STARTS)
        else:
            draft.edits.append(Edit(*statement_lines(draft.tree, known.statement), ""))
        return
    for region in {id(r): r for regions in known.counts.values() for r in regions}.values():
        for span, text in region.settled.items():
            region.settled[span] = text.replace(WORLD, f"{known.variable}.num_replicas_in_sync")
    known.scopes.clear()
    draft.file.unsettled[draft.tree.span(known.node)[0]] = reason
    for found in trained:
        if found.training.problem is None:
            call = found.training.calls[0]
            found.training.problem = (call, f"the strategy is left: {reason}")
            draft.unconverted.setdefault(id(call.node), found.training.problem[1])


def _asked_more(tree: Tree, known: Distribution) -> str:
    """What the program does with the strategy besides what is converted."""
    spans = [tree.span(scope.items[0]) for scope in known.scopes.values()] + [*known.counts]
    for place in Occurrences(tree.text).of(known.variable):
        if place.binds and place.start == tree.span(known.statement)[0]:
            continue
        if not any(start <= place.start < end for start, end in spans):
            asked = f".{place.attribute}" if place.attribute else ""
            line, _ = tree.line_column(place.start)
            return f"`{known.variable}{asked}` is asked for in line {line}"
    return ""


def _made_often(tree: Tree, known: Distribution) -> str:
    """Whether the function that makes the strategy may run again: processes join only once."""
    function = known.region.function
    if known.region.is_module or not known.mirrored or not isinstance(function, cst.FunctionDef):
        return ""
    calls = [p for p in Occurrences(tree.text).of(function.name.value) if not p.binds]
    return "" if len(calls) == 1 else "its function may run several times"


# --- the scopes ------------------------------------------------------------------------------


def without_scopes(draft: Draft) -> list[Edit]:
    """The edits of a file whose scopes are gone: what stood in them has moved to the left."""
    known = draft.file.distribution
    assert known is not None
    edits = draft.edits
    outermost_last = sorted(known.scopes.values(), key=lambda n: -draft.tree.span(n)[0])
    for scope in outermost_last:
        edits = _without_scope(draft.tree, scope, edits)
    return edits


def _mark(tree: Tree, scope: cst.With) -> Edit:
    """Says of the head of a scope that it goes, while others look at what is left."""
    return Edit(*tree.span(scope.items[0]), "")


def _without_scope(tree: Tree, scope: cst.With, edits: list[Edit]) -> list[Edit]:
    start = tree.span(scope)[0]
    first, inner, end = _lines(tree, scope)
    edits = [e for e in edits if e != _mark(tree, scope)]
    if any(e.start < inner and first < e.end and start < e.end for e in edits):
        return edits  # nothing is left of it
    margin = start - first
    body = tree.span(scope.body.body[0])[0]
    depth = body - tree.line_start(body) - margin
    inside = [e for e in edits if _is_inside(e, inner, end, margin)]
    moved = [
        Edit(e.start - inner, e.end - inner, _refolded(tree, e, margin + depth, margin))
        for e in inside
    ]
    text = _shifted(apply(tree.text[inner:end], moved), depth)
    header = scope.body.header.comment if isinstance(scope.body, cst.IndentedBlock) else None
    comment = f"{' ' * margin}{header.value}\n" if header is not None else ""
    return [*(e for e in edits if e not in inside), Edit(first, end, f"{comment}{text}")]


def _lines(tree: Tree, scope: cst.With) -> tuple[int, int, int]:
    """Where the lines of a `with` start, those of its body, and where they end."""
    start, end = tree.span(scope)
    colon = tree.span(scope.items[-1])[1]
    last = tree.line_end(max(len(tree.text[:end].rstrip()) - 1, start))
    return tree.line_start(start), tree.line_end(tree.text.index(":", colon)), last


def _is_inside(edit: Edit, inner: int, end: int, margin: int) -> bool:
    """Whether an edit is of the body; what is put at its end may belong to what follows."""
    if edit.start < inner or edit.end > end:
        return False
    deeper = edit.text.lstrip("\n").startswith(" " * (margin + 1))
    return edit.start < end or deeper


_OPENED = re.compile(r"[(\[{]\n")


def _refolded(tree: Tree, edit: Edit, indent: int, margin: int) -> str:
    """New statements, with lines put together that fit further to the left."""
    if not _OPENED.search(edit.text):
        return edit.text
    import black
    from black.parsing import InvalidInput

    column = edit.start - tree.line_start(edit.start)
    lead = re.match(r"\n*", edit.text)
    assert lead is not None
    text = " " * column + edit.text[lead.end() :] if column else edit.text[lead.end() :]
    mode = black.Mode(line_length=WIDTH - margin, magic_trailing_comma=False)
    try:
        made = black.format_str(_shifted(text, indent), mode=mode)
    except (InvalidInput, ValueError):
        return edit.text
    made = "".join(" " * indent * bool(x.strip()) + x for x in made.splitlines(keepends=True))
    made = made if edit.text.endswith("\n") else made.rstrip("\n")
    return lead.group() + made[column:]


def _shifted(text: str, depth: int) -> str:
    """Lines moved to the left, but for those that begin inside of a string."""
    strings = [m.span() for m in re.finditer(STRING, text) if "\n" in m.group()]
    parts, position = [], 0
    for line in text.splitlines(keepends=True):
        inside = any(start < position < end for start, end in strings)
        blank = line[:depth]
        parts.append(line if inside or blank.strip() else line[len(blank) :] or "\n")
        position += len(line)
    return "".join(parts)
