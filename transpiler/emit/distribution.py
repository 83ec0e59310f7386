"""The strategy of a file: whether it can go, and what stands in the place of its scopes."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import WIDTH
from transpiler.emit.training.lines import is_nested
from transpiler.interpret.strategies import WORLD, Distribution
from transpiler.regex import regex
from transpiler.source.lexical import STRING, may_be_bound
from transpiler.source.occurrences import Occurrences
from transpiler.source.suites import bodies, leaf_statements, statement_lines
from transpiler.source.tree import Tree

_INIT = "init_distributed()"
_STARTS = (
    "`torchrun --nproc-per-node=gpu` starts a process for each GPU, which all run the whole "
    "program: what it draws at random must be seeded alike in all, and each prints and writes "
    "what the program itself prints and writes"
)


_CHOSEN = "the condition goes: as many processes train as torchrun starts, or this one alone"
_PLACED = "`tf.device` goes: a model computes on the device that it is moved to"


def settle_scopes(draft: Draft) -> None:
    """What becomes of the strategy, and of the blocks for devices."""
    if draft.file.distribution is not None:
        _settle_distribution(draft, draft.file.distribution)
    left = any(m.training.problem for m in draft.planned.trained)
    units = list(draft.planned.units)
    if left or not units or any(unit.problem for unit in units):
        draft.file.placed.clear()
    for scope in draft.file.placed.values():
        draft.edits.append(_mark(draft.tree, scope))
        draft.say(ASSUMED, scope.items[0], _PLACED)


def _settle_distribution(draft: Draft, known: Distribution) -> None:
    """The strategy goes where all that is asked of it, and all that it trains, is converted."""
    trained = draft.planned.trained
    place = _place(known)
    reason = known.problem
    if place is None:
        reason = reason or "whether it is in force is only known at run time"
    if may_be_bound("dist", draft.tree.blanked):
        reason = reason or "the program has a `dist` of its own, as torch.distributed is called"
    reason = reason or _asked_more(draft.tree, known) or _made_often(draft.tree, known)
    if not reason and known.mirrored:
        spread = [m for m in trained if m.spread and m.training.problem is None]
        if not spread or any(m.training.problem for m in trained):
            reason = "not all models of the file are trained here"
    if not reason and place is not None:
        draft.edits += [_mark(draft.tree, scope) for scope in known.scopes.values()]
        if known.mirrored:
            draft.helpers.add("init_distributed")
            draft.say(ASSUMED, known.node, _STARTS)
        if known.ways:
            known.superseded.add(id(place))
            draft.say(ASSUMED, place, _CHOSEN)
        if not isinstance(place, cst.With):
            start, end = draft.tree.span(place)
            gone = Edit(*statement_lines(draft.tree, place), "")
            draft.edits.append(Edit(start, end, _INIT) if known.mirrored else gone)
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


def _place(known: Distribution) -> cst.CSTNode | None:
    """The statement that gives the strategy, whichever way a condition takes."""
    if not known.ways:
        return known.statement
    function = known.region.function
    suite = function.body if isinstance(function, cst.FunctionDef) else known.region.tree.module
    for statement in suite.body:
        if isinstance(statement, cst.If) and not _misses_a_way(statement):
            leaves = {id(leaf) for leaf in leaf_statements([statement])}
            if leaves == set(known.ways) and any(known.ways.values()):
                return statement
    return None


def _misses_a_way(statement: cst.If) -> bool:
    """Whether a condition says nothing of the case that it does not hold."""
    rest: cst.If | cst.Else | None = statement
    while isinstance(rest, cst.If):
        rest = rest.orelse
    return rest is None


def _asked_more(tree: Tree, known: Distribution) -> str:
    """What the program does with the strategy besides what is converted."""
    spans = [tree.span(scope.items[0]) for scope in known.scopes.values()] + [*known.counts]
    made = _place(known)
    spans += [tree.span(made)] if made is not None else []
    for place in Occurrences(tree.text).of(known.variable) if known.variable else ():
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
    once = _runs_once(tree, Occurrences(tree.text), function)
    return "" if once else "its function may run several times"


def _runs_once(tree: Tree, found: Occurrences, function: cst.FunctionDef) -> bool:
    """Whether a function is called in one place, which no loop and no other caller repeats."""
    calls = [p for p in found.of(function.name.value) if not p.binds]
    if len(calls) != 1:
        return False
    body: list[cst.CSTNode] = list(tree.module.body)
    caller: cst.FunctionDef | None = None
    while True:
        holding = next((s for s in body if _holds(tree, s, calls[0].start)), None)
        if isinstance(holding, cst.SimpleStatementLine):
            single = not is_nested(tree.source(holding))
            return single and (caller is None or _runs_once(tree, found, caller))
        if not isinstance(holding, (cst.If, cst.FunctionDef)) or caller is not None:
            return False
        caller = holding if isinstance(holding, cst.FunctionDef) else None
        body = [statement for suite in bodies(holding) for statement in suite]


def _holds(tree: Tree, statement: cst.CSTNode, offset: int) -> bool:
    start, end = tree.span(statement)
    return start <= offset < end


# --- the scopes ------------------------------------------------------------------------------


def without_scopes(draft: Draft) -> list[Edit]:
    """The edits of a file whose scopes are gone: what stood in them has moved to the left."""
    known, edits = draft.file.distribution, draft.edits
    scopes = [*(known.scopes.values() if known is not None else ()), *draft.file.placed.values()]
    for scope in sorted(scopes, key=lambda n: -draft.tree.span(n)[0]):
        first = _INIT if known is not None and scope is known.statement else ""
        edits = _without_scope(draft.tree, scope, edits, first)
    return edits


def _mark(tree: Tree, scope: cst.With) -> Edit:
    """Says of the head of a scope that it goes, while others look at what is left."""
    return Edit(*tree.span(scope.items[0]), "")


def _without_scope(tree: Tree, scope: cst.With, edits: list[Edit], before: str) -> list[Edit]:
    """The edits where one scope is gone, and a statement stands in the place of its head."""
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
    heads = [header.value] if header is not None else []
    heads += [before] if before else []
    head = "".join(f"{' ' * margin}{line}\n" for line in heads)
    return [*(e for e in edits if e not in inside), Edit(first, end, f"{head}{text}")]


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


_OPENED = regex(r"[(\[{]\n")


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
