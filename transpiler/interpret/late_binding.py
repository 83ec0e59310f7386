"""Functions that Keras runs with what their names hold at another time than torch's code does.

Those of `Lambda` layers run on each call; those of data sets once, where the step stands.
"""

from __future__ import annotations

import re
from textwrap import dedent

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Function
from transpiler.source.between import changed_between
from transpiler.source.lexical import names_in
from transpiler.source.set_outside import set_outside


def refuse_late_names(region: Region, node: cst.CSTNode, function: Function) -> None:
    """Refuse a function that reads a variable around it which has another value later on."""
    if function.file not in (None, region.file):
        return
    outer = (0, len(region.tree.text))
    if region.function is not None:
        outer = region.tree.span(region.function)
    inner = region.tree.span(function.node)
    if not outer[0] <= inner[0] <= inner[1] <= outer[1]:
        return
    parameters = function.node.params
    own = {p.name.value for p in (*parameters.params, *parameters.kwonly_params)}
    body = region.tree.code(function.node.body)
    names = {n for n in names_in(body) - own if not (_is_bound(n, body) or _is_drawn(n, body))}
    _refuse_others(region, node, names)
    in_rounds = {n for way in region.ways if way.side == -1 for n, _ in way.changing}
    text = region.tree.blanked[inner[1] : outer[1]]
    statement = region.tree.span(region.statement)[1] if region.statement is not None else inner[1]
    here = region.tree.blanked[inner[1] : max(statement, inner[1])]
    for name in sorted(names & region.scope.values.keys()):
        if name in in_rounds or _is_bound(name, text) or _is_drawn(name, here):
            raise GiveUp(f"Lambda: `{name}` has another value when Keras runs the function", node)


def _refuse_others(region: Region, node: cst.CSTNode, names: set[str]) -> None:
    """Refuse variables of the module that other files change, once a model may have run."""
    home = region.file.path
    changed = set_outside(home) if home else None
    read = sorted(names & region.file.globals.keys())
    paths = [(name,) for name in read if changed is not None and changed.fullmatch(name)]
    if not paths:
        return
    from transpiler.source.changed_later import changed_later, files_around  # few need it

    if found := changed_later(paths, home, files_around(home, region.tree.text)):
        raise GiveUp(f"Lambda: another file changes `{found}`, which Keras reads but once", node)


def changed_later(region: Region, function: Function) -> str:
    """A variable that a function reads and that gets another value after the running statement."""
    if function.file not in (None, region.file) or region.statement is None:
        return ""
    tree = region.tree
    body = tree.code(function.node.body)
    taken = function.node.params
    own = {p.name.value for p in (*taken.params, *taken.kwonly_params)}
    read = {n for n in names_in(body) - own if not (_is_bound(n, body) or _is_drawn(n, body))}
    changing = {n for way in region.ways if way.side == -1 for n, _ in way.changing}
    start = tree.span(region.statement)[1]
    if region.is_module:
        later = [s for s in tree.module.body if tree.span(s)[1] > start]
        plain = [s for s in later if not isinstance(s, (cst.FunctionDef, cst.ClassDef))]
        texts = [tree.blanked[max(tree.span(s)[0], start) : tree.span(s)[1]] for s in plain]
    else:
        end = tree.span(region.function)[1] if region.function is not None else start
        texts = [tree.blanked[start:end]]
        read &= region.scope.values.keys() - region.parameters.keys()
    text = "\n".join(texts)
    found = (n for n in sorted(read) if n in changing or _is_bound(n, text))
    kept = dedent(tree.source(function.node.body))
    return next(found, "") or changed_between(tree.text, kept, start, None, own)


def _is_bound(name: str, text: str) -> bool:
    """Whether a later statement assigns a name, or loops over it."""
    targets = rf"[\w, ()]*(?<![\w.]){name}\b[\w, ()]*"
    signs = r"(?:[-+*/%@|&^]|//|\*\*|<<|>>)?=(?!=)"
    found = rf"^[ \t]*(?:{targets}{signs}|for {targets}\sin\b)"
    return re.search(found, text, re.MULTILINE) is not None


def _is_drawn(name: str, text: str) -> bool:
    """Whether the comprehension around a function draws a name."""
    return re.search(rf"\bfor [\w, ()]*(?<![\w.]){name}\b[\w, ()]* in\b", text) is not None
