"""Statements in order, and `if`: decided when converting, or a branch of both programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from transpiler.interpret.control.after_models import may_stay, run_or_leave
from transpiler.interpret.control.branches import branch
from transpiler.interpret.control.elements import one_of
from transpiler.interpret.control.failing import attempt
from transpiler.interpret.control.joins import changed_names
from transpiler.interpret.control.jumps import continues, goes_on, leaves_round
from transpiler.interpret.control.standing import may_stand, run_or_stand
from transpiler.interpret.decisions import note_decision, tell_decision
from transpiler.interpret.dispatch import evaluate, execute, executes, provided
from transpiler.interpret.expressions.operators import truth
from transpiler.interpret.records import Records
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import is_plain
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Instance,
    Model,
    Namespace,
    PerhapsModel,
    Static,
    Unknown,
    UserClass,
    Value,
    is_graph,
    models_in,
)
from transpiler.ir.code import Line
from transpiler.ir.expr import UNKNOWN
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.setting_functions import changed_by_calls, changed_in_place
from transpiler.source.suites import leaf_statements


def run_block(region: Region, statements: tuple[cst.CSTNode, ...]) -> bool:
    """Run statements in order; whether the block surely ends by return or raise."""
    for position, statement in enumerate(statements):
        if type(statement) is cst.If and (_returns_early(statement) or goes_on(statement)):
            with region.within(statement):
                return _run_if(region, statement, statements[position + 1 :])
        if type(statement) is cst.Try and _has_fallback(statement):
            return _run_first_way(region, statement)
        if may_stay(region, statement):
            run_or_leave(region, statement, lambda s=statement: execute(region, s))  # type: ignore[misc]
        elif may_stand(region, statement):
            run_or_stand(region, statement, lambda s=statement: execute(region, s))  # type: ignore[misc]
        else:
            execute(region, statement)
        for header in _headers(statement):
            note_changes(region, region.tree.source(header))
        if _ends(statement):
            return True
        rest = statements[position + 1 :]
        if rest and "try" in region.tree.words and leaves_round(statement):
            ended: Any = provided("run_perhaps")(region, statement, rest)
            return bool(ended)
    return False


def _headers(statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What of a statement is evaluated where it stands, besides the statements in it."""
    match statement:
        case cst.SimpleStatementLine():
            yield statement
        case cst.If(test=asked, orelse=other):
            yield asked
            if isinstance(other, cst.If):
                yield from _headers(other)
        case cst.While(test=asked) | cst.For(iter=asked):
            yield asked


def note_changes(region: Region, code: str) -> None:
    """What functions change that some lines call is something else behind them.

    No class takes such a line along.
    """
    if "(" not in code:
        return
    changed = changed_by_calls(region.tree.text, code, region.file.path)
    scope = region.scope
    if not region.is_module:
        outer, by_libraries = region.file.globals, changed_in_place(code)
        named = (
            n
            for n in {*changed, *by_libraries}
            if n not in scope.values and _may_hold_sizes(outer.get(n))
        )
        region.changed_by_calls.update(named)
        return
    changed = {
        n: whole
        for n, whole in changed.items()
        if _may_hold_sizes(scope.get(n)) and (whole or not _is_fixed(scope.get(n)))
    }
    for name, whole in changed.items():
        if whole and is_plain(scope.values.get(name, Unknown())):
            scope.bump(name)
            scope.values[name] = Static(scope.read(name))
    for emit in (region.emit_init, region.emit_forward) if changed else ():
        emit(Line(code, frozenset(changed), static=True, apart=True))


def _may_hold_sizes(value: Value | None) -> bool:
    """Whether layers may be given what is read of a variable: no model is that."""
    return value is None or isinstance(value, (UserClass, Namespace, Instance)) or is_plain(value)


def _is_fixed(value: Value | None) -> bool:
    """Whether it is a number or text, which no function that gets it can change."""
    return isinstance(value, Static) and isinstance(value.expr.value, (bool, int, float, str))


def body_of(suite: cst.BaseSuite) -> tuple[cst.CSTNode, ...]:
    """The statements of an indented or one-line block."""
    return tuple(suite.body)


_ENDING = frozenset({cst.Return, cst.Raise, cst.Break})


def _ends(statement: cst.CSTNode) -> bool:
    if isinstance(statement, cst.SimpleStatementLine):
        return any(type(s) in _ENDING for s in statement.body)
    if type(statement) in _ENDING or (isinstance(statement, cst.Try) and _has_fallback(statement)):
        return True
    if isinstance(statement, cst.If) and statement.orelse is not None:
        return _block_ends(statement.body) and (
            _block_ends(statement.orelse.body)
            if isinstance(statement.orelse, cst.Else)
            else _ends(statement.orelse)
        )
    return False


def _block_ends(suite: cst.BaseSuite) -> bool:
    return any(_ends(s) for s in suite.body)


def _returns_early(statement: cst.If) -> bool:
    """Whether one way through the branch returns a value and another goes on."""
    ways = [statement.body]
    rest: cst.If | cst.Else | None = statement.orelse
    while rest is not None:
        ways.append(rest.body)
        rest = rest.orelse if isinstance(rest, cst.If) else None
    return any(_has_return(w) for w in ways) and not _ends(statement)


def _has_return(suite: cst.BaseSuite) -> bool:
    for statement in suite.body:
        if isinstance(statement, cst.SimpleStatementLine):
            if any(isinstance(s, cst.Return) for s in statement.body):
                return True
        elif isinstance(statement, cst.Return) or (
            isinstance(statement, cst.Try) and _has_fallback(statement)
        ):
            return True
        elif isinstance(statement, cst.If):
            rest: Any = statement
            while rest is not None:
                if _has_return(rest.body):
                    return True
                rest = rest.orelse if isinstance(rest, cst.If) else None
    return False


#: What is raised where an older TensorFlow lacks a function.
MISSING = frozenset({"AttributeError", "ImportError", "ModuleNotFoundError", "NameError"})


def _has_fallback(node: cst.Try) -> bool:
    """Whether it is `try: return tf.nn.swish(x)`, and something else where that is missing."""
    first = node.body.body[0]
    returns = isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Return)
    if len(node.body.body) != 1 or not returns or node.orelse or node.finalbody:
        return False
    return all(
        isinstance(h.type, cst.Name)
        and h.type.value in MISSING
        and all(isinstance(s, cst.SimpleStatementLine) for s in h.body.body)
        and all(isinstance(b, cst.Pass) for s in h.body.body for b in s.body)  # type: ignore[union-attr]
        for h in node.handlers
    )


def _run_first_way(region: Region, node: cst.Try) -> bool:
    """What is understood is there: its fallback is for versions that lack it."""
    run_block(region, body_of(node.body))
    if region.is_module or not isinstance(region.returns[-1][0], Bound):
        raise GiveUp("`try` in a function that builds or trains a model", node)
    return True


@executes(cst.If)
def if_statement(region: Region, node: cst.If) -> None:
    provided("with_comments")(region, node, lambda: _run_if(region, node, ()))


def _run_if(
    region: Region, node: cst.If, after: tuple[cst.CSTNode, ...], settled: bool = False
) -> bool:
    """A branch; `after` are the statements that run where no way through it returned.

    `settled` says that it is the `elif` of a branch of which only one side will be written.
    """
    test = evaluate(region, node.test)
    decided = truth(test)
    if region.is_module and decided is UNKNOWN and _is_main_guard(region, node):
        decided = True
    orelse = node.orelse
    if decided is not UNKNOWN and not settled and _only_trains(region, node):
        decided = UNKNOWN  # a switch of the program, which stays one
    if decided is not UNKNOWN and isinstance(test, Static) and _adds_callbacks(region, node):
        decided, test = UNKNOWN, Static(replace(test.expr, value=UNKNOWN))
    if decided is not UNKNOWN:
        note_decision(region, node, node.test, test)
        settled = settled or not isinstance(test, Static) or _is_of_a_graph(region, node)
        if settled:
            region.resolved[id(node)] = bool(decided)
            tell_decision(region, node, node.test, test)
        if decided:
            return _run_way(region, node.body, after)
        if isinstance(orelse, cst.If):
            return _run_if(region, orelse, after, settled)
        return _run_way(region, None if orelse is None else orelse.body, after)
    if (asked := provided("asked_of_element")(region, test, node.test)) is not None:
        test = asked
    if isinstance(test, Unknown) or not isinstance(test, Static):
        if isinstance(test, Unknown) and (region.may_ask or _imports(node, every=True)):
            _run_unknown(region, node)
            return bool(after) and run_block(region, after) and not goes_on(node)
        reason = test.reason if isinstance(test, Unknown) else ""
        raise GiveUp(f"a condition that is not known: {reason}", node)

    failed: list[GiveUp] = []

    def otherwise() -> bool:
        if isinstance(orelse, cst.If):
            with region.within(orelse):
                return _run_if(region, orelse, after)
        return _run_way(region, None if orelse is None else orelse.body, after, failed)

    def then() -> bool:
        return _run_way(region, node.body, after, failed)

    return branch(region, test, then, otherwise, node)


def _run_way(
    region: Region,
    suite: cst.BaseSuite | None,
    after: tuple[cst.CSTNode, ...],
    failed: list[GiveUp] | None = None,
) -> bool:
    """One way through a branch, and what follows it there; whether it surely ends.

    `failed` is given where the other way may be all that is converted.
    """
    body = () if suite is None else body_of(suite)
    if suite is None or failed is None:
        ended = run_block(region, body)
    else:
        ended = attempt(region, suite, lambda: run_block(region, body), failed)
    if ended or continues(body):
        return ended
    return bool(after) and run_block(region, after)


#: What may be asked of a model under a condition without changing what it is.
_TRAINING = regex(
    r"\.(?:fit|evaluate|predict|save|(?:save|load|get)_weights|summary|count_params)"
    r"(?:_generator|_classes|_proba)?\("
)


def _only_trains(region: Region, node: cst.If) -> bool:
    """Whether a branch of the module, or the like one after it, is about training a model."""
    if not region.is_module or region.settles(node.test):
        return False
    start, end = region.tree.span(node)
    if not _TRAINING.search(region.tree.blanked, start, end):
        return False
    values = {name: region.scope.get(name) for name in region.tree.names(node)}
    models = [name for name, value in values.items() if isinstance(value, Model)]
    others = [value for value in values.values() if not isinstance(value, Model)]
    if not models or any(value is not None and is_graph(value) for value in others):
        return False
    uses = re.finditer(rf"(?<![\w.])(?:{'|'.join(models)})\b", region.tree.blanked[start:end])
    return all(_TRAINING.match(region.tree.blanked, start + use.end()) for use in uses)


def _adds_callbacks(region: Region, node: cst.If) -> bool:
    """Whether a branch on a function that another one gets adds callbacks, and does nothing else.

    if schedule is not None:
        callbacks.append(LearningRateScheduler(schedule))
    """
    held = [region.scope.get(name) for name in region.tree.names(node.test)]
    asked = [value for value in held if isinstance(value, Function) and value.parameter]
    if region.is_module or node.orelse is not None or not asked:
        return False
    for statement in body_of(node.body):
        match statement:
            case cst.SimpleStatementLine(
                body=[
                    cst.Expr(
                        cst.Call(
                            func=cst.Attribute(attr=cst.Name("append")),
                            args=[cst.Arg(value=cst.Call(func=made))],
                        )
                    )
                ]
            ):
                symbol = evaluate(region, made)
                if isinstance(symbol, Framework) and symbol.name.startswith("keras.callbacks."):
                    continue
        return False
    return True


def _is_of_a_graph(region: Region, node: cst.If) -> bool:
    """Whether a branch, or the like one after it, is about tensors, layers or open models.

    Others are the user's own, and stay as they are.
    """
    if region.settles(node.test):
        return True
    compiles: bool = ".compile(" in region.tree.blanked[slice(*region.tree.span(node))]
    for name in region.tree.names(node):
        value = region.scope.get(name)
        if isinstance(value, UserClass) and _is_plain(region, value):
            continue  # `class CFG: debug = False`
        if isinstance(value, (Framework, UserClass, Choice)):
            return True
        if isinstance(value, Function):
            builds: object = provided("mentions_framework")(region.file, value)
            if builds:
                return True
        if isinstance(value, Model) and (value in region.open_sequentials or compiles):
            return True
        if value is not None and not isinstance(value, Model) and is_graph(value):
            return True
    return False


def _is_plain(region: Region, made: UserClass) -> bool:
    """Whether a class has nothing to do with the framework."""
    plain: Any = provided("holds_values")(region.file, made)
    return bool(plain) and not made.bases


def _run_unknown(region: Region, node: cst.If) -> None:
    """A branch on something that is not understood, outside of models: its names become unknown."""
    before = region.scope.copy()
    region.branches += 1
    with region.collecting():
        run_block(region, body_of(node.body))
        first = dict(region.scope.values)
        if isinstance(node.orelse, cst.If):
            evaluate(region, node.orelse.test)
            _run_unknown(region, node.orelse)
        elif isinstance(node.orelse, cst.Else):
            run_block(region, body_of(node.orelse.body))
    region.branches -= 1
    after = region.scope
    for name in changed_names(before, after):
        made = after.values.get(name, Unknown())
        if isinstance(made, Records):
            continue
        if is_graph(made) or isinstance(made, PerhapsModel):
            reason = "it is built under a condition that is not known"
            ways = [way.get(name, Unknown()) for way in (before.values, first)]
            models = models_in(*ways, made)
            one, other = (ways[1] if node.orelse is not None else ways[0]), made
            if (
                not isinstance(node.orelse, cst.If)
                and isinstance(one, Model)
                and isinstance(other, Model)
            ):
                after.bump(name)
                after.values[name] = replace(one_of((one, other)), expr=after.read(name))
                continue
            after.values[name] = PerhapsModel(reason, models=models) if models else Unknown(reason)
        elif isinstance(made, Framework) and _imports(node):
            continue  # which version it comes from makes no difference
        elif not _is_run_time(made) or not _is_run_time(before.values.get(name, made)):
            after.bump(name)
            plain = is_plain(made)
            reading = Static(after.read(name))
            after.values[name] = reading if plain else Unknown(_SOMETIMES)


def _imports(node: cst.If, every: bool = False) -> bool:
    """Whether something is imported in a branch, and nothing else is done if `every` says so."""
    leaves = (s for s in leaf_statements([node]) if isinstance(s, cst.SimpleStatementLine))
    found = [isinstance(s, (cst.Import, cst.ImportFrom)) for leaf in leaves for s in leaf.body]
    return all(found) if every else any(found)


_SOMETIMES = "it is set under a condition that is not known"


def _is_run_time(value: Value) -> bool:
    """Whether nothing that decides what is written is known of a value."""
    return isinstance(value, Unknown) or (isinstance(value, Static) and not value.expr.known)


def _is_main_guard(region: Region, node: cst.If) -> bool:
    return "__name__" in region.tree.source(node.test)
