"""Parts of the training that objects keep in attributes, as if they stood where they are read.

class Trainer:
    def __init__(self, rate):
        self.rate = rate
        self.optimizer = SGD(rate)
        self.callbacks = [EarlyStopping(patience=3)]
"""

from __future__ import annotations

import ast
import textwrap

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.functions.given_parts import (
    are_parts,
    calls_in,
    calls_only_parts,
    is_one_part,
    shadows,
)
from transpiler.interpret.functions.joined_parts import is_own
from transpiler.interpret.functions.kept_callbacks import (
    class_made,
    is_free,
    kept_object,
    with_attributes,
)
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Framework, Function, Sequence, Static, UserClass, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.record import record
from transpiler.source.importers import is_imported
from transpiler.source.stores import Stores, names_bound, stores_of

#: What says that there are no callbacks.
_NOTHING = ("[]", "()", "None")


@record(frozen=True, slots=True)
class Kept:
    """The one statement that gives an attribute a part of the training."""

    statement: cst.SimpleStatementLine
    value: cst.BaseExpression
    #: parameters of the constructor that it reads, and the attributes that hold them for good, or
    #: "" where there is none
    arguments: dict[str, str]
    constructor: cst.FunctionDef
    added: tuple[str, ...] = ()  #: those that get an attribute for this
    own: UserClass | None = None  #: of which it makes a callback, which stays there


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
    if kept.own is not None:
        return kept_object(region, attr, kept.own)
    inner: dict[str, Value] = {"self": Static(Expr("self"))}
    there = region.function is kept.constructor
    for name, attribute in kept.arguments.items():
        if not attribute and not there:
            return None
        kept_there = there and name in kept.added
        own = Expr(name) if kept_there or not attribute else None
        written = own or Expr(f"self.{attribute}", strength=POSTFIX)
        inner[name] = Static(written)
    if not there and shadows(region, kept.value, inner):
        return None
    try:
        with region.apart(inner):
            found = evaluate(region, kept.value)
    except GiveUp:
        return None
    if isinstance(found, Sequence) and (are_parts(found) or all(map(is_own, found.items))):
        listed = with_attributes(region, kept.statement, kept.value, found)
        if listed is None:
            return None
        found = Sequence(listed.items, list)
    elif not (isinstance(found, Static) and (is_one_part(found) or found.expr.is_const(None))):
        return None
    region.file.part_reads.setdefault(kept.statement, {})[id(node)] = node
    if kept.added and not there:
        region.file.arguments_kept[kept.statement] = kept.added
    return found


def _kept(file: FileContext, methods: dict[str, Function], attr: str) -> Kept | None:
    """The statement of the constructor, or of another method, that gives an attribute such a value.

    What reads the attribute before that method has run fails in the program, too.
    """
    stores = stores_of(file.tree.text)
    if stores is None or stores.anything:
        return None
    if stores.most[attr] != 1:
        return None  # it is another one, or changes
    found = next(filter(None, (_kept_by(file, m, attr, stores) for m in methods.values())), None)
    if found is not None and found.own is not None:
        return found  # whatever it is asked, it is the same
    asked = stores.reads[attr] - stores.given[attr]
    if found is not None and isinstance(found.value, cst.List):  # `config.callbacks.path` is none
        asked -= stores.no_lists[attr]
    if asked or is_imported(file.path, rf"\.{attr}\s*(?:[-+*]?=(?!=)|\.\w)"):
        return None
    return found


def _kept_by(file: FileContext, made: Function, attr: str, stores: Stores) -> Kept | None:
    """The same of one method."""
    if not isinstance(made.node, cst.FunctionDef):
        return None
    before: dict[str, str] = {}  # attributes of parameters
    names = {p.name for p in parameters_of(made.node)} - {"self"}
    for statement in made.node.body.body:
        for other, value in attributes_given(statement):
            if other == attr and isinstance(statement, cst.SimpleStatementLine):
                if (own := class_made(made, value)) is not None:
                    return Kept(statement, value, {}, made.node, own=own)
                parsed = ast.parse(f"({file.tree.source(value)})", mode="eval")
                bound = names_bound(ast.parse(textwrap.dedent(file.tree.source(made.node))))
                of_parts = calls_only_parts(made, value) or _is_own_call(made, value)
                of_parts = of_parts or isinstance(value, cst.List)
                if file.tree.source(value) in _NOTHING:  # unless other files add some
                    of_parts = not is_imported(file.path, rf"\.{attr}\b")
                if not of_parts or not stores.is_steady(parsed):
                    return None
                read = file.tree.names(value) & (names | bound)
                if read & bound - {made.name}:
                    return None
                added = sorted(
                    n
                    for n in read - before.keys()
                    if stores.is_lasting(parsed, n) and is_free(file, n)
                )
                held = {n: before.get(n, n if n in added else "") for n in read}
                return Kept(statement, value, held, made.node, tuple(added))
            if isinstance(value, cst.Name) and value.value in names:
                if stores.most[other] == 1 and other not in stores.changed:
                    before.setdefault(value.value, other)
    return None


def _is_own_call(made: Function, value: cst.BaseExpression) -> bool:
    """Whether it is a call of nothing of the framework: of a function that may give parts."""
    calls = list(calls_in(value))
    of_framework = any(isinstance(symbol_of(made, c.func), Framework) for c in calls)
    return isinstance(value, cst.Call) and len(calls) == 1 and not of_framework


def attributes_given(statement: cst.CSTNode) -> list[tuple[str, cst.BaseExpression]]:
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
                | cst.AnnAssign(
                    target=cst.Attribute(value=cst.Name("self"), attr=cst.Name(attribute)),
                    value=cst.BaseExpression() as value,
                )
            ]
        ):
            return [(attribute, value)]
    return []
