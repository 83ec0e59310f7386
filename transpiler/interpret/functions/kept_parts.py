"""Parts of the training that objects keep in attributes, as if they stood where they are read.

class Trainer:
    def __init__(self, rate):
        self.rate = rate
        self.optimizer = SGD(rate)
        self.callbacks = [EarlyStopping(patience=3)]
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.functions.given_parts import (
    are_parts,
    calls_only_parts,
    is_one_part,
    shadows,
)
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Function, Sequence, Static, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.record import record
from transpiler.source.suites import assigned_names

_TARGET = r"[\w.]+(?:\[[^\]\n]*\])?"
#: What may give an attribute another value, whatever it is called.
_SETS = re.compile(r"\bsetattr\(|\b__dict__\b|\bvars\(|\bdelattr\(")


@record(frozen=True, slots=True)
class Kept:
    """The one statement that gives an attribute a part of the training."""

    statement: cst.SimpleStatementLine
    value: cst.BaseExpression
    #: parameters of the constructor that it reads, and the attributes that hold them for good, or
    #: "" where there is none
    arguments: dict[str, str]
    constructor: cst.FunctionDef


@provides("kept_part")
def kept_part(region: Region, node: cst.Attribute) -> Sequence | Static | None:
    """What `self.optimizer` holds, where it is surely known and means the same there."""
    owner = next((m.nested_in for m in region.methods.values()), "")
    attr = node.attr.value
    known = region.file.kept_parts
    if (owner, attr) not in known:
        known[owner, attr] = _kept(region.file, region.methods, attr)
    kept: Kept | None = known[owner, attr]
    if kept is None:
        return None
    inner: dict[str, Value] = {"self": Static(Expr("self"))}
    there = region.function is kept.constructor
    for name, attribute in kept.arguments.items():
        if not attribute and not there:
            return None
        written = Expr(f"self.{attribute}", strength=POSTFIX) if attribute else Expr(name)
        inner[name] = Static(written)
    if not there and shadows(region, kept.value, inner):
        return None
    before, outer = set(region.rewrites), region.inline
    events, optimizers = region.graph_events, dict(region.optimizers)
    region.inline = inner
    try:
        found = evaluate(region, kept.value)
    except GiveUp:
        return None
    finally:
        region.inline, region.graph_events, region.optimizers = outer, events, optimizers
        for span in set(region.rewrites) - before:
            del region.rewrites[span]
    if isinstance(found, Sequence) and are_parts(found):
        found = Sequence(found.items, list)
    elif not (isinstance(found, Static) and is_one_part(found)):
        return None
    region.file.part_reads.setdefault(kept.statement, {})[id(node)] = node
    return found


def _kept(file: FileContext, methods: dict[str, Function], attr: str) -> Kept | None:
    """The statement of the constructor that gives an attribute such a value."""
    made = methods.get("__init__")
    if made is None or not isinstance(made.node, cst.FunctionDef) or not _is_set_once(file, attr):
        return None
    before: dict[str, str] = {}  # attributes of parameters
    bound = _names_bound(made.node.body)
    names = {p.name for p in parameters_of(made.node)} - {"self"}
    for statement in made.node.body.body:
        for other, value in _attributes(statement):
            if other == attr and isinstance(statement, cst.SimpleStatementLine):
                if not calls_only_parts(made, value):
                    return None
                read = file.tree.names(value) & (names | bound)
                if read & bound:
                    return None
                return Kept(statement, value, {n: before.get(n, "") for n in read}, made.node)
            if isinstance(value, cst.Name) and value.value in names and _is_set_once(file, other):
                before.setdefault(value.value, other)
    return None


def _is_set_once(file: FileContext, attr: str) -> bool:
    """Whether a file gives an attribute of that name a value in one place."""
    if _SETS.search(file.tree.blanked):
        return False
    several = rf"(?:{_TARGET}\s*,\s*)*[\w.]+\.{attr}\b(?:\s*,\s*{_TARGET})*"
    sets = rf"^\s*{several}\s*(?::[^=\n]*)?[-+*/|&]?=(?!=)"
    return len(re.findall(sets, file.tree.blanked, re.MULTILINE)) == 1


def _attributes(statement: cst.CSTNode) -> list[tuple[str, cst.BaseExpression]]:
    """The attribute of the object that all of a statement gives a value."""
    match statement:
        case cst.SimpleStatementLine(
            body=[
                cst.Assign(
                    targets=[
                        cst.AssignTarget(
                            cst.Attribute(value=cst.Name("self"), attr=cst.Name(attribute))
                        )
                    ],
                    value=value,
                )
            ]
        ):
            return [(attribute, value)]
    return []


def _names_bound(statement: cst.CSTNode) -> set[str]:
    """The names that a statement may bind."""
    found: set[str] = set()
    pending = [statement]
    while pending:
        node = pending.pop()
        pending += node.children
        if isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.For)):
            found.update(assigned_names(node.target))
    return found
