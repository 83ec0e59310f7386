"""Where models are instantiated: in the place of a call, of an addition, or first of all."""

from __future__ import annotations

import itertools
import re

import libcst as cst

from transpiler.diagnostics import UNSUPPORTED
from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import fold
from transpiler.emit.residual.clearing import remove, running
from transpiler.emit.residual.removal import Kept, Removal, is_kept, name_in_additions
from transpiler.interpret.region import Built
from transpiler.interpret.values import Model
from transpiler.source.lexical import words_in
from transpiler.source.suites import bodies, is_docstring, is_inside, statement_lines


def place_instance(
    removal: Removal,
    built: Built,
    text: str,
    leaves: list[cst.CSTNode],
) -> None:
    span = removal.tree.span(built.node)
    holder = next((s for s in leaves if is_inside(span, removal.tree.span(s))), None)
    last = _last_addition(removal, built, holder, leaves)
    if last is not None:
        variable = name_in_additions(removal, built)
        last = _outermost(removal, last, span)
        removal.places[id(built)] = last
        indent = removal.tree.span(last)[0] - removal.tree.line_start(removal.tree.span(last)[0])
        edit = Edit(*removal.tree.span(last), fold(f"{variable} = {text}", indent).lstrip())
        removal.replacements.setdefault(id(last), []).append(edit)
        removal.whole.add(id(last))
        return
    assert holder is not None
    removal.places[id(built)] = holder
    start = removal.tree.line_start(span[0])
    if built.apart:
        first, _ = removal.tree.span(holder)
        margin = " " * (first - removal.tree.line_start(first))
        made = fold(f"{built.variable} = {text}", len(margin)).lstrip()
        edits = [Edit(first, first, f"{made}\n{margin}"), Edit(*span, built.variable)]
        removal.replacements.setdefault(id(holder), []).extend(edits)
        return
    before = removal.tree.text[start : span[0]]
    after = removal.tree.text[span[1] : removal.tree.line_end(span[1])].rstrip()
    if len(before) + len(text) + len(after) > 88 and not after.strip():
        folded = fold(
            before.strip() + " " + text if before.strip() else text,
            len(before) - len(before.lstrip()),
        )
        text = folded.lstrip()[len(before.strip()) + 1 :] if before.strip() else folded.lstrip()
    removal.replacements.setdefault(id(holder), []).append(Edit(span[0], span[1], text))


def _last_addition(
    removal: Removal, built: Built, holder: cst.CSTNode | None, leaves: list[cst.CSTNode]
) -> cst.CSTNode | None:
    """The last statement that adds a layer to a Sequential, if another one makes it."""
    spans = [removal.tree.span(node) for node in built.model.additions]
    adding = [s for s in leaves if any(is_inside(one, removal.tree.span(s)) for one in spans)]
    if not adding or adding[-1] is holder or not name_in_additions(removal, built):
        return None
    return adding[-1]


def _outermost(removal: Removal, leaf: cst.CSTNode, made: tuple[int, int]) -> cst.CSTNode:
    """The branch or loop that holds a leaf, but not the place where its model is made."""
    inside = removal.tree.span(leaf)
    body = removal.body
    while True:
        holding = next(s for s in body if is_inside(inside, removal.tree.span(s)))
        if holding is leaf or not is_inside(made, removal.tree.span(holding)):
            return holding
        body = next(
            suite
            for suite in bodies(holding)
            if any(is_inside(inside, removal.tree.span(s)) for s in suite)
        )


def say_early(removal: Removal) -> None:
    """Say where a model is used that only the end of a branch or loop around that completes."""
    for built, place in removal.completing():
        name = name_in_additions(removal, built)
        for leaf in running([place], removal.region.resolved):
            if removal.decisions.get(id(leaf)) != "keep" or id(leaf) in removal.trains:
                continue
            if name in removal.tree.names(leaf):
                message = f"`{name}` is made below it, where all layers are known"
                removal.region.say(UNSUPPORTED, leaf, message)


def return_by_name(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """`return add_head(model)`, whose call is part of the class now, is `return model`."""
    returned = {id(node): value for value, node in removal.region.returns}
    for leaf in leaves:
        if id(leaf) in removal.replacements or id(leaf) not in removal.region.graph_statements:
            continue
        small = leaf.body[-1] if isinstance(leaf, cst.SimpleStatementLine) else None
        value = returned.get(id(small))
        if not isinstance(small, cst.Return) or small.value is None:
            continue
        if isinstance(value, Model) and value.expr is not None:
            edit = Edit(*removal.tree.span(small.value), value.expr.text)
            removal.replacements[id(leaf)] = [edit]


def make_first(
    removal: Removal,
    kept: Kept,
) -> None:
    """Make the models at the start of the function, where its parameters are as given."""
    first = next(s for s in removal.body if not is_docstring(s) and is_kept(removal, s))
    spot, _ = statement_lines(removal.tree, first)
    start, _ = removal.tree.span(first)
    margin = start - removal.tree.line_start(start)
    for statement in removal.body:
        edits = removal.replacements.get(id(statement))
        if not edits or statement is first:
            continue
        begin, end = removal.tree.span(statement)
        shifted = [Edit(e.start - begin, e.end - begin, e.text) for e in edits]
        text = apply(removal.tree.text[begin:end], shifted)
        _say_unset(removal, statement, text)
        kept.edits = [e for e in kept.edits if e not in edits]
        beside = _gives_more(removal, statement, edits)
        if text.startswith("return ") and beside and len(edits) == 1:
            name, made = _free_name(removal), edits[0].text
            text = f"{name} = {made}"
            kept.edits.append(Edit(edits[0].start, edits[0].end, name))
        elif text.startswith("return ") and not beside:
            name = _free_name(removal)  # what the function does besides comes before that
            text = text.replace("return", f"{name} =", 1)
            kept.edits.append(Edit(begin, end, f"return {name}"))
        else:
            if beside:
                removal.region.say(UNSUPPORTED, statement, _GIVEN_BEFORE)
            remove(removal, statement, kept)
        indented = " " * margin + text
        kept.edits.append(Edit(spot, spot, f"{indented}\n\n"))


def _gives_more(removal: Removal, statement: cst.CSTNode, edits: list[Edit]) -> bool:
    """Whether a statement returns something else around or beside a model."""
    returned = statement.body[-1] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(returned, cst.Return) or returned.value is None:
        return False
    start, end = removal.tree.span(returned.value)
    return not any(one.start <= start and end <= one.end for one in edits)


_GIVEN_BEFORE = (
    "it is made first of all, as an argument changes, and so is what is given beside it: name it"
)


def _say_unset(removal: Removal, statement: cst.CSTNode, text: str) -> None:
    """Say where a model that is made first of all takes what the function sets later."""
    made = text.partition("=")[2] or text
    before = itertools.takewhile(lambda s: s is not statement, removal.body)
    sources = [removal.tree.source(s) for s in before]
    for name in dict.fromkeys(re.findall(r"\bself\.\w+", made)):
        if any(re.search(rf"(?<![\w.]){re.escape(name)}\s*=(?!=)", s) for s in sources):
            message = f"it is made first of all, as an argument changes, but `{name}` is set above"
            removal.region.say(UNSUPPORTED, statement, message)


def _free_name(removal: Removal) -> str:
    """A name for a model that a function gives without giving it one."""
    read = {word for s in removal.body for word in words_in(removal.tree.source(s))}
    names = itertools.chain(("model", "network"), (f"model_{n}" for n in itertools.count(2)))
    return next(n for n in names if n not in read and n not in removal.region.parameters)


def collapse_return(
    removal: Removal,
    kept: Kept,
) -> None:
    """`model = UNet(...)` and `return model` become `return UNet(...)`."""
    if removal.is_module:
        return
    remaining = [s for s in removal.body if is_kept(removal, s)]
    if len(remaining) < 2:
        return
    made, returned = remaining[-2], remaining[-1]
    edits = removal.replacements.get(id(made), [])
    if len(edits) != 1 or not isinstance(returned, cst.SimpleStatementLine):
        return
    last = returned.body[0]
    name = _returned_name(removal, last) if isinstance(last, cst.Return) else ""
    if not name:
        return
    edit = edits[0]
    whole = edit.text.startswith(f"{name} = ")
    source = removal.tree.source(made)
    if not whole and not re.match(rf"{re.escape(name)}\s*=\s*", source):
        return
    if removal.region.left_calls:
        return
    if any(e.comment is not None for e in returned.leading_lines):
        return
    instance = edit.text.removeprefix(f"{name} = ")
    gone = removal.tree.span(returned)
    kept.edits = [e for e in kept.edits if e is not edit and not is_inside((e.start, e.end), gone)]
    remove(removal, returned, kept)
    start, end = removal.tree.span(made)
    indent = start - removal.tree.line_start(start)
    kept.edits.append(Edit(start, end, fold(f"return {instance}", indent).lstrip()))


def _returned_name(removal: Removal, node: cst.Return) -> str:
    """The name that is given back, alone or once other things are taken out."""
    if isinstance(node.value, cst.Name):
        return node.value.value
    if not isinstance(node.value, (cst.Tuple, cst.List)):
        return ""
    start, end = removal.tree.span(node.value)
    settled = removal.region.settled.items()
    edits = [
        Edit(first - start, last - start, text)
        for (first, last), text in settled
        if is_inside((first, last), (start, end))
    ]
    left = apply(removal.tree.text[start:end], edits)
    return left if left.isidentifier() else ""
